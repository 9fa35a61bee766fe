"""One name in two alphabets."""

import pytest

from core.spelling import SIGNS, spellings

PAIRS = [
    ("Karimova", "Каримова"),
    ("Xasanov", "Хасанов"),
    ("Khasanov", "Хасанов"),
    ("Qodirov", "Қодиров"),
    ("Jasur", "Жасур"),
    ("Zhanna", "Жанна"),
    ("Shcherbakov", "Щербаков"),
    ("Yulduz", "Юлдуз"),
    ("Eldor", "Элдор"),
    ("Elena", "Елена"),
    ("Sergey", "Сергей"),
    ("O'ktam", "Ўктам"),
    ("G'ani", "Ғани"),
    ("Yo'ldoshev", "Йўлдошев"),
    ("Aleksandr", "Александр"),
]
# How a Russian hears it: read so, but not written so.
RUSSIAN = [("Qodirov", "Кодиров"), ("Jasur", "Джасур"), ("O'ktam", "Уктам")]


@pytest.mark.parametrize(("latin", "cyrillic"), PAIRS + RUSSIAN)
def test_whoever_writes_in_latin_finds_the_cyrillic_name(latin, cyrillic):
    assert cyrillic.lower() in spellings(latin)


@pytest.mark.parametrize(("latin", "cyrillic"), PAIRS)
def test_whoever_writes_in_cyrillic_finds_the_latin_name(latin, cyrillic):
    assert latin.lower() in spellings(cyrillic)


@pytest.mark.parametrize("sign", SIGNS)
def test_every_keyboards_sign_finds_every_other(sign):
    assert {f"o{each}ktam" for each in SIGNS} | {"oktam"} <= set(spellings(f"O{sign}ktam"))


@pytest.mark.parametrize("word", ["", "'", "90-11", "%", "sjö", "東京", "ё" * 90])
def test_odd_words_stay_what_they_are_and_are_never_empty(word):
    found = spellings(word)

    assert found[:1] == ([word.lower()] if word else [])
    assert all(found)
    assert len(found) <= 15
