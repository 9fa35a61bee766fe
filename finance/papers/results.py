"""The bank's answers to a register, as a table: which order was paid, which came back and why."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.papers.tables import Cell, Row, is_filled, open_table
from core.refusals import Invalid
from finance.papers.registry_lines import STATES, TOTALS, plain_word, read_amount, shown
from finance.states import StateThere

MOST_ROWS = 5000
HEADINGS_WITHIN = 30
LONGEST_REFERENCE = 64
# How such columns are called, as ``plain_word`` writes them; ours first.
KNOWN: dict[str, str] = {
    "number": "номер выплаты|№ выплаты|payout number|to'lov raqami|номер поручения|order number"
    "|номер|number|№|raqam|raqami|id",
    "status": "статус|состояние|результат|status|state|result|holat|holati|natija",
    "reference": "номер платежного поручения|платежное поручение|номер документа|№ документа"
    "|референс|номер в банке|номер платежа|bank reference|reference"
    "|document number|hujjat raqami|bank raqami|bankdagi raqam|bankdagi raqami",
    "reason": "причина|комментарий|примечание|reason|note|comment|sabab|izoh",
    "amount": "сумма|amount|summa|сумма, uzs|amount, uzs|summa, uzs|сумма, сум|summa, so'm",
}
NEEDED = ("number", "status")
CARD_LIKE = re.compile(r"(?:\d[ -]?){12}(\d{4})")
# What the files that we hand over call them (``finance.providers.payouts.manual``).
OWN = {
    "number": (gettext_lazy("Payout number"), gettext_lazy("Order number")),
    "amount": (gettext_lazy("Amount, UZS"),),
}
PAID = ("зачислен", "зачислено", "перечислен", "перечислено", "o'tkazib berildi")
BACK: tuple[str, ...] = (
    *("отказ", "отказано", "возвращена", "не исполнен", "не исполнено", "не зачислено"),
    *("не удалось", "failed", "xato", "bajarilmadi", "amalga oshmadi", "muvaffaqiyatsiz"),
)
WORDS: dict[str, str] = (
    STATES | dict.fromkeys(PAID, StateThere.PAID) | dict.fromkeys(BACK, StateThere.RETURNED)
)


class NoSuchColumns(Invalid):
    message = gettext_lazy(
        "The file needs a column with the order's number and one with its status."
    )


class TooManyRows(Invalid):
    message = gettext_lazy("A file has at most {limit} rows.")


class NoRows(Invalid):
    message = gettext_lazy("The file has no rows under its headings.")


@dataclass(frozen=True, slots=True)
class Numbers:
    """How orders of a kind are numbered, and what is said of a number that is none of theirs."""

    prefix: str
    fault: Any


@dataclass(frozen=True, slots=True)
class Result:
    """A row: its order was paid, or sent back. ``fault`` is what is wrong with the row itself."""

    line: int
    order_id: int = 0
    is_paid: bool = False
    reference: str = ""
    reason: str = ""
    amount: Decimal | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class ResultFile:
    """``how`` says in words how it was read; ``headings`` which column was taken for what."""

    how: str
    headings: dict[str, str]
    results: list[Result]

    def dump(self) -> bytes:
        """What was understood of it, to be kept until it is carried out. The file itself is not:
        it may hold card numbers."""
        return json.dumps(asdict(self), cls=DjangoJSONEncoder).encode()

    @classmethod
    def load(cls, data: bytes) -> "ResultFile":
        """What ``dump`` has kept."""
        kept = json.loads(data)
        rows = [
            {**row, "amount": row["amount"] and Decimal(row["amount"])} for row in kept["results"]
        ]
        return cls(kept["how"], kept["headings"], [Result(**row) for row in rows])


def read_results(file: IO[bytes], numbers: Numbers) -> ResultFile:
    """What the bank answered. Refuses with NotATable, NoSuchColumns, NoRows and TooManyRows."""
    table = open_table(file)
    places: dict[str, int] = {}
    headings: dict[str, str] = {}
    results: list[Result] = []
    names = _names()
    for seen, (line, row) in enumerate(table.rows):
        if not places:
            places = _places(row, names)
            headings = {name: shown(row[place]) for name, place in places.items()}
            if not places and seen >= HEADINGS_WITHIN:
                raise NoSuchColumns
        elif not _is_total(row, places):
            cells = {name: _cell(row, at) for name, at in places.items()}
            results.append(_read(line, cells, numbers))
        if len(results) > MOST_ROWS:
            raise TooManyRows(limit=MOST_ROWS)
    if not places:
        raise NoSuchColumns
    if not results:
        raise NoRows
    return ResultFile(table.how, headings, results)


def _names() -> dict[str, list[str]]:
    """The known names of each column, those of our own file in every language among them."""
    names = {name: known.split("|") for name, known in KNOWN.items()}
    for language in ("ru", "uz", "en"):
        with translation.override(language):
            for name, titles in OWN.items():
                names[name][:0] = [plain_word(str(title)) for title in titles]
    return names


def _places(row: Row, names: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Where each column stands; empty when this is no row of headings."""
    words = [plain_word(cell) for cell in row]
    places = {}
    for name, known in names.items():
        found = next((words.index(word) for word in known if word in words), None)
        if found is not None:
            places[name] = found
    return places if all(name in places for name in NEEDED) else {}


def _cell(row: Row, place: int) -> Cell:
    return row[place] if place < len(row) else None


def _is_total(row: Row, places: Mapping[str, int]) -> bool:
    """A sum under the table, or a line without a number and a status. Only where the number stands
    may a word make it one: a payee may be called Jamila."""
    number = _cell(row, places["number"])
    first = number if is_filled(number) else next(filter(is_filled, row), None)
    if shown(first).lower().startswith(TOTALS):
        return True
    return not any(is_filled(_cell(row, places[name])) for name in NEEDED)


def _read(line: int, cells: Mapping[str, Cell], numbers: Numbers) -> Result:
    text = shown(cells["number"]).lstrip("№# ").strip()
    order_id = _order_id(text, numbers.prefix)
    if order_id is None:
        # A card's number in the wrong column is not repeated.
        return Result(line, fault=str(numbers.fault) % {"text": CARD_LIKE.sub(r"•••• \1", text)})
    word = plain_word(cells["status"])
    state = WORDS.get(word)
    reference = shown(cells.get("reference"))[:LONGEST_REFERENCE]
    fault = _fault(state, word, reference)
    try:
        told = cells.get("amount")
        amount = read_amount(told) if is_filled(told) else None
    except ValueError as error:
        amount, fault = None, fault or str(error)
    return Result(
        line=line,
        order_id=order_id,
        is_paid=state == StateThere.PAID,
        reference=reference,
        reason=shown(cells.get("reason"))[:300] or _("The bank returned it."),
        amount=amount,
        fault=fault,
    )


def _order_id(text: str, prefix: str) -> int | None:
    """The id behind a number, when it is one of ours."""
    number = text[len(prefix) :]
    is_ours = text[: len(prefix)].upper() == prefix and number.isdecimal() and len(number) <= 12
    return int(number) if is_ours else None


def _fault(state: str | None, word: str, reference: str) -> str:
    if state is None:
        return _("Nobody knows what this status means: %(word)s") % {"word": word or "–"}
    if state == StateThere.WAITING:
        return _("The bank has not decided yet.")
    if state == StateThere.PAID and not reference:
        return _("The number of the bank's order is missing.")
    return ""
