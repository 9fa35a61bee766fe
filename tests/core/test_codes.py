"""Codes: random ones, and those that read like words."""

import re

import pytest

from core.codes import ALPHABET, code_from, new_code


def test_a_new_code_is_of_signs_nobody_mistakes():
    assert re.fullmatch(f"[{ALPHABET}]{{8}}", new_code())
    assert len(new_code(12)) == 12


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Bus", "bus"),
        ("Автобус до Чимгана", "avtobus-do-chimgana"),
        ("Щука, ёж и объезд", "shchuka-yozh-i-obezd"),
        ("Oʻzbekiston, gʻarb", "ozbekiston-garb"),
        ("Тошкент ҳақида қўшиқ", "toshkent-haqida-qoshiq"),
        ("Snake_case  and — dashes", "snake-case-and-dashes"),
        ("50 km", "50-km"),
    ],
)
def test_a_code_reads_like_its_words(words, code):
    assert code_from(words) == code


@pytest.mark.parametrize("words", ["", "—", "!?", "日本"])
def test_words_of_no_letters_still_get_a_code(words):
    assert re.fullmatch(r"[a-z0-9]{6}", code_from(words))


def test_a_code_is_none_of_those_taken():
    assert code_from("Bus", taken={"bus", "bus-3"}) == "bus-2"
    assert code_from("Bus", taken={"bus", "bus-2", "bus-3"}) == "bus-4"


def test_a_long_code_leaves_room_for_its_number():
    code = code_from("слово " * 20, taken={code_from("слово " * 20)})

    assert len(code) <= 40
    assert code.endswith("-2")
