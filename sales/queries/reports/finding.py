"""Asking a report: what a form or a kept job says, and the rows that answer it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from core.clock import local_date
from core.ids import id_of
from finance.states import AccountKind
from sales.queries.reports.definition import Ask, Report, Shape, a_day, shares_in
from sales.queries.reports.grouping import PERSON_NAME, TOUR_TITLE
from sales.queries.reports.period import CUSTOM, DAYS, PERIODS, Period, period_of

CHUNK = 2_000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """``rows`` of ``count``, and the sums over all of them by column."""

    rows: list[Row]
    count: int
    totals: dict[str, Decimal | int]


def ask_of(report: Report, values: Mapping[str, Any], *, at: datetime, language: str) -> Ask:
    """What ``values`` (a query string's, a job's) ask of the report at the instant ``at``; what
    they do not say, or say wrongly, is as the report has it. ``on`` moves "today"."""
    group = values.get("group", "")
    return Ask(
        period=_period(report, values, at),
        until=at,
        group=group if group in report.groups else next(iter(report.groups), ""),
        agency_id=_id(values, "agency") if "agency" in report.filters else None,
        tour_id=_id(values, "tour") if "tour" in report.filters else None,
        account=_account(report, values.get("account", "")),
        person_id=_id(values, "person") if "person" in report.filters else None,
        state=_one_of(report.states, values.get("state", "")),
        counted=_one_of(report.counts, values.get("counted", "")) or _first(report.counts),
        language=language,
    )


def values_of(report: Report, ask: Ask) -> dict[str, str]:
    """The other way round: what a query string or a job keeps of it."""
    values = {"period": ask.period.name}
    if ask.period.name == CUSTOM:
        values |= {"first": ask.period.first.isoformat(), "last": ask.period.last.isoformat()}
    if report.groups:
        values["group"] = ask.group
    narrowed = {
        "agency": ask.agency_id,
        "tour": ask.tour_id,
        "account": ask.account,
        "person": ask.person_id,
        "state": ask.state,
        "counted": ask.counted,
    }
    return values | {name: str(value) for name, value in narrowed.items() if value}


def find(report: Report, ask: Ask, *, most: int) -> Found:
    """The first ``most`` rows, how many there are, and the totals of all."""
    sql, values, columns = report.sql(ask), ask.values, report.columns(ask)
    added = {each.name: each.shape for each in columns if each.is_added_up}
    sums = ", ".join(["count(*)", *(f"coalesce(sum({name}), 0)" for name in added)])
    with connection.cursor() as cursor:
        cursor.execute(" ".join((sql, "LIMIT %(most)s")), {**values, "most": most})
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute(" ".join(("SELECT", sums, "FROM (", sql, ") r")), values)
        count, *found = cursor.fetchone() or (0,)
    totals: dict[str, Decimal | int] = {
        name: value if shape == Shape.MONEY else int(value)
        for (name, shape), value in zip(added.items(), found, strict=True)
    }
    return Found(rows, count, {**totals, **shares_in(columns, totals)})


def names_of(ask: Ask) -> tuple[str, str, str]:
    """What the agency, the tour and the person that were asked for are called."""
    sql = (
        "SELECT (SELECT name FROM partners_travelagency WHERE id = %(agency)s),",
        "(SELECT",
        TOUR_TITLE,
        "FROM catalog_tour o WHERE o.id = %(tour)s), (SELECT",
        PERSON_NAME,
        "FROM partners_user u WHERE u.id = %(person)s)",
    )
    with connection.cursor() as cursor:
        cursor.execute(" ".join(sql), ask.values)
        agency, title, person = cursor.fetchone() or ("", "", "")
    return agency or "", title or "", person or ""


def count_rows(report: Report, ask: Ask) -> int:
    """How many rows the answer has."""
    with connection.cursor() as cursor:
        cursor.execute(" ".join(("SELECT count(*) FROM (", report.sql(ask), ") r")), ask.values)
        (count,) = cursor.fetchone() or (0,)
    return int(count)


def stream(report: Report, ask: Ask) -> Iterator[Row]:
    """All rows, by a cursor of the server's, so that no more than CHUNK of them are held here.

    Outside a transaction the cursor is one that outlives its own (WITH HOLD): it shows one instant,
    and what is written between the rows is committed on its own.
    """
    with connection.chunked_cursor() as cursor:
        cursor.execute(report.sql(ask), ask.values)
        names = [column.name for column in cursor.description or ()]
        while rows := cursor.fetchmany(CHUNK):
            for row in rows:
                yield dict(zip(names, row, strict=True))


def _period(report: Report, values: Mapping[str, Any], at: datetime) -> Period:
    today = a_day(values.get("on")) or local_date(at)
    known, usual = (DAYS, "today") if report.is_as_at else (PERIODS, "this_month")
    name = values.get("period") or usual
    if name == CUSTOM:
        last = a_day(values.get("last")) or today
        first = a_day(values.get("first")) or last
        return Period(min(first, last), max(first, last))
    return period_of(name if name in known else usual, today)


def _id(values: Mapping[str, Any], name: str) -> int | None:
    return id_of(str(values.get(name) or ""))


def _account(report: Report, text: str) -> str:
    return text if "account" in report.filters and text in AccountKind.values else ""


def _one_of(choices: Sequence[tuple[str, Any]], text: str) -> str:
    return text if text in dict(choices) else ""


def _first(choices: Sequence[tuple[str, Any]]) -> str:
    return choices[0][0] if choices else ""
