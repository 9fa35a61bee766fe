"""The lines of a registry, typed: a cell becomes money, a time, a state, or a fault."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import IO, Any, NamedTuple

from django.utils.translation import gettext as _

from core.clock import TASHKENT
from core.papers.tables import Cell, Row, is_filled, open_table
from finance.papers.registry_columns import TIYIN, headings_of, places, shown
from finance.states import StateThere

MOST_FAULTS = 100
MOST_WORDS = 30
LONGEST_ID = 64
MOST_MONEY = Decimal(10) ** 12
CENT = Decimal("0.01")
# What is written around a figure.
_AROUND = re.compile(r"[\s\u00a0\u202f'’]|uzs|сум|so['ʻ‘’]?m", re.IGNORECASE)
_GROUPED = re.compile(r"-?\d{1,3}([.,])\d{3}(?:\1\d{3})+")
_UNCLEAR = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_RUSSIAN = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})(?:[ ,T]+(.+))?", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f]")
TOTALS = ("итог", "всего", "jami", "total")

# Payme's own numbers (a transaction's and a receipt's) and what people write.
WORDS: dict[str, tuple[str, ...]] = {
    StateThere.PAID: (
        *("2", "4", "paid", "performed", "success", "successful", "completed", "done", "ok"),
        *("оплачен", "оплачено", "оплачена", "проведен", "проведено", "проведена", "исполнен"),
        *("успешно", "успешный", "успех", "завершен", "завершено", "выполнен", "подтвержден"),
        *("to'langan", "to'landi", "muvaffaqiyatli", "bajarildi", "o'tkazildi"),
    ),
    StateThere.RETURNED: (
        *("-1", "-2", "21", "50", "cancelled", "canceled", "refunded", "reversed", "returned"),
        *("отменен", "отменено", "отменена", "отмена", "возврат", "возвращен", "возвращено"),
        *("сторнирован", "отклонен", "ошибка", "failed", "error", "rejected"),
        *("bekor qilingan", "bekor qilindi", "qaytarilgan", "qaytarildi", "rad etildi"),
    ),
    StateThere.WAITING: (
        *("0", "1", "created", "pending", "waiting", "processing", "new"),
        *("создан", "создана", "создано", "ожидает", "ожидание", "ожидает оплаты"),
        *("в обработке", "не оплачен", "новый", "kutilmoqda", "yaratilgan", "yangi"),
    ),
}
STATES = {word: str(state) for state, words in WORDS.items() for word in words}


class Line(NamedTuple):
    """``key`` is the id without spaces, in lower case."""

    line: int
    key: str
    amount: Decimal
    booking: str
    state: str
    happened_at: datetime | None


@dataclass(slots=True)
class Findings:
    """What is wrong in a file, by line; only the first faults are kept, all are counted."""

    faults: list[tuple[int, str]] = field(default_factory=list)
    count: int = 0
    words: dict[str, int] = field(default_factory=dict)
    totals: int = 0
    lines: int = 0

    def add(self, line: int, sentence: str) -> None:
        self.count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append((line, sentence))


def read_lines(file: IO[bytes], mapping: Mapping[str, Any], findings: Findings) -> Iterator[Line]:
    """The good lines of the file; ``findings`` tells of the rest when all have been read.

    Refuses as ``registry_columns`` does.
    """
    _number, headings, rows = headings_of(open_table(file).rows)
    reader = _Reader(places(headings, mapping), mapping, findings)
    for number, row in rows:
        findings.lines += 1
        if line := reader.read(number, row):
            yield line


class _Reader:
    def __init__(self, where: Mapping[str, int], mapping: Mapping[str, Any], findings: Findings):
        self.where = where
        self.in_tiyin = mapping.get("unit") == TIYIN
        self.states = STATES | {word: str(s) for word, s in mapping.get("states", {}).items()}
        self.findings = findings

    def read(self, number: int, row: Row) -> Line | None:
        if not is_filled(self.cell(row, "id")) and _is_total(row):
            self.findings.totals += 1
            return None
        try:
            return self._typed(number, row)
        except ValueError:
            self.findings.add(number, " ".join(self._faults(row)))
            return None

    def _faults(self, row: Row) -> Iterator[str]:
        """All that is wrong in a line."""
        readers = {"id": read_id, "amount": self._amount, "time": read_time}
        for name, read in readers.items():
            try:
                read(self.cell(row, name))
            except ValueError as fault:
                yield str(fault)

    def cell(self, row: Row, name: str) -> Cell:
        place = self.where.get(name)
        return row[place] if place is not None and place < len(row) else None

    def _typed(self, number: int, row: Row) -> Line | None:
        state = self._state(number, self.cell(row, "state"))
        key = read_id(self.cell(row, "id"))
        amount = self._amount(self.cell(row, "amount"))
        happened_at = read_time(self.cell(row, "time"))
        if state is None:
            return None
        if amount < 0:
            # A line of its own that takes money back.
            amount, state = -amount, str(StateThere.RETURNED)
        booking = _CONTROL.sub("", shown(self.cell(row, "booking")))[:LONGEST_ID].upper()
        return Line(number, key, amount, booking, state, happened_at)

    def _amount(self, cell: Cell) -> Decimal:
        return read_amount(cell, in_tiyin=self.in_tiyin)

    def _state(self, number: int, cell: Cell) -> str | None:
        """None for a word nobody knows: people are asked what it means."""
        word = plain_word(cell)
        state = self.states.get(word, "") if word else ""
        if word and not state:
            if len(self.findings.words) < MOST_WORDS:
                self.findings.words.setdefault(word, number)
            return None
        return state


def read_id(cell: Cell) -> str:
    """The id as it is compared: no spaces, lower case. Or a ValueError in words."""
    text = _CONTROL.sub("", "".join(shown(cell).split())).lower()
    if not text:
        raise ValueError(_("The id is missing."))
    if _SCIENTIFIC.fullmatch(text):
        raise ValueError(
            _("A spreadsheet program has spoilt the id: %(id)s. Export the file anew.")
            % {"id": text}
        )
    if len(text) > LONGEST_ID:
        raise ValueError(_("The id is longer than %(n)s characters.") % {"n": LONGEST_ID})
    return text


def read_amount(cell: Cell, *, in_tiyin: bool = False) -> Decimal:
    """UZS. Or a ValueError in words."""
    if not is_filled(cell):
        raise ValueError(_("The amount is missing."))
    amount = _figure(cell)
    if in_tiyin:
        amount /= 100
    exact = amount.quantize(CENT) if abs(amount) < MOST_MONEY else None
    if exact is None or exact != amount:
        raise ValueError(_("This is no amount of money: %(text)s.") % {"text": shown(cell)[:40]})
    return exact


def _figure(cell: Cell) -> Decimal:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        # Binary fractions of a sheet: 0.1 + 0.2 is meant to be 0.3.
        return Decimal(repr(round(cell, 4)))
    text = _AROUND.sub("", shown(cell)).strip(".")
    if _UNCLEAR.fullmatch(text):
        raise ValueError(
            _("Thousands or a fraction? Write the amount without a separator: %(text)s.")
            % {"text": text}
        )
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "").replace(".", "")
    elif "," in text and "." in text:
        thousands = "," if text.rindex(".") > text.rindex(",") else "."
        text = text.replace(thousands, "")
    try:
        figure = Decimal(text.replace(",", "."))
    except InvalidOperation:
        figure = Decimal("NaN")
    if not figure.is_finite():
        raise ValueError(_("This is no amount of money: %(text)s.") % {"text": shown(cell)[:40]})
    return figure


def read_time(cell: Cell) -> datetime | None:
    """The instant; what names no zone is the time of Tashkent. Or a ValueError in words."""
    if not is_filled(cell):
        return None
    try:
        instant = _instant(cell)
    except (ValueError, OverflowError):
        raise ValueError(
            _("This is no date: %(text)s. Write 2027-03-01 14:30 or 01.03.2027 14:30.")
            % {"text": shown(cell)[:40]}
        ) from None
    return (instant if instant.tzinfo else instant.replace(tzinfo=TASHKENT)).astimezone(UTC)


def _instant(cell: Cell) -> datetime:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    text = shown(cell)
    if text.isdecimal() and len(text) == 13:
        # Payme's own milliseconds.
        return datetime.fromtimestamp(int(text) // 1000, UTC)
    if russian := _RUSSIAN.fullmatch(text):
        day, month, year, rest = russian.groups()
        text = f"{year}-{month:0>2}-{day:0>2}" + (f" {rest}" if rest else "")
    return datetime.fromisoformat(text)


def plain_word(cell: Cell) -> str:
    """A state's word as it is compared and remembered."""
    return shown(cell).lower().translate(str.maketrans("ёʻʼ‘’`", "е'''''"))[:60]


def _is_total(row: Iterable[Cell]) -> bool:
    return any(shown(cell).lower().startswith(TOTALS) for cell in row if isinstance(cell, str))
