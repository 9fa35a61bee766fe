"""How a sale is shared: pure arithmetic, no database."""

from dataclasses import dataclass
from decimal import Decimal

from core.money import percent_of


@dataclass(frozen=True, slots=True)
class SaleShares:
    """All UZS. cash + platform_discount + bonus = agency_share + commission = gross."""

    cash: Decimal
    platform_discount: Decimal
    bonus: Decimal
    gross: Decimal
    commission: Decimal
    agency_share: Decimal


def share_sale(
    *,
    subtotal: Decimal,
    agency_discount: Decimal,
    platform_discount: Decimal,
    bonus: Decimal,
    rate: Decimal,
) -> SaleShares:
    """Share a sale between the platform and the agency.

    ``subtotal`` before discounts; ``rate`` in per cent. What the agency gives away it does not pay
    commission on; what the platform gives away (its discounts, the bonus) it pays the agency for.
    The commission is rounded half up to the tiyin; the agency has the rest, odd tiyin included.
    """
    gross = subtotal - agency_discount
    commission = percent_of(gross, rate)
    return SaleShares(
        cash=gross - platform_discount - bonus,
        platform_discount=platform_discount,
        bonus=bonus,
        gross=gross,
        commission=commission,
        agency_share=gross - commission,
    )
