"""Card numbers: what is mistyped is noticed, whose card it is known, and no answer repeats it."""

import pytest

from core.refusals import Refusal
from core.sealed import Secret
from finance.cards import CardMalformed, CardMistyped, CardUnknown, hide_cards, read_card
from tests.factories import CARD


def refuses(digits, refusal):
    with pytest.raises(refusal) as refused:
        read_card(Secret(digits))
    return refused.value


def luhn(fifteen):
    """With its check digit, reckoned another way than the code does."""
    total = 0
    for place, digit in enumerate(map(int, fifteen)):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return f"{fifteen}{-total % 10}"


@pytest.mark.parametrize(
    ("start", "system"),
    [("8600", "uzcard"), ("5614", "uzcard"), ("6262", "uzcard"), ("9860", "humo")],
)
def test_whose_card_it_is_is_read_off_its_beginning(start, system):
    number = luhn(f"{start}12345678901")

    card, found = read_card(Secret(number))

    assert (card.reveal(), found) == (number, system)


@pytest.mark.parametrize(
    "typed",
    ["8600 4954 7331 6478", "8600-4954-7331-6478", " 8600495473316478\n", "8600\u00a0495473316478"],
)
def test_spaces_and_hyphens_are_no_mistake(typed):
    assert read_card(Secret(typed))[0].reveal() == CARD


def test_every_wrong_digit_is_noticed():
    for place, digit in enumerate(CARD):
        for other in set("0123456789") - {digit}:
            refuses(CARD[:place] + other + CARD[place + 1 :], CardMistyped)


@pytest.mark.parametrize("pair", [(a, b) for a in range(10) for b in range(a)])
def test_two_digits_swapped_are_noticed_except_09_and_90(pair):
    """Luhn's one blindness, written down."""
    higher, lower = pair
    for before in range(10):
        start = f"8600{'7' * before}"
        rest = "7" * (9 - before)
        number = luhn(f"{start}{higher}{lower}{rest}")
        swapped = f"{start}{lower}{higher}{rest}{number[-1]}"
        if pair == (9, 0):
            assert read_card(Secret(swapped))
        else:
            refuses(swapped, CardMistyped)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "8600",
        CARD[:-1],
        CARD + "0",
        "8600 4954 7331 647x",
        "８６００４９５４７３３１６４７８",
        "٨" * 16,
        "²" * 16,
    ],
)
def test_what_is_not_sixteen_digits_is_no_card_number(typed):
    refuses(typed, CardMalformed)


@pytest.mark.parametrize("typed", ["4111111111111111", "5555555555554444", "0000000000000000"])
def test_cards_of_other_systems_are_not_paid_to(typed):
    refuses(typed, CardUnknown)


@pytest.mark.parametrize("typed", ["8600495473316479", "4111111111111111", "86004954733164"])
def test_a_refusal_repeats_no_digit_of_the_number(typed):
    refusal: Refusal = refuses(typed, (CardMalformed, CardMistyped, CardUnknown))

    told = f"{refusal!r} {refusal} {refusal.detail} {refusal.facts}"
    assert refusal.field == "card_number"
    assert not any(typed[place : place + 4] in told for place in range(len(typed) - 3))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Card 8600495473316478 is blocked", "Card •••• 6478 is blocked"),
        ("9860 1201 1111 1114, 8600-4954.7331 6478", "•••• 1114, •••• 6478"),
        ("x18600495473316478", "x1•••• 6478"),
        ("RRN 123456789012, of 1234567890123456", "RRN 123456789012, of 1234567890123456"),
        ("", ""),
    ],
)
def test_anothers_words_are_read_without_card_numbers(text, read):
    assert hide_cards(text) == read
