"""Periods by name: whole local days, both ends inclusive."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext_lazy as _

NEXT = timedelta(days=1)
MONTH = relativedelta(months=1)
QUARTER = relativedelta(months=3)
YEAR = relativedelta(years=1)
CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Period:
    """``name`` is the preset it came from, or ``custom``."""

    first: date
    last: date
    name: str = CUSTOM


def _month(day: date) -> date:
    return day.replace(day=1)


def _quarter(day: date) -> date:
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def _year(day: date) -> date:
    return day.replace(month=1, day=1)


def _last_week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday - timedelta(days=7), monday - NEXT


# What the present one of each is when today is the day given, and the one before.
_PRESETS: dict[str, Callable[[date], tuple[date, date]]] = {
    "today": lambda day: (day, day),
    "yesterday": lambda day: (day - NEXT, day - NEXT),
    "last_week": _last_week,
    "this_month": lambda day: (_month(day), _month(day) + MONTH - NEXT),
    "last_month": lambda day: (_month(day) - MONTH, _month(day) - NEXT),
    "this_quarter": lambda day: (_quarter(day), _quarter(day) + QUARTER - NEXT),
    "last_quarter": lambda day: (_quarter(day) - QUARTER, _quarter(day) - NEXT),
    "this_year": lambda day: (_year(day), _year(day) + YEAR - NEXT),
    "last_year": lambda day: (_year(day) - YEAR, _year(day) - NEXT),
}
PERIODS = {
    "today": _("today"),
    "yesterday": _("yesterday"),
    "last_week": _("last week"),
    "this_month": _("this month"),
    "last_month": _("last month"),
    "this_quarter": _("this quarter"),
    "last_quarter": _("last quarter"),
    "this_year": _("this year"),
    "last_year": _("last year"),
    CUSTOM: _("from … to …"),
}
# Of a report that shows how things stand: at the end of which day.
DAYS = {
    "today": _("today"),
    "yesterday": _("yesterday"),
    "last_month": _("end of last month"),
    "last_quarter": _("end of last quarter"),
    "last_year": _("end of last year"),
    CUSTOM: _("on the day …"),
}


def period_of(name: str, today: date) -> Period:
    """The period called ``name`` as seen from ``today``; refuses with KeyError."""
    first, last = _PRESETS[name](today)
    return Period(first, last, name)
