"""Dates by a rule."""

from datetime import date
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.schedule import Rule, departures

SATURDAY, SUNDAY, MONDAY = 5, 6, 0
JUNE = {"first": date(2027, 6, 1), "last": date(2027, 6, 30)}


def starts(**rule):
    return [start for start, _end in departures(Rule(**rule))]


def test_every_saturday_in_june():
    assert starts(weekdays=[SATURDAY], **JUNE) == [date(2027, 6, day) for day in (5, 12, 19, 26)]


def test_the_first_and_the_last_day_count():
    days = starts(weekdays=[SATURDAY], first=date(2027, 6, 5), last=date(2027, 6, 12))

    assert days == [date(2027, 6, 5), date(2027, 6, 12)]


def test_several_weekdays_come_in_order():
    days = starts(weekdays=[SUNDAY, SATURDAY], first=date(2027, 6, 1), last=date(2027, 6, 13))

    assert [day.day for day in days] == [5, 6, 12, 13]


def test_every_second_week_does_not_depend_on_the_weekday():
    """Weeks are counted from the one the range begins in: Tuesday, 1 June."""
    days = starts(weekdays=[MONDAY, SATURDAY], every_weeks=2, **JUNE)

    assert [day.day for day in days] == [5, 14, 19, 28]


@pytest.mark.parametrize(("days", "end"), [(1, 5), (3, 7)])
def test_a_tour_of_so_many_days_ends_so_many_days_later(days, end):
    rule = Rule(weekdays=[SATURDAY], days=days, **JUNE)

    assert next(departures(rule)) == (date(2027, 6, 5), date(2027, 6, end))


@pytest.mark.parametrize(
    "rule",
    [
        {"weekdays": [SATURDAY], "first": date(2027, 6, 6), "last": date(2027, 6, 11)},
        {"weekdays": [SATURDAY], "first": date(2027, 7, 1), "last": date(2027, 6, 1)},
    ],
)
def test_a_rule_may_have_no_dates(rule):
    assert starts(**rule) == []


DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))


@given(
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    first=DAYS,
    last=DAYS,
    every=st.integers(1, 8),
    days=st.integers(1, 30),
)
def test_whatever_the_rule_its_dates_keep_it(weekdays, first, last, every, days):
    rule = Rule(sorted(weekdays), first, last, days=days, every_weeks=every)

    found = list(islice(departures(rule), 200))

    assert found == sorted(set(found))
    for start, end in found:
        assert first <= start <= last
        assert start.weekday() in weekdays
        assert (end - start).days == days - 1
        assert (start.toordinal() - start.weekday() - first.toordinal() + first.weekday()) % (
            7 * every
        ) == 0
