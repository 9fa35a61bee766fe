"""XLSX sheets: a title, facts, one table, facts under it; set up to be printed on A4.

Text is always written as text, so that nothing typed by a stranger is a formula.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.clock import TASHKENT

A4 = 9
LONGEST_CELL = 32_767
LONGEST_NAME = 31
NOT_IN_A_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "bg_color": "#E7E7E7", "border": 1, "text_wrap": True, "valign": "top"},
    "text": {"border": 1, "text_wrap": True, "valign": "top"},
    "money": {"border": 1, "valign": "top", "num_format": "#,##0.00"},
    "date": {"border": 1, "valign": "top", "num_format": "dd.mm.yyyy"},
    "time": {"border": 1, "valign": "top", "num_format": "dd.mm.yyyy hh:mm"},
}

# What a cell can hold; an instant is written as the time in Tashkent.
Cell = str | int | Decimal | date | datetime | None
Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """``width`` in characters."""

    title: str
    width: int = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """``facts`` stand above the table and ``totals`` under it: a name and a value each."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    facts: Sequence[Fact] = ()
    totals: Sequence[Fact] = ()


def write_xlsx(sheet: Sheet) -> bytes:
    """The workbook's bytes: its one sheet frozen under the headings and filtered by them."""
    out = BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"title": sheet.title})
        formats = {name: book.add_format(look) for name, look in FORMATS.items()}
        _Pen(book.add_worksheet(sheet_name(sheet.title)), formats).write(sheet)
    return out.getvalue()


class _Pen:
    """Writes cells by the type of their value."""

    def __init__(self, page: Worksheet, formats: dict[str, Format]) -> None:
        self.page = page
        self.formats = formats

    def write(self, sheet: Sheet) -> None:
        self.text(0, 0, sheet.title, self.formats["title"])
        head = self.facts(1, sheet.facts) + 1
        for number, column in enumerate(sheet.columns):
            self.page.set_column(number, number, column.width)
            self.text(head, number, column.title, self.formats["head"])
        last = head
        for last, row in enumerate(sheet.rows, head + 1):
            for number, value in enumerate(row):
                self.cell(last, number, value)
        self.facts(last + 2, sheet.totals)
        self.set_up(head, last, len(sheet.columns) - 1)

    def facts(self, row: int, facts: Sequence[Fact]) -> int:
        """One under the other from ``row`` on; the row after them."""
        for number, (name, value) in enumerate(facts, row):
            self.text(number, 0, f"{name}: {value}")
        return row + len(facts)

    def cell(self, row: int, column: int, value: Cell) -> None:
        match value:
            case None | "":
                self.page.write_blank(row, column, None, self.formats["text"])
            case datetime():
                local = value.astimezone(TASHKENT).replace(tzinfo=None)
                self.page.write_datetime(row, column, local, self.formats["time"])
            case date():
                self.page.write_datetime(row, column, value, self.formats["date"])
            case Decimal():
                self.page.write_number(row, column, value, self.formats["money"])
            case int():
                self.page.write_number(row, column, value, self.formats["text"])
            case _:
                self.text(row, column, value, self.formats["text"])

    def text(self, row: int, column: int, value: str, look: Format | None = None) -> None:
        self.page.write_string(row, column, value[:LONGEST_CELL], look)

    def set_up(self, head: int, last: int, right: int) -> None:
        self.page.freeze_panes(head + 1, 0)
        self.page.autofilter(head, 0, last, right)
        self.page.set_landscape()
        self.page.set_paper(A4)
        self.page.fit_to_pages(1, 0)
        self.page.repeat_rows(head)
        self.page.set_footer("&R&P / &N")


def sheet_name(title: str) -> str:
    return title.translate(NOT_IN_A_NAME).strip()[:LONGEST_NAME].strip() or "1"
