"""Money: Decimal UZS with two places, rounded half up, never float."""

from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format

ZERO = Decimal("0.00")
TIYIN = Decimal("0.01")
HUNDRED = Decimal(100)
NO_BREAK = "\u00a0"


def round_money(amount: Decimal) -> Decimal:
    """``amount`` to the tiyin, half up."""
    return amount.quantize(TIYIN, rounding=ROUND_HALF_UP)


def percent_of(amount: Decimal, percent: Decimal) -> Decimal:
    """``percent`` per cent of ``amount``, to the tiyin, half up."""
    return round_money(amount * percent / HUNDRED)


def som(amount: Decimal) -> str:
    """``amount`` as a person reads it: ``1 250 000 soʻm``; tiyin only when there are some.

    It breaks over lines nowhere.
    """
    places = 0 if amount == amount.to_integral_value() else 2
    return f"{number_format(amount, decimal_pos=places, force_grouping=True)}{NO_BREAK}soʻm"


def counted(number: int) -> str:
    """How many, as a person reads it: ``1 050``."""
    return number_format(number, force_grouping=True)


def percents(percent: Decimal) -> str:
    """A percentage as a person reads it: ``8 %``, ``7,5 %``."""
    return f"{number_format(Decimal(percent).normalize())}{NO_BREAK}%"
