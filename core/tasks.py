"""Housekeeping."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from core.actor import job
from core.clock import now
from core.services.idempotency import forget_old_answers
from core.services.seal import seal_events


@db_periodic_task(crontab(minute="*/10"))
def seal_event_log() -> None:
    seal_events(by=job(), at=now())


@db_periodic_task(crontab(minute="17"))
def forget_answers() -> None:
    forget_old_answers(at=now())
