"""Which sessions start when, and which of them lack people."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q, Sum

from catalog.models.session import SessionQuerySet
from catalog.states import RUNS, TourStatus


def starting_within(sessions: SessionQuerySet, day: date, *, days: int) -> SessionQuerySet:
    """Of ``sessions`` those that run and start from ``day`` on for ``days`` days, soonest first."""
    last = day + timedelta(days=days)
    found = sessions.filter(status__in=RUNS, date_start__gte=day, date_start__lt=last)
    return found.order_by("date_start", "pk")


def under_filled(sessions: SessionQuerySet, day: date, *, days: int) -> SessionQuerySet:
    """Of those starting within ``days`` days from ``day`` on the ones below their minimum group.

    One that nobody can come to, for its tour is not published, and nobody has booked, lacks nobody.
    """
    awaited = Q(tour__status=TourStatus.PUBLISHED) | Q(seats_taken__gt=0)
    starting = starting_within(sessions, day, days=days)
    return starting.filter(awaited, seats_taken__lt=F("min_group_size"))


def touching(sessions: SessionQuerySet, first: date, last: date) -> SessionQuerySet:
    """Of ``sessions`` those with a day between ``first`` and ``last``, by their first day."""
    found = sessions.filter(date_start__lte=last, date_end__gte=first)
    return found.order_by("date_start", "-date_end", "pk")


@dataclass(frozen=True, slots=True)
class WeekFill:
    """Seats of the sessions that start in the seven days from ``first`` on."""

    first: date
    taken: int
    capacity: int

    @property
    def free(self) -> int:
        return self.capacity - self.taken

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)


def fill_by_week(sessions: SessionQuerySet, day: date, *, weeks: int) -> list[WeekFill]:
    """How full the coming ``weeks`` are, the first of them from ``day`` on; in one query."""
    starting = starting_within(sessions, day, days=7 * weeks).order_by()
    rows = starting.values_list("date_start").annotate(Sum("seats_taken"), Sum("capacity"))
    taken, capacity = [0] * weeks, [0] * weeks
    for start, some_taken, some_capacity in rows:
        week = (start - day).days // 7
        taken[week] += some_taken
        capacity[week] += some_capacity
    return [
        WeekFill(day + timedelta(weeks=week), taken[week], capacity[week]) for week in range(weeks)
    ]
