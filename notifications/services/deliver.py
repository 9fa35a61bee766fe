"""Turning recorded events into messages owed; a sweep that loses nothing when it is killed."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from core.models import EventDelivery, EventLog

log = structlog.get_logger(__name__)

RETRY = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))


def deliver_events(*, at: datetime, handle: Callable[[EventLog], None], limit: int = 500) -> int:
    """Handle up to ``limit`` waiting events, oldest first, each in a transaction of its own.

    The delivery row is deleted in the transaction that writes the messages: killed half-way,
    nothing is lost and nothing doubles. A handler that fails is tried again later and holds up
    nobody else.
    """
    done = 0
    while done < limit and _deliver_next(at, handle):
        done += 1
    return done


def _deliver_next(at: datetime, handle: Callable[[EventLog], None]) -> bool:
    with transaction.atomic():
        due = EventDelivery.objects.filter(next_attempt_at__lte=at).order_by("event_id")
        delivery = due.select_for_update(skip_locked=True, of=("self",)).first()
        if delivery is None:
            return False
        try:
            with transaction.atomic():
                handle(delivery.event)
            delivery.delete()
        except Exception as error:
            log.exception("event could not be told", event_id=delivery.event_id)
            _postpone(delivery, error, at)
    return True


def _postpone(delivery: EventDelivery, error: Exception, at: datetime) -> None:
    wait = RETRY[min(delivery.attempts, len(RETRY) - 1)]
    delivery.attempts += 1
    delivery.next_attempt_at = at + wait
    delivery.last_error = repr(error)[:1000]
    delivery.save()
