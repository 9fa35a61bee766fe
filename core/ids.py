"""Ids as people's browsers write them."""

from collections.abc import Iterable

LARGEST = 2**63 - 1
MOST_DIGITS = len(str(LARGEST))


def id_of(text: str) -> int | None:
    """The id that ``text`` is, None for what can be none: ``²`` is a digit to Python, and a number
    of five thousand digits it does not read at all."""
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        return None
    number = int(text)
    return number if number <= LARGEST else None


def ids_of(texts: Iterable[str]) -> list[int]:
    """Those of ``texts`` that are ids, in their order."""
    return [number for number in map(id_of, texts) if number is not None]
