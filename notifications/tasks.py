"""The worker's share: tell what happened. Ids in, one call; what is owed is rows, so a lost task
costs a minute at most."""

from datetime import timedelta
from threading import Lock
from typing import Any

import structlog
from huey import crontab
from huey.contrib.djhuey import db_periodic_task, db_task

from core.clock import now
from notifications.handlers import handle
from notifications.outbound import send_due
from notifications.services.deliver import deliver_events

log = structlog.get_logger(__name__)

# One thread of a worker sends; it sees what others have put into the outbox meanwhile.
SENDING = Lock()
# Until the sweep of the next minute comes by.
TURN = timedelta(seconds=50)


@db_task()
def tell() -> None:
    _tell()


@db_periodic_task(crontab())
def tell_every_minute() -> None:
    _tell()


def nudge(**_: Any) -> None:
    """Wake the worker after a commit; should the queue be down, the sweep comes by anyway."""
    try:
        tell()
    except Exception as error:
        log.warning("the queue did not take a task; the sweep will", error=repr(error))


def _tell() -> None:
    deliver_events(at=now(), handle=handle)
    if SENDING.acquire(blocking=False):
        try:
            send_due(at=now(), until=now() + TURN)
        finally:
            SENDING.release()
