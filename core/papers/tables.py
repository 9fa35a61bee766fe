"""Tables as people have them: CSV in the encodings of this region, XLSX and XLS; read row by row.

The memory a CSV takes does not grow with it; a sheet is held once, packed, by its reader.
"""

import codecs
import csv
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import TextIOWrapper
from itertools import chain, islice
from typing import IO

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from python_calamine import CalamineError, CalamineWorkbook

from core.refusals import Invalid

# What a cell of a sheet comes as; of CSV it is text.
Cell = str | int | float | bool | date | datetime | time | timedelta | None
Row = Sequence[Cell]

DELIMITERS = ";,\t|"
HEAD_BYTES = 64 * 1024
HEAD_ROWS = 40
MOST_UNPACKED = 600 * 2**20
LONGEST_CELL = 128 * 1024
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
NAMES = {"utf-8-sig": "UTF-8", "cp1251": "Windows-1251", "utf-16": "UTF-16"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class NotATable(Invalid):
    message = _("This is not a table: neither CSV nor an Excel sheet.")


class SheetTooLarge(Invalid):
    message = _("The sheet is too large. Save it as CSV.")


@dataclass(frozen=True, slots=True)
class TableFile:
    """``rows`` are the filled ones, each with its number as a spreadsheet program counts; ``how``
    says in words how the file was read."""

    how: str
    rows: Iterator[tuple[int, Row]]


def open_table(file: IO[bytes]) -> TableFile:
    """The first table in ``file``, which stays open. Refuses with NotATable or SheetTooLarge, also
    while rows are read."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if head.startswith((ZIP, OLE)):
        return TableFile("XLSX" if head.startswith(ZIP) else "XLS", _sheet_rows(file))
    encoding = _encoding_of(file, head)
    delimiter = _delimiter_of(head.decode(encoding, errors="ignore"))
    how = gettext("CSV, %(encoding)s, separated by “%(delimiter)s”") % {
        "encoding": NAMES[encoding],
        "delimiter": "Tab" if delimiter == "\t" else delimiter,
    }
    return TableFile(how, _csv_rows(file, encoding, delimiter))


def is_filled(cell: Cell) -> bool:
    """Whether somebody has written something there."""
    return cell is not None and cell != "" and str(cell).strip() != ""


def _sheet_rows(file: IO[bytes]) -> Iterator[tuple[int, Row]]:
    """The rows of the first sheet that has any; of formulas their last values."""
    try:
        _check_unpacked(file)
        with CalamineWorkbook.from_filelike(file) as book:
            sheets = (book.get_sheet_by_index(n) for n in range(len(book.sheet_names)))
            sheet = next((sheet for sheet in sheets if sheet.height), None)
            if sheet is None:
                return
            first = (sheet.start or (0, 0))[0] + 1
            for number, row in enumerate(sheet.iter_rows(), first):
                if any(is_filled(cell) for cell in row):
                    yield number, row
    except (CalamineError, zipfile.BadZipFile) as error:
        raise NotATable from error


def _check_unpacked(file: IO[bytes]) -> None:
    """A small file may unpack to a huge one."""
    if zipfile.is_zipfile(file):
        file.seek(0)
        with zipfile.ZipFile(file) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise SheetTooLarge
    file.seek(0)


def _csv_rows(file: IO[bytes], encoding: str, delimiter: str) -> Iterator[tuple[int, Row]]:
    text = TextIOWrapper(file, encoding=encoding, newline="")
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    try:
        for number, row in enumerate(csv.reader(text, delimiter=delimiter), start=1):
            if any(cell.strip() for cell in row):
                yield number, row
    except (csv.Error, UnicodeError) as error:
        raise NotATable from error
    finally:
        text.detach()


def _encoding_of(file: IO[bytes], head: bytes) -> str:
    """UTF-16 says so by its mark; what is not UTF-8 is the Cyrillic code page of Windows."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig" if _is_utf8(file) else "cp1251"
    if _CONTROL.search(head.decode(encoding, errors="ignore")):
        raise NotATable
    return encoding


def _is_utf8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in chain(iter(lambda: file.read(2**20), b""), [b""]):
            decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _delimiter_of(head: str) -> str:
    """The one that cuts most of the first rows into equally many cells."""
    lines = head.splitlines()[:HEAD_ROWS]
    return max(DELIMITERS, key=lambda delimiter: _evenness(lines, delimiter))


def _evenness(lines: list[str], delimiter: str) -> tuple[int, int]:
    try:
        widths = Counter(len(row) for row in islice(csv.reader(lines, delimiter=delimiter), 40))
    except csv.Error:
        return 0, 0
    wide = {width: times for width, times in widths.items() if width > 1}
    return max(((times, width) for width, times in wide.items()), default=(0, 0))
