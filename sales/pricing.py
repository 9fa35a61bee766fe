"""The price of a booking: pure arithmetic, no database.

Each seat at the unit price or at the share of it that its traveller's kind pays; + transport; then
the best single promotion; then the promo code on what remains; then the bonus. Half up to the tiyin
at each step; nothing goes below zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.money import HUNDRED, ZERO, percent_of, round_money


@dataclass(frozen=True, slots=True)
class Discount:
    """Percent or amount off; ``key`` is the caller's own."""

    key: int
    funded_by: str
    percent: Decimal | None = None
    amount: Decimal | None = None

    def off(self, price: Decimal) -> Decimal:
        """What it takes off ``price``, never more than all of it."""
        cut = percent_of(price, self.percent) if self.percent is not None else self.amount
        return min(round_money(cut or ZERO), price)


@dataclass(frozen=True, slots=True)
class Price:
    """A price line by line, UZS.

    seats x unit - child_discount + transport_total = subtotal;
    subtotal - promotion_discount - promo_discount - bonus_used = final.
    ``seat_prices`` has one price per seat, in the order of the shares given.
    """

    unit: Decimal
    seat_prices: tuple[Decimal, ...]
    child_discount: Decimal
    transport_total: Decimal
    subtotal: Decimal
    promotion: Discount | None
    promotion_discount: Decimal
    promo: Discount | None
    promo_discount: Decimal
    bonus_used: Decimal
    final: Decimal


def compute_price(
    *,
    unit: Decimal,
    seats: int,
    shares: Sequence[Decimal] = (),
    transport_per_seat: Decimal = ZERO,
    promotions: Sequence[Discount] = (),
    promo: Discount | None = None,
    bonus: Decimal = ZERO,
    bonus_limit: Decimal = HUNDRED,
) -> Price:
    """The price of ``seats`` seats.

    ``shares`` are the per cents of the unit price that the first seats cost; the rest cost all of
    it. ``bonus`` is what the traveller is ready to spend, of which ``bonus_limit`` per cent of what
    is left to pay is taken at most.
    """
    seat_prices = tuple(percent_of(unit, share) for share in _of_each_seat(shares, seats))
    child_discount = round_money(unit * seats) - sum(seat_prices, ZERO)
    transport_total = round_money(transport_per_seat * seats)
    subtotal = sum(seat_prices, ZERO) + transport_total
    promotion = best_promotion(promotions, subtotal)
    promotion_discount = promotion.off(subtotal) if promotion else ZERO
    rest = subtotal - promotion_discount
    promo_discount = promo.off(rest) if promo else ZERO
    rest -= promo_discount
    bonus_used = min(round_money(bonus), percent_of(rest, bonus_limit))
    return Price(
        unit=unit,
        seat_prices=seat_prices,
        child_discount=child_discount,
        transport_total=transport_total,
        subtotal=subtotal,
        promotion=promotion,
        promotion_discount=promotion_discount,
        promo=promo,
        promo_discount=promo_discount,
        bonus_used=bonus_used,
        final=rest - bonus_used,
    )


def _of_each_seat(shares: Sequence[Decimal], seats: int) -> list[Decimal]:
    """A share for every seat; a seat whose traveller is not named is an adult's."""
    return [*shares, *[HUNDRED] * (seats - len(shares))][:seats]


def best_promotion(promotions: Sequence[Discount], price: Decimal) -> Discount | None:
    """The one that takes most off; the older of two equal ones."""
    best = max(promotions, key=lambda d: (d.off(price), -d.key), default=None)
    return best if best is not None and best.off(price) else None
