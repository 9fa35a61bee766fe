"""Codes that people read aloud and nobody can guess."""

import secrets
from collections.abc import Collection

from django.utils.text import slugify

# No 0/O, 1/I/L, 5/S, 2/Z, 8/B, U/V: they are mistaken for each other on a phone screen.
ALPHABET = "34679ACDEFGHJKMNPQRTWXY"


def new_code(length: int = 8) -> str:
    """A random code of ``length`` characters (23**8 is 7.8e10 codes for the default)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


# As passports write them, near enough for a code; signs are left out.
_LETTERS = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфыэўқғҳ", "abvgdeziyklmnoprstufyeoqgh", strict=True)),
        **{"ё": "yo", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch"},
        **dict.fromkeys("ъьʻʼ‘’'", ""),
        **{"ю": "yu", "я": "ya"},
    }
)


def code_from(words: str, *, taken: Collection[str] = (), length: int = 40) -> str:
    """A code in Latin letters, digits and hyphens that reads like ``words``; none of ``taken``."""
    latin = slugify(words.lower().translate(_LETTERS)).replace("_", "-")
    stem = latin[: length - 3].strip("-") or new_code(6).lower()
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(code for code in (stem, *numbered) if code not in taken)
