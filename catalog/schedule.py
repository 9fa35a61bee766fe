"""Dates by a rule: every Saturday in June. Pure, no database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.rrule import WEEKLY, rrule


@dataclass(frozen=True, slots=True)
class Rule:
    """Departures on ``weekdays`` (0 is Monday), every ``every_weeks`` weeks, from ``first`` to
    ``last`` inclusive; each lasts ``days`` days."""

    weekdays: Sequence[int]
    first: date
    last: date
    days: int = 1
    every_weeks: int = 1


def departures(rule: Rule) -> Iterator[tuple[date, date]]:
    """First and last day of each departure, in order. Weeks are counted from the one ``first`` is
    in."""
    length = timedelta(days=rule.days - 1)
    # From the week's Monday, so that "every second week" does not depend on the weekday.
    monday = rule.first - timedelta(days=rule.first.weekday())
    starts = rrule(
        WEEKLY,
        interval=rule.every_weeks,
        byweekday=list(rule.weekdays),
        dtstart=datetime.combine(monday, time.min),
        until=datetime.combine(rule.last, time.min),
    )
    return ((start.date(), start.date() + length) for start in starts if start.date() >= rule.first)
