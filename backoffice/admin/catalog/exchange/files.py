"""Tables as CSV and XLSX: read from whatever a spreadsheet program saved, written for one.

What could be a formula is guarded by an apostrophe, which is taken off again on the way in.
"""

import csv
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

import tablib
import xlsxwriter
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.formats import base_formats
from openpyxl import load_workbook

from core.refusals import Invalid

MOST_ROWS = 5000
MOST_BYTES = 10 * 2**20
MOST_UNPACKED = 200 * 2**20
MOST_COLUMNS = 200
MOST_TITLES = 10
LONGEST_CELL = 32_767  # of Excel
# A programme in three languages is one cell.
csv.field_size_limit(MOST_BYTES)

DELIMITERS = ",;\t"
# Sheets are written by Windows: what is not UTF-8 there is its Cyrillic code page.
FALLBACK = "cp1251"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


class Unreadable(Invalid):
    message = _("This is neither a CSV nor an XLSX file.")


class FileTooLarge(Invalid):
    message = _("A file has at most 10 MB.")


class TooManyRows(Invalid):
    message = _("A file has at most {limit} rows. Split it, or filter the list.")


class BrokenTable(Invalid):
    message = _("Row {row} has more cells than there are columns.")


class HeadingTwice(Invalid):
    message = _("The column “{name}” is there twice.")


class NothingInside(Invalid):
    message = _("The file has no rows under its headings.")


class CellTooLong(Invalid):
    message = _("A text is too long for a cell of Excel. Choose CSV.")


@dataclass(frozen=True, slots=True)
class Table:
    """``lines`` are the numbers of the rows as a spreadsheet program counts them; ``how`` says in
    words how the file was read."""

    headings: list[str]
    rows: list[list[Any]]
    lines: list[int]
    how: str

    def dataset(self) -> tablib.Dataset:
        return tablib.Dataset(*self.rows, headers=self.headings)


def guarded(text: str) -> str:
    """``text`` so that no spreadsheet program takes it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """``text`` as it was before ``guarded``."""
    return text[1:] if _GUARDED.match(text) else text


def read_table(data: bytes, *, columns: Collection[str]) -> Table:
    """The table in a file: its headings are the first row that names one of ``columns``, whatever
    titles stand above it. Refuses with the Invalid kinds above, in words for who made it."""
    if len(data) > MOST_BYTES:
        raise FileTooLarge
    if data.startswith(b"PK\x03\x04"):
        return _table(_sheet_rows(data), "XLSX", columns)
    text, encoding = _decoded(data)
    heading = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=heading.count)
    how = gettext("CSV, %(encoding)s, separated by “%(delimiter)s”") % {
        "encoding": encoding,
        "delimiter": "Tab" if delimiter == "\t" else delimiter,
    }
    return _table(csv.reader(StringIO(text, newline=""), delimiter=delimiter), how, columns)


def _decoded(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding."""
    is_utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", FALLBACK):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            names = {"utf-8-sig": "UTF-8", FALLBACK: "Windows-1251", "utf-16": "UTF-16"}
            return text, names[encoding]
    raise Unreadable


def _sheet_rows(data: bytes) -> Iterator[list[Any]]:
    """The rows of the first sheet; of formulas their last values."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise FileTooLarge
        book = load_workbook(BytesIO(data), read_only=True, data_only=True)
        for row in book.worksheets[0].iter_rows():
            yield [_cell(cell) for cell in row]
    except FileTooLarge:
        raise
    except Exception as error:  # openpyxl raises whatever it stumbles over
        raise Unreadable from error


def _cell(cell: Any) -> Any:
    """What a person sees there where the sheet keeps another number: 0.1 is shown as 10%."""
    is_number = isinstance(cell.value, int | float)
    return f"{cell.value * 100:.10g}%" if is_number and "%" in cell.number_format else cell.value


def _table(rows: Iterable[list[Any]], how: str, columns: Collection[str]) -> Table:
    numbered = enumerate(rows, start=1)
    try:
        filled = [(line, row) for line, row in _some(numbered) if any(_is_filled(c) for c in row)]
    except csv.Error as error:
        raise Unreadable from error
    above = _titles(filled, columns)
    if len(filled) < above + 2:
        raise NothingInside
    (_line, first), *body = filled[above:]
    headings = _headings(first)
    return Table(
        headings=headings,
        rows=[_fitted(row, len(headings), line) for line, row in body],
        lines=[line for line, _row in body],
        how=how,
    )


def _some(rows: Iterable[tuple[int, list[Any]]]) -> Iterator[tuple[int, list[Any]]]:
    """As many rows as a file may have; blank ones count, too, for somebody has to read them."""
    for line, row in rows:
        if line > MOST_ROWS + 1:
            if any(_is_filled(cell) for cell in row):
                raise TooManyRows(limit=MOST_ROWS)
            if line > MOST_ROWS * 10:
                return
        yield line, row


def _titles(rows: list[tuple[int, list[Any]]], columns: Collection[str]) -> int:
    """How many rows stand above the headings: a title in merged cells, Excel's ``sep=;``."""
    for number, (_line, row) in enumerate(rows[: MOST_TITLES + 1]):
        if any(_name(cell) in columns for cell in row):
            return number
    return 0


def _name(cell: Any) -> str:
    return "" if cell is None else str(cell).strip().lower()


def _is_filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


def _headings(row: list[Any]) -> list[str]:
    names = [_name(cell) for cell in row]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise Unreadable
    for name in names:
        if name and names.count(name) > 1:
            raise HeadingTwice(name=name)
    return names


def _fitted(row: list[Any], width: int, line: int) -> list[Any]:
    if any(_is_filled(cell) for cell in row[width:]):
        raise BrokenTable(row=line)
    return [*row[:width], *[None] * (width - len(row))]


# --- the way out


class CSV(base_formats.CSV):
    """UTF-8 with its mark, by which Excel knows Cyrillic."""

    def get_title(self) -> str:
        return "CSV"

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        file = StringIO(newline="")
        writer = csv.writer(file)
        writer.writerow(dataset.headers)
        writer.writerows(dataset)
        return file.getvalue().encode("utf-8-sig")


class XLSX(base_formats.XLSX):
    """Text as text and numbers as numbers; never a formula."""

    def get_title(self) -> str:
        return "XLSX"

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        file = BytesIO()
        options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
        with xlsxwriter.Workbook(file, options) as book:
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(dataset.headers) - 1, 18)
            sheet.write_row(0, 0, dataset.headers, book.add_format({"bold": True}))
            for number, row in enumerate(dataset, start=1):
                for column, cell in enumerate(row):
                    _write_cell(sheet, number, column, cell)
        return file.getvalue()


def _write_cell(sheet: Any, row: int, column: int, cell: Any) -> None:
    if isinstance(cell, str):
        if len(cell) > LONGEST_CELL:
            raise CellTooLong
        if cell:
            sheet.write_string(row, column, cell)
    elif cell is not None:
        sheet.write_number(row, column, cell)
