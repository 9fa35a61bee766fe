"""What a field was and what it became, in words, so that what differs is seen."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from backoffice.admin.values import NOTHING, in_words

LONGEST = 160
# So much of what both have in common is shown before and after what differs.
AROUND = 24
_ENDS = re.compile(r"</(?:p|li|h\d|div)>|<br ?/?>")


# What rows kept as JSON say of themselves, as their forms ask for it.
KEYS = {
    "code": _("Code"),
    "day": _("Day"),
    "days_before": _("Days before the start"),
    "price": _("Price per seat, UZS"),
    "refund_percent": _("Returned, %"),
    "seats": _("Seats"),
    "text": _("What happens"),
    "title": _("Title"),
    "title_en": _("in English"),
    "title_uz": _("in Uzbek"),
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field's name, and its values in words."""

    name: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.name}: {self.before} → {self.after}"


def told_apart(old: str, new: str) -> tuple[str, str]:
    """Both, shortened to where they differ."""
    if max(len(old), len(new)) <= LONGEST:
        return old, new
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    return _part(old, start, end), _part(new, start, end)


def value_in_words(field: Any, value: Any) -> str:
    """``value`` of the model's ``field`` in full and without markup."""
    if isinstance(value, str) and value not in dict(getattr(field, "flatchoices", ())):
        return _plain(value) or NOTHING
    if isinstance(value, list):
        return "; ".join(value_in_words(None, each) for each in value) or NOTHING
    if isinstance(value, dict):
        told = (f"{_key(key)}: {value_in_words(None, each)}" for key, each in value.items())
        return ", ".join(told) or NOTHING
    return in_words(value, field)


def _key(key: str) -> str:
    return str(KEYS.get(key) or key.replace("_", " "))


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = zip(one, other, strict=False)
    length = min(len(one), len(other))
    return next((n for n, (a, b) in enumerate(pairs) if a != b), length)


def _part(text: str, start: int, end: int) -> str:
    first = max(0, start - AROUND)
    last = min(len(text), len(text) - end + AROUND)
    if last - first > LONGEST:
        last = first + LONGEST
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"


def _plain(text: str) -> str:
    if "<" not in text:
        return text
    return " ".join(unescape(strip_tags(_ENDS.sub(" ", text))).split())
