"""Which sessions start when, and which of them lack people."""

from datetime import date, timedelta

from django.db.models import F

from catalog.models.session import SessionQuerySet
from catalog.states import RUNS


def starting_within(sessions: SessionQuerySet, day: date, *, days: int) -> SessionQuerySet:
    """Of ``sessions`` those that run and start from ``day`` on for ``days`` days, soonest first."""
    last = day + timedelta(days=days)
    found = sessions.filter(status__in=RUNS, date_start__gte=day, date_start__lt=last)
    return found.order_by("date_start", "pk")


def under_filled(sessions: SessionQuerySet, day: date, *, days: int) -> SessionQuerySet:
    """Of those starting within ``days`` days from ``day`` on the ones below their minimum group."""
    return starting_within(sessions, day, days=days).filter(seats_taken__lt=F("min_group_size"))


def touching(sessions: SessionQuerySet, first: date, last: date) -> SessionQuerySet:
    """Of ``sessions`` those with a day between ``first`` and ``last``, by their first day."""
    found = sessions.filter(date_start__lte=last, date_end__gte=first)
    return found.order_by("date_start", "-date_end", "pk")
