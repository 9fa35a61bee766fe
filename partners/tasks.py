"""The clock's share of who is signed in, and who has failed to."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from core.clock import now
from partners.services.lock_out import forget_failed_tries
from partners.services.staff_sessions import forget_sessions
from partners.services.view_as import end_lapsed_views


@db_periodic_task(crontab())
def end_views_whose_time_is_over() -> None:
    end_lapsed_views(at=now())


@db_periodic_task(crontab(minute="41"))
def forget_old_sessions() -> None:
    forget_sessions(at=now())


@db_periodic_task(crontab(minute="43"))
def forget_old_failed_tries() -> None:
    forget_failed_tries(at=now())
