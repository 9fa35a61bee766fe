"""How a sale is shared: pure arithmetic, no database."""

from dataclasses import dataclass
from decimal import Decimal

from core.money import ZERO, percent_of, round_money


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


@dataclass(frozen=True, slots=True)
class RefundShares:
    """What a refund takes back, UZS.

    cash + platform_discount + bonus = commission + agency_share: the traveller gets the cash and
    the bonus, the platform its discount; the platform gives back commission, the agency its share.
    """

    cash: Decimal = ZERO
    platform_discount: Decimal = ZERO
    bonus: Decimal = ZERO
    commission: Decimal = ZERO
    agency_share: Decimal = ZERO


def share_refund(
    sale: SaleShares, *, back: Decimal, before: RefundShares = RefundShares()
) -> RefundShares:
    """Share a refund of ``back`` as the sale was shared, after refunds of ``before``.

    ``back`` is in cash, or, of a sale without cash, in the sale's gross. Shares are cumulative:
    once everything has gone back, the parts taken back are the sale's own to the tiyin. Each is
    rounded half up; the agency gives the rest, odd tiyin included.
    """
    basis, gone = (sale.cash, before.cash) if sale.cash else (sale.gross, _whole(before))
    share = (gone + back) / basis if basis else ZERO

    def part(whole: Decimal, taken: Decimal) -> Decimal:
        return round_money(whole * share) - taken

    cash = back if sale.cash else ZERO
    platform_discount = part(sale.platform_discount, before.platform_discount)
    bonus = part(sale.bonus, before.bonus) if sale.cash else back - platform_discount
    given = cash + platform_discount + bonus
    # Of roundings that meet, neither side gives more than it has left of the sale.
    least = given - (sale.agency_share - before.agency_share)
    commission = min(max(part(sale.commission, before.commission), least), given)
    return RefundShares(cash, platform_discount, bonus, commission, given - commission)


def _whole(shares: RefundShares) -> Decimal:
    return shares.cash + shares.platform_discount + shares.bonus
