"""One name in two alphabets: Karimova is Каримова, Gʻani is G'ani.

People of one street write their names in Latin and in Cyrillic letters, the Latin ones as in Uzbek
(X, J, Gʻ) or as in a Russian passport (Kh, Zh). Good enough to find somebody, not to print him.
"""

import re

# What stands for the sign of Oʻ and Gʻ on one keyboard or another.
SIGNS = "'ʻʼ‘’`"
SIGN = re.compile(f"[{SIGNS}]")

ALIKE = dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufie", strict=True))
OF_TWO = {"ч": "ch", "ш": "sh", "ю": "yu", "я": "ya", "ё": "yo", "ў": "o'", "қ": "q", "ғ": "g'"}
SOFT = {"ъ": "", "ь": ""}
UZBEK = ALIKE | OF_TWO | SOFT | {"ж": "j", "х": "x", "ҳ": "h", "ц": "ts", "щ": "sh"}
PASSPORT = ALIKE | OF_TWO | SOFT | {"ж": "zh", "х": "kh", "ҳ": "kh", "ц": "ts", "щ": "shch"}

READ_BACK = {
    **{latin: letter for letter, latin in ALIKE.items() if letter not in "йыэ"},
    **{"shch": "щ", "sh": "ш", "ch": "ч", "kh": "х", "zh": "ж", "ts": "ц"},
    **{"yu": "ю", "ya": "я", "yo": "ё", "ye": "е", "yo'": "йў", "y": "й", "w": "в"},
}
RUSSIAN = READ_BACK | {"o'": "у", "g'": "г", "q": "к", "x": "х", "h": "х", "j": "дж", "c": "к"}
CYRILLIC = READ_BACK | {"o'": "ў", "g'": "ғ", "q": "қ", "x": "х", "h": "ҳ", "j": "ж", "c": "с"}
LATIN = re.compile("|".join(sorted(RUSSIAN, key=len, reverse=True)))


def spellings(word: str) -> list[str]:
    """``word``, then as others may write it; all in small letters."""
    word = word.lower()
    plain = SIGN.sub("'", word)
    if re.search("[а-яёўқғҳ]", plain):
        latin = [_written(plain, letters) for letters in (UZBEK, PASSPORT)]
        cyrillic = []
    else:
        latin = [plain]
        cyrillic = [_read(plain, RUSSIAN), _read(re.sub("^e", "э", plain), CYRILLIC)]
    signed = [each.replace("'", sign) for each in latin for sign in (*SIGNS, "")]
    return list(dict.fromkeys(filter(None, [word, *signed, *cyrillic])))


def _written(word: str, letters: dict[str, str]) -> str:
    return "".join(letters.get(letter, letter) for letter in word)


def _read(word: str, letters: dict[str, str]) -> str:
    return LATIN.sub(lambda found: letters[found[0]], word).replace("'", "")
