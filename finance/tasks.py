"""The clock's share of money."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from core.clock import now
from finance.services.provider_calls import forget_old_calls


@db_periodic_task(crontab(hour="22", minute="40"))
def forget_calls_of_providers() -> None:
    forget_old_calls(at=now())
