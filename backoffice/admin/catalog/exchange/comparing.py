"""Whether a file says something new, or a spreadsheet program has only saved it in its own way."""

import json
import re
from datetime import datetime
from typing import Any

WORDY = (str, list, dict)
_LOST = re.compile(r"\w\?\w")


def same(one: Any, told: Any) -> bool:
    """Whether ``told`` is ``one`` but for what a spreadsheet program does: to a text that it saves
    in Windows-1251, and to a time, of which it shows and saves the minutes alone."""
    if one in (None, "") and told in (None, ""):
        return True
    if isinstance(one, datetime) and isinstance(told, datetime):
        told = told.replace(microsecond=0)
        return told == one.replace(microsecond=0, second=one.second if told.second else 0)
    if isinstance(one, WORDY) and isinstance(told, type(one)):
        return one == told or _plain(told) in (_plain(one), _in_windows(one))
    return bool(one == told)


def letters_are_lost(one: Any, told: Any) -> bool:
    """Whether Windows-1251, which has no oʻ, has made question marks of letters in ``told``."""
    if not (isinstance(one, WORDY) and isinstance(told, type(one))):
        return False
    before, after = _plain(one), _plain(told)
    return before != _in_windows(one) and bool(_LOST.search(after)) and not _LOST.search(before)


def _plain(words: Any) -> str:
    text = words if isinstance(words, str) else json.dumps(words, ensure_ascii=False)
    return text.replace("\r\n", "\n").strip()


def _in_windows(words: Any) -> str:
    return _plain(words).encode("cp1251", "replace").decode("cp1251")
