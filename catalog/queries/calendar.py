"""Which sessions start when."""

from datetime import date, timedelta

from catalog.models.session import SessionQuerySet
from catalog.states import SessionStatus

RUNS = (SessionStatus.OPEN, SessionStatus.CLOSED)


def starting_within(sessions: SessionQuerySet, day: date, *, days: int) -> SessionQuerySet:
    """Of ``sessions`` those that run and start from ``day`` on for ``days`` days, soonest first."""
    last = day + timedelta(days=days)
    found = sessions.filter(status__in=RUNS, date_start__gte=day, date_start__lt=last)
    return found.order_by("date_start", "pk")
