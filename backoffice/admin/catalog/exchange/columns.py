"""The columns of a file: how a value is written, and how it is read back."""

import json
import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.widgets import Widget

from backoffice.admin.catalog.exchange.files import guarded, unguarded
from core.clock import TASHKENT

Role = Literal["key", "value", "state", "info"]
EXACT_IN_A_SPREADSHEET = 10**15
_SPACES = re.compile(r"\s")
_RUSSIAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)", re.DOTALL)
_SHORT_HOUR = re.compile(r"[ T](?=\d:)")  # Excel writes 9:30
_APOSTROPHES = str.maketrans("ʻʼ‘’", "''''")
YES = {"yes", "true", "1", "да", "истина", "ha"}
NO = {"no", "false", "0", "нет", "ложь", "yo'q"}
# What Excel shows in place of a value that a formula could not find, in English and in Russian.
_NO_VALUE = re.compile(
    r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!"
    r"|Н/Д|ССЫЛКА!|ЗНАЧ!|ИМЯ\?|ДЕЛ/0!|ЧИСЛО!|ПУСТО!)"
)


class Column(Field):
    """A column by the name of what it holds.

    A ``key`` says which row is meant, a ``value`` is written, a ``state`` is refused when it
    differs (acts move states), ``info`` is for reading only. ``empty`` is what an empty cell means;
    without it an empty cell of a new row leaves the default and of a known one is a fault.
    """

    def __init__(
        self, widget: Widget, role: Role = "value", *, attribute: str = "", empty: Any = ...
    ):
        super().__init__(attribute=attribute or None, widget=widget, readonly=role != "value")
        self.role = role
        self.empty = empty

    def read(self, cell: Any) -> Any:
        """The value in a cell; Ellipsis for an empty one that means nothing. Or a ValueError."""
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return self.empty
        return self.widget.clean(cell)

    def shown(self, value: Any) -> str:
        """The value for a person who compares."""
        if value is None or value is ...:
            return ""
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"
        return str(self.widget.render(value))


def as_text(cell: Any) -> str:
    """A cell as it looks: a spreadsheet program has made numbers of what looked like one."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = unguarded(str(cell)).strip()
    if _NO_VALUE.fullmatch(text):
        raise ValueError(_("The formula in this cell found no value: %(text)s.") % {"text": text})
    return text


class Words(Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return as_text(value)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return guarded(value or "")


class Upper(Words):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return as_text(value).upper()


class Digits(Words):
    """A code of digits. A spreadsheet keeps fifteen of a number and makes up the rest."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        if isinstance(value, int | float) and abs(value) >= EXACT_IN_A_SPREADSHEET:
            raise ValueError(_("The spreadsheet has rounded this code: format its cell as text."))
        return super().clean(value)


class Whole(Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int:
        number = _decimal(value)
        if number != number.to_integral_value():
            raise ValueError(_("This is not a whole number."))
        return int(number)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> int | None:
        return None if value is None else int(value)


class Number(Widget):
    """Money, percentages, coordinates: plain figures, a comma or a point before the fraction."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Decimal:
        return _decimal(value)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Decimal | None:
        return value


def _decimal(cell: Any) -> Decimal:
    text = _SPACES.sub("", as_text(cell)).removesuffix("%").replace(",", ".")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(_("This is not a number.")) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 14:
        raise ValueError(_("This is not a number."))
    return number


class Day(Widget):
    """An ISO date; also as Excel and people write it."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> date:
        return _instant(value).date()

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.isoformat() if value else ""


class Instant(Widget):
    """The local time of Tashkent, ISO; a date alone is its midnight."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> datetime:
        instant = _instant(value)
        return instant if instant.tzinfo else instant.replace(tzinfo=TASHKENT)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        if value is None:
            return ""
        local = value.astimezone(TASHKENT).replace(tzinfo=None)
        return local.isoformat(sep=" ", timespec="seconds" if local.second else "minutes")


def _instant(cell: Any) -> datetime:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    text = as_text(cell)
    if russian := _RUSSIAN_DAY.fullmatch(text):
        day, month, year, rest = russian.groups()
        text = f"{year}-{month:0>2}-{day:0>2}{rest}"
    try:
        return datetime.fromisoformat(_SHORT_HOUR.sub(" 0", text))
    except ValueError:
        raise ValueError(_("Write the date as 2027-06-01 or 01.06.2027.")) from None


class Flag(Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        word = as_text(value).lower().translate(_APOSTROPHES)
        if word not in YES | NO:
            raise ValueError(_("Write yes or no."))
        return word in YES

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "yes" if value else "no"


class OneOf(Widget):
    """One of a few words."""

    def __init__(self, words: list[str]):
        super().__init__()
        self.words = words

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        word = as_text(value).lower()
        if word not in self.words:
            raise ValueError(_("One of: %(words)s") % {"words": ", ".join(self.words)})
        return word

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(value or "")


class Structure(Widget):
    """Lists and objects as JSON."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        try:
            return json.loads(as_text(value))
        except (ValueError, RecursionError):
            raise ValueError(_("This is not JSON.")) from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return json.dumps(value, ensure_ascii=False)
