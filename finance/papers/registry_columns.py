"""The columns of a registry: where its headings are, and which of them is which of our fields.

A mapping is JSON: ``{"id": heading, "amount": heading, "booking": …, "state": …, "time": …,
"unit": "uzs" or "tiyin", "states": {a word of the file: what it means}}``. Headings that are there
twice are told apart by a number.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from core.papers.tables import Cell, Row, is_filled, open_table
from core.refusals import Invalid

FIELDS = {
    "id": _("id of the payment there"),
    "amount": _("amount"),
    "time": _("date and time"),
    "state": _("state"),
    "booking": _("booking"),
}
NEEDED = ("id", "amount")
UZS, TIYIN = "uzs", "tiyin"
# How Payme and banks call them in three languages, in lower case; the better name first.
KNOWN: dict[str, tuple[str, ...]] = {
    "id": (
        "id транзакции",
        "ид транзакции",
        "идентификатор транзакции",
        "номер транзакции",
        "transaction id",
        "tranzaksiya id",
        "paycom id",
        "payme id",
        "id платежа",
        "номер платежа",
        "payment id",
        "to'lov id",
        "id чека",
        "номер чека",
        "receipt id",
        "chek id",
        "rrn",
        "референс",
        "номер документа",
        "№ документа",
        "hujjat raqami",
        "document number",
        "reference",
        "транзакция",
        "transaction",
        "tranzaksiya",
        "id",
    ),
    "amount": (
        "сумма платежа",
        "сумма транзакции",
        "сумма операции",
        "payment amount",
        "transaction amount",
        "to'lov summasi",
        "поступление",
        "кредит",
        "kredit",
        "credit",
        "сумма",
        "summa",
        "amount",
    ),
    "time": (
        "дата оплаты",
        "дата и время",
        "время оплаты",
        "дата проведения",
        "дата операции",
        "дата транзакции",
        "to'lov vaqti",
        "paid at",
        "perform time",
        "date and time",
        "дата",
        "время",
        "sana",
        "vaqt",
        "date",
        "time",
        "datetime",
    ),
    "state": ("статус", "состояние", "status", "state", "holat", "holati"),
    "booking": (
        "order_id",
        "order id",
        "номер заказа",
        "номер брони",
        "код брони",
        "заказ",
        "бронь",
        "лицевой счет",
        "account",
        "order",
        "booking",
        "buyurtma raqami",
        "buyurtma",
        "bron",
    ),
}
HEADINGS_WITHIN = 30
SAMPLES = 5
MOST_COLUMNS = 100
_QUIET = re.compile(r"[^\w№' ]+")


class NothingInside(Invalid):
    message = _("The file is empty: there is no line under its headings.")


class NoColumns(Invalid):
    message = _("The file has one column only. A registry needs an id and an amount at least.")


class ColumnGone(Invalid):
    message = _("The file has no column “{heading}”.")


class ColumnNeeded(Invalid):
    message = _("Say which column is: {what}.")


@dataclass(frozen=True, slots=True)
class Look:
    """A file at first sight: ``heading_line`` is its own number."""

    how: str
    headings: list[str]
    heading_line: int
    samples: list[tuple[int, list[str]]]


def look(file: IO[bytes]) -> Look:
    """The headings and the first lines. Refuses with NotATable, NothingInside or NoColumns."""
    table = open_table(file)
    line, headings, rows = headings_of(table.rows)
    samples = [(n, [shown(c) for c in row[: len(headings)]]) for n, row in islice(rows, SAMPLES)]
    if not samples:
        raise NothingInside
    return Look(table.how, headings, line, samples)


def headings_of(
    rows: Iterator[tuple[int, Row]],
) -> tuple[int, list[str], Iterator[tuple[int, Row]]]:
    """The number of the line of headings, the headings, and the rows under them.

    A bank writes its name and the period first: the headings are the row of the first thirty that
    says most of the names we know, else the first row.
    """
    head = list(islice(rows, HEADINGS_WITHIN))
    if not head:
        raise NothingInside
    best = max(range(len(head)), key=lambda n: (_known_in(head[n][1]), -n))
    line, row = head[best]
    headings = _told_apart([shown(cell) for cell in row])
    if len(headings) < len(NEEDED):
        raise NoColumns
    return line, headings, chain(head[best + 1 :], rows)


def guess(headings: Sequence[str], remembered: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping of what was ``remembered`` and is there, and of what the headings say."""
    mapping: dict[str, Any] = {
        "unit": remembered.get("unit", _guess_unit(headings)),
        "states": remembered.get("states", {}),
    }
    free = list(headings)
    for field in FIELDS:
        heading = remembered.get(field)
        if heading not in free and (heading or not remembered):
            heading = _best(field, free)
        mapping[field] = heading or ""
        if heading:
            free.remove(heading)
    return mapping


def places(headings: Sequence[str], mapping: Mapping[str, Any]) -> dict[str, int]:
    """Where each mapped field stands in a row. Refuses with ColumnNeeded or ColumnGone."""
    found = {}
    for field, what in FIELDS.items():
        heading = mapping.get(field)
        if heading and heading not in headings:
            raise ColumnGone(heading=heading, field=field)
        if heading:
            found[field] = headings.index(heading)
        elif field in NEEDED:
            raise ColumnNeeded(what=what, field=field)
    return found


def shown(cell: Cell) -> str:
    """A cell as a person sees it."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else " ".join(str(cell).split())


def _plain(heading: str) -> str:
    quiet = heading.lower().translate(str.maketrans("ёʻʼ‘’`", "е'''''"))
    return " ".join(_QUIET.sub(" ", quiet).split())


def _best(field: str, headings: Sequence[str]) -> str:
    """The heading with the best name; one that only begins with a name comes after."""
    plain = {heading: _plain(heading) for heading in headings}
    for fits in (str.__eq__, str.startswith):
        for name in KNOWN[field]:
            for heading, words in plain.items():
                if words and fits(words, name):
                    return heading
    return ""


def _guess_unit(headings: Sequence[str]) -> str:
    heading = _plain(_best("amount", headings))
    return TIYIN if any(word in heading for word in ("тийин", "tiyin")) else UZS


def _known_in(row: Row) -> int:
    """How many of our fields a row of headings would name; a row of one cell is a title."""
    texts = [shown(cell) for cell in row if is_filled(cell)]
    if len(texts) < len(NEEDED):
        return -1
    return sum(bool(_best(field, texts)) for field in FIELDS)


def _told_apart(headings: list[str]) -> list[str]:
    headings = headings[:MOST_COLUMNS]
    while headings and not headings[-1]:
        headings.pop()
    seen: Counter[str] = Counter()
    names = []
    for number, heading in enumerate(headings, start=1):
        name = heading[:80] or f"№ {number}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names
