"""The clock's share of deals."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from core.clock import now
from sales.outbound import look_up_sent_refunds
from sales.services.attempts import sweep_timed_out_payments
from sales.services.departures import sweep_cancelled_sessions
from sales.services.holds import sweep_lapsed_holds
from sales.services.prove import prove_daily
from sales.services.release import sweep_releases


@db_periodic_task(crontab())
def expire_lapsed_holds() -> None:
    sweep_lapsed_holds(at=now())


@db_periodic_task(crontab(minute="*/5"))
def give_up_old_payments() -> None:
    sweep_timed_out_payments(at=now())


@db_periodic_task(crontab(minute="*/5"))
def cancel_bookings_of_cancelled_sessions() -> None:
    sweep_cancelled_sessions(at=now())


@db_periodic_task(crontab(minute="20"))
def release_what_is_due() -> None:
    sweep_releases(at=now())


@db_periodic_task(crontab(minute="*/10"))
def ask_about_sent_refunds() -> None:
    look_up_sent_refunds(at=now())


# 08:00 in Tashkent; the queue's clock is UTC.
@db_periodic_task(crontab(hour="3", minute="0"))
def prove_the_books() -> None:
    prove_daily(at=now())
