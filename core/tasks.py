"""Housekeeping, and the jobs that people wait for."""

from threading import Lock
from typing import Any

import structlog
from huey import crontab
from huey.contrib.djhuey import db_periodic_task, db_task

from core.actor import job
from core.carry_jobs import run_due_jobs
from core.clock import now
from core.services.idempotency import forget_old_answers
from core.services.jobs import expire_jobs
from core.services.schedules import run_due_schedules
from core.services.seal import seal_events

log = structlog.get_logger(__name__)

# One at a time in a process: its other thread is for what must not wait.
_CARRYING = Lock()


@db_periodic_task(crontab(minute="*/10"))
def seal_event_log() -> None:
    seal_events(by=job(), at=now())


@db_periodic_task(crontab(minute="17"))
def forget_answers() -> None:
    forget_old_answers(at=now())


@db_task()
def carry_jobs() -> None:
    _carry_jobs()


@db_periodic_task(crontab())
def carry_jobs_every_minute() -> None:
    _carry_jobs()


@db_periodic_task(crontab(minute="*/5"))
def start_scheduled_jobs() -> None:
    run_due_schedules(by=job(), at=now())


@db_periodic_task(crontab(minute="29"))
def delete_old_exports() -> None:
    expire_jobs(by=job(), at=now())


def wake(**_: Any) -> None:
    """After a commit; should the queue be down, the sweep comes by anyway."""
    try:
        carry_jobs()
    except Exception as error:
        log.warning("the queue did not take a task; the sweep will", error=repr(error))


def _carry_jobs() -> None:
    if _CARRYING.acquire(blocking=False):
        try:
            run_due_jobs()
        finally:
            _CARRYING.release()
