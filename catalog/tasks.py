"""The clock's share of the calendar."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from catalog.services.sessions import complete_past_sessions
from core.clock import now


@db_periodic_task(crontab(minute="5"))
def complete_sessions_that_ran() -> None:
    complete_past_sessions(at=now())
