"""Words as the catalogue's texts may have them: in Cyrillic and in Latin, without apostrophes.

The letters taken for one another are those of ``catalog_words`` in migration 0004.
"""

import re
import unicodedata

MOST_WORDS = 8
# "And", "with", "for", "too"; PostgreSQL knows those of Russian and of English.
UZBEK_STOP_WORDS = {"va", "bilan", "uchun", "ham"}

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'`´ʹʻʼʽʾʿ‘’‛′＇")
_AS_RUSSIAN = str.maketrans("ёўқғҳ", "еукгх")
_TO_LATIN = str.maketrans(
    dict(zip("абвгдеёжзийклмнопрстуфхыэўқғҳ", "abvgdeejziyklmnoprstufxieoqgh", strict=True))
    | {"ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ю": "yu", "я": "ya", "ь": "", "ъ": ""}
)
_TO_CYRILLIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "абкдефгхижклмнопкрстуввхыз")
# Before the single letters, in this order.
_SOUNDS = {
    "sh": "ш", "ch": "ч", "kh": "х", "zh": "ж", "ts": "ц",
    "ya": "я", "yo": "е", "yu": "ю", "ye": "е",
    "ay": "ай", "oy": "ой", "uy": "уй", "ey": "ей", "iy": "ий",
}  # fmt: skip


def words_of(text: str) -> list[list[str]]:
    """The words of ``text``, each as it was typed and then in the other alphabet."""
    plain = unicodedata.normalize("NFC", text).lower().translate(_APOSTROPHES)
    words = dict.fromkeys(_WORD.findall(plain))
    asked = [word for word in words if _says_something(word)]
    return [_in_both_alphabets(word) for word in asked[:MOST_WORDS]]


def _says_something(word: str) -> bool:
    return word.isdecimal() or (len(word) > 1 and word not in UZBEK_STOP_WORDS)


def _in_both_alphabets(word: str) -> list[str]:
    cyrillic = word
    for sound, letters in _SOUNDS.items():
        cyrillic = cyrillic.replace(sound, letters)
    spelt = word, cyrillic.translate(_TO_CYRILLIC), word.translate(_TO_LATIN)
    return list(dict.fromkeys(each.translate(_AS_RUSSIAN) for each in spelt))
