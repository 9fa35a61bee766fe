"""CSV for other programs: UTF-8 with its mark, commas, a point before tiyin, ISO dates.

Whoever opens it in a spreadsheet all the same must come to no harm: a text that would be taken for
a formula, or be turned into another number or a date, gets an apostrophe before it.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import TextIOWrapper
from typing import BinaryIO

from core.clock import TASHKENT
from core.papers.xlsx import Cell

# Formulas in spreadsheets, the wide forms of East Asian keyboards included.
STARTS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# What spreadsheets skip, or programs strip, before they look.
SKIPPED = " \t\r\n\v\f\0\xa0\u200b\u2060\ufeff'\"`"
CONTROL = ("\t", "\r", "\n", "\0")
NUMBER_LIKE = re.compile(r"(?=.*\d)[\d.,:/eE+\- ]+")
# Such a text stays what it is even as a number.
PLAIN_NUMBER = re.compile(r"0|[1-9]\d{0,14}")


def is_risky(text: str) -> bool:
    """Whether a spreadsheet might calculate the text."""
    return text.startswith(CONTROL) or text.lstrip(SKIPPED).startswith(STARTS_A_FORMULA)


def harmless(text: str) -> str:
    """``text`` so that no spreadsheet calculates or changes it."""
    changes = NUMBER_LIKE.fullmatch(text) and not PLAIN_NUMBER.fullmatch(text)
    return f"'{text}" if is_risky(text) or changes else text


def write_csv(titles: Sequence[str], rows: Iterable[Sequence[Cell]], out: BinaryIO) -> None:
    """The table into ``out``, row by row; ``out`` stays open."""
    text = TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=False)
    pen = csv.writer(text)
    pen.writerow([harmless(title) for title in titles])
    pen.writerows([_text(value) for value in row] for row in rows)
    text.flush()
    text.detach()


def _text(value: Cell) -> str:
    match value:
        case None:
            return ""
        case str():
            return harmless(value.replace("\0", ""))
        case datetime():
            return f"{value.astimezone(TASHKENT):%Y-%m-%d %H:%M:%S}"
    return str(value)
