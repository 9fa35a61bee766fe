"""Card numbers of Uzbekistan's payment systems: pure checks, no database.

Source: ISO/IEC 7812 (16 digits, the last one Luhn's check digit); the first four digits are those
of the systems' public issuer ranges.
"""

import re

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from core.refusals import Invalid
from core.sealed import Secret

DIGITS = 16


class CardSystem(models.TextChoices):
    UZCARD = "uzcard", _("Uzcard")
    HUMO = "humo", _("Humo")


# What a card of a system begins with.
RANGES: dict[str, CardSystem] = {
    "8600": CardSystem.UZCARD,
    "5614": CardSystem.UZCARD,
    "6262": CardSystem.UZCARD,
    "9860": CardSystem.HUMO,
}

_NUMBERS = re.compile(
    "|".join(r"[\s.-]?".join([*start, *[r"\d"] * (DIGITS - len(start))]) for start in RANGES)
)


class CardMalformed(Invalid):
    message = _("A card number has 16 digits.")
    field = "card_number"


class CardMistyped(Invalid):
    message = _("There is a mistake in the card number: please check it.")
    field = "card_number"


class CardUnknown(Invalid):
    message = _("Only Uzcard and Humo cards can be paid to.")
    field = "card_number"


@sensitive_variables("digits")
def read_card(text: Secret) -> tuple[Secret, CardSystem]:
    """The digits of a typed card number, and whose card it is.

    Refuses with CardMalformed, CardMistyped and CardUnknown, none of which repeats the number.
    """
    digits = re.sub(r"[\s-]", "", text.reveal())
    if not (digits.isascii() and digits.isdecimal() and len(digits) == DIGITS):
        raise CardMalformed
    if not _luhn(digits):
        raise CardMistyped
    system = RANGES.get(digits[:4])
    if system is None:
        raise CardUnknown
    return Secret(digits), system


def hide_cards(text: str) -> str:
    """``text`` of another's without card numbers, however they are grouped: four digits stay."""
    return _NUMBERS.sub(lambda found: f"•••• {re.sub(r'\D', '', found[0])[-4:]}", text)


@sensitive_variables()
def _luhn(digits: str) -> bool:
    """Every second digit from the right doubled, their digits added: a multiple of ten."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0
