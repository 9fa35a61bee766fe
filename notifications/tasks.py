"""The worker's share: tell what happened. Ids in, one call; what is owed is rows, so a lost task
costs a minute at most."""

from datetime import timedelta
from threading import Event, Lock
from typing import Any

import structlog
from huey import crontab
from huey.contrib.djhuey import db_periodic_task, db_task

from core.clock import now
from notifications.handlers import handle
from notifications.heartbeat import beat
from notifications.outbound import send_due
from notifications.services.announcements import spread_announcements
from notifications.services.deliver import deliver_events
from notifications.services.escalate import sweep_unanswered
from notifications.services.reminders import remind_of_trips, remind_to_pay

log = structlog.get_logger(__name__)

# One thread of a worker sends, for all that others put into the outbox meanwhile.
SENDING, WANTED = Lock(), Event()
# Until after the next minute's sweep has come by, which asks for another turn.
TURN = timedelta(seconds=65)


@db_task()
def tell() -> None:
    _tell()


@db_periodic_task(crontab())
def tell_every_minute() -> None:
    beat(now())
    _tell()


@db_periodic_task(crontab())
def remind_who_has_to_pay() -> None:
    remind_to_pay(at=now())


@db_periodic_task(crontab())
def tell_of_unanswered_requests() -> None:
    sweep_unanswered(at=now())


@db_periodic_task(crontab(minute="*/10"))
def remind_who_goes() -> None:
    remind_of_trips(at=now())


def nudge(**_: Any) -> None:
    """Wake the worker after a commit; should the queue be down, the sweep comes by anyway."""
    try:
        tell()
    except Exception as error:
        log.warning("the queue did not take a task; the sweep will", error=repr(error))


def _tell() -> None:
    deliver_events(at=now(), handle=handle)
    spread_announcements(at=now())
    WANTED.set()
    # Once more when something was added after the sender's last look.
    while WANTED.is_set() and SENDING.acquire(blocking=False):
        try:
            WANTED.clear()
            send_due(at=now(), until=now() + TURN)
        finally:
            SENDING.release()
