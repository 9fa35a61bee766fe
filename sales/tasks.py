"""The clock's share of deals."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from core.clock import now
from sales.services.attempts import sweep_timed_out_payments
from sales.services.departures import sweep_cancelled_sessions
from sales.services.holds import sweep_lapsed_holds


@db_periodic_task(crontab())
def expire_lapsed_holds() -> None:
    sweep_lapsed_holds(at=now())


@db_periodic_task(crontab(minute="*/5"))
def give_up_old_payments() -> None:
    sweep_timed_out_payments(at=now())


@db_periodic_task(crontab(minute="*/5"))
def cancel_bookings_of_cancelled_sessions() -> None:
    sweep_cancelled_sessions(at=now())
