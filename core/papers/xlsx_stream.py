"""XLSX of any length in constant memory: rows go to a temporary file as they come.

A sheet holds a million rows; what is longer goes on on the next.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.clock import TASHKENT
from core.papers.csv import is_risky
from core.papers.xlsx import LONGEST_CELL, Cell, Column, Fact, sheet_name

ROWS_OF_A_SHEET = 1_000_000
FORMATS = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "bg_color": "#E7E7E7", "text_wrap": True, "valign": "top"},
    "money": {"num_format": "#,##0.00"},
    "date": {"num_format": "dd.mm.yyyy"},
    "time": {"num_format": "dd.mm.yyyy hh:mm"},
    # As if an apostrophe had been typed: it stays a text when somebody edits the cell.
    "risky": {"num_format": "@", "quote_prefix": True},
    "total": {"bold": True, "top": 1, "num_format": "#,##0.00"},
}


@dataclass(frozen=True, slots=True)
class Table:
    """``total`` is asked for when the rows have been written: the row under them."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    facts: Sequence[Fact] = ()
    total: Callable[[], Sequence[Cell]] | None = None


def stream_xlsx(table: Table, out: BinaryIO, *, rows_of_a_sheet: int = ROWS_OF_A_SHEET) -> None:
    """The workbook into ``out``, which stays open; no more than a row of it is held in memory."""
    with Workbook(out, {"constant_memory": True}) as book:
        book.set_properties({"title": table.title})
        pen = _Pen({name: book.add_format(look) for name, look in FORMATS.items()})
        page, line = _new_page(book, table, pen), len(table.facts) + 2
        end = line + rows_of_a_sheet
        for row in table.rows:
            if line == end:
                page, line = _new_page(book, table, pen), len(table.facts) + 2
            pen.row(page, line, row)
            line += 1
        if table.total is not None:
            for number, value in enumerate(table.total()):
                pen.total(page, line, number, value)


def _new_page(book: Workbook, table: Table, pen: "_Pen") -> Worksheet:
    """A sheet with the title, the facts and the headings, frozen under them."""
    number = len(book.worksheets()) + 1
    name = sheet_name(table.title)
    page = book.add_worksheet(name if number == 1 else f"{name[:25]} {number}")
    pen.text(page, 0, 0, table.title, "title")
    for line, (fact, value) in enumerate(table.facts, 1):
        pen.text(page, line, 0, f"{fact}: {value}")
    head = len(table.facts) + 1
    for column, heading in enumerate(table.columns):
        page.set_column(column, column, heading.width)
        pen.text(page, head, column, heading.title, "head")
    page.freeze_panes(head + 1, 0)
    return page


class _Pen:
    """Writes cells by the type of their value."""

    def __init__(self, formats: dict[str, Format]) -> None:
        self.formats = formats

    def row(self, page: Worksheet, line: int, row: Sequence[Cell]) -> None:
        for column, value in enumerate(row):
            match value:
                case None | "":
                    pass
                case str():
                    self.text(page, line, column, value)
                case Decimal():
                    page.write_number(line, column, value, self.formats["money"])
                case int():
                    page.write_number(line, column, value)
                case datetime():
                    local = value.astimezone(TASHKENT).replace(tzinfo=None)
                    page.write_datetime(line, column, local, self.formats["time"])
                case date():
                    page.write_datetime(line, column, value, self.formats["date"])

    def text(self, page: Worksheet, line: int, column: int, value: str, look: str = "") -> None:
        look = look or ("risky" if is_risky(value) else "")
        page.write_string(line, column, value[:LONGEST_CELL], self.formats.get(look))

    def total(self, page: Worksheet, line: int, column: int, value: Cell) -> None:
        look = self.formats["total"]
        if isinstance(value, str | None):
            page.write_string(line, column, value or "", look)
        else:
            page.write_number(line, column, value, look)
