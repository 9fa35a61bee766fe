"""A report as data: what it answers, its columns, its SQL; and what is asked of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from core.clock import OUR_YEARS, local_midnight
from core.money import HUNDRED, ZERO, round_money
from finance.states import AGENCY_ACCOUNTS, USER_ACCOUNTS
from sales.queries.reports.period import NEXT, Period

# What is posted at the very instant of the question is in its answer.
TICK = timedelta(microseconds=1)


class Shape(StrEnum):
    """What a column holds, which says how it is written and whether it is added up."""

    TEXT = "text"
    MONEY = "money"
    COUNT = "count"
    PERCENT = "percent"
    DATE = "date"
    MONTH = "month"
    TIME = "time"


ADDED_UP = (Shape.MONEY, Shape.COUNT)
# Of so many letters on, a text is broken into lines.
LONG = 20


@dataclass(frozen=True, slots=True)
class Column:
    """``name`` is the SQL's; ``page`` is the model (``app.model``) of what the cell leads to, by
    the id in the SQL's column ``page_id``. ``choices`` are words for codes. A percentage may be the
    ``share`` of one column in another, which totals have, too."""

    name: str
    title: Any
    shape: Shape = Shape.TEXT
    width: int = 16
    page: str = ""
    page_id: str = ""
    choices: Sequence[tuple[str, Any]] = ()
    share: tuple[str, str] | None = None

    @property
    def is_added_up(self) -> bool:
        return self.shape in ADDED_UP and not self.page

    @property
    def is_figure(self) -> bool:
        return self.is_added_up or self.shape == Shape.PERCENT

    @property
    def is_long(self) -> bool:
        """Names and notes, which may be broken into lines."""
        return self.shape == Shape.TEXT and self.width >= LONG


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of a report: local days, both inclusive, and what it is narrowed to.

    ``until`` is the instant it is asked at: what is posted later is not in it, so that a job that
    was broken off gives the same file when it is taken up anew.
    """

    period: Period
    until: datetime
    group: str = ""
    agency_id: int | None = None
    tour_id: int | None = None
    account: str = ""
    person_id: int | None = None
    state: str = ""
    counted: str = ""
    language: str = "ru"

    @property
    def values(self) -> dict[str, Any]:
        """The SQL's parameters."""
        first, last = self.period.first, self.period.last
        return {
            "since": local_midnight(first),
            "before": min(local_midnight(last + NEXT), self.until + TICK),
            "as_of": last,
            "agency": self.agency_id,
            "tour": self.tour_id,
            "account": self.account or None,
            "person": self.person_id,
            "state": self.state or None,
            "language": self.language,
            "agency_kinds": [str(kind) for kind in AGENCY_ACCOUNTS],
            "user_kinds": [str(kind) for kind in USER_ACCOUNTS],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """``question`` is what it answers. ``filters`` name what may be narrowed: period or day (as
    at), agency, tour, account, person, state. ``groups`` are the choices of what a row is and
    ``counts`` of what must have happened in the period, the first by default; ``states`` are those
    that ``state`` narrows to.

    ``measure`` is the column that the chart shows and the rows are ordered by; where there is no
    such column (a list, row by row) there is no chart.
    """

    code: str
    title: Any
    question: Any
    icon: str
    columns: Callable[[Ask], list[Column]]
    sql: Callable[[Ask], str]
    filters: tuple[str, ...]
    groups: tuple[str, ...] = ()
    measure: str = ""
    counts: Sequence[tuple[str, Any]] = ()
    states: Sequence[tuple[str, Any]] = ()

    @property
    def is_as_at(self) -> bool:
        """It shows how things stand on a day, not what happened in a period."""
        return "day" in self.filters


def shares_in(columns: Sequence[Column], sums: Mapping[str, Any]) -> dict[str, Decimal]:
    """The percentages of a row of totals; nothing where there is nothing to be a share of."""
    return {
        column.name: round_money(sums[column.share[0]] * HUNDRED / sums[column.share[1]])
        for column in columns
        if column.share is not None and sums[column.share[1]] != ZERO
    }


def a_day(value: Any) -> date | None:
    """The date that ``2027-03-01`` is, or None; also for one that is not of our times."""
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return None
    return day if day.year in OUR_YEARS else None
