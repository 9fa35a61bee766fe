"""An event whose details no act has written: it says so itself, and holds up no other."""

from collections.abc import Callable
from functools import lru_cache

import structlog
from django.utils.translation import gettext

from core.models import EventLog

log = structlog.get_logger(__name__)

# What reading made-up details ends in.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def told_or[T](otherwise: T, tell: Callable[[EventLog], T], event: EventLog) -> T:
    """What ``tell`` makes of the event, or ``otherwise`` when its details cannot be read: the log
    is a list of many, and one of them must not hide the others."""
    try:
        return tell(event)
    except UNREADABLE:
        _log_once(event.pk)
        return otherwise


def unreadable(event: EventLog) -> str:
    """Its sentence, when it has none."""
    return gettext("%(action)s – its details cannot be read.") % {"action": event.action}


@lru_cache(maxsize=1000)
def _log_once(event_id: int) -> None:
    """Not with every page that shows it."""
    log.exception("the details of an event cannot be read", event_id=event_id)
