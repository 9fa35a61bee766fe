"""A booking's frozen price, line by line, as a person would add it up."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _

from catalog.models.discount import Discount
from catalog.queries.transport import transport_title
from core.money import percent_of, som
from sales.models import Booking
from sales.queries.shares import shares_of


@dataclass(frozen=True, slots=True)
class PriceLine:
    """``note`` says how the amount comes about; totals are set apart."""

    title: str
    amount: Decimal
    note: str = ""
    is_total: bool = False


def price_lines(booking: Booking) -> list[PriceLine]:
    """Seats, transport, subtotal, discounts with who funds them, bonus, to pay."""
    seats = PriceLine(
        _("Seats"),
        booking.unit_price * booking.seats_reserved,
        f"{som(booking.unit_price)} × {booking.seats_reserved}",
    )
    lines = [seats]
    if booking.child_discount:
        lines.append(PriceLine(_("Less for children"), -booking.child_discount, _kinds(booking)))
    if booking.selected_transport:
        transport = booking.selected_transport
        price = Decimal(transport["price"])
        note = f"{transport_title(transport)}, {som(price)} × {booking.seats_reserved}"
        lines.append(PriceLine(_("Transport"), booking.transport_total, note))
    reductions = _reductions(booking)
    if reductions or len(lines) > 1:
        lines.append(PriceLine(_("Subtotal"), booking.subtotal, is_total=True))
    return [*lines, *reductions, PriceLine(_("To pay"), booking.final_price, is_total=True)]


def _kinds(booking: Booking) -> str:
    """Who pays less and what: "child 500 000 soʻm × 2"."""
    prices = Counter(
        (traveller.get_kind_display(), traveller.seat_price)
        for traveller in booking.travellers.all()
        if traveller.seat_price != booking.unit_price
    )
    return ", ".join(f"{kind} {som(price)} × {n}" for (kind, price), n in prices.items())


def _reductions(booking: Booking) -> list[PriceLine]:
    lines, rest = [], booking.subtotal
    if booking.promotion is not None:
        note = _note(booking.promotion, booking.promotion_discount, rest)
        payer = booking.get_promotion_funded_by_display()
        lines.append(PriceLine(_("Promotion"), -booking.promotion_discount, _paid_for(note, payer)))
        rest -= booking.promotion_discount
    if booking.promo_code is not None:
        note = _note(booking.promo_code, booking.promo_discount, rest)
        payer = booking.get_promo_funded_by_display()
        lines.append(PriceLine(_("Promo code"), -booking.promo_discount, _paid_for(note, payer)))
    if booking.bonus_used:
        lines.append(PriceLine(_("Bonus"), -booking.bonus_used, _("the traveller's own")))
    return lines


def _note(discount: Discount, off: Decimal, price: Decimal) -> str:
    """Its name, and the percentage of ``price`` that ``off`` is: unless it was changed since."""
    percent = discount.discount_percent
    if percent is None or percent_of(price, percent) != off:
        return str(discount)
    share = _("%(percent)s %% of %(price)s")
    return f"{discount}, {share % {'percent': floatformat(percent, -2), 'price': som(price)}}"


def _paid_for(name: str, payer: str) -> str:
    return _("%(name)s, paid for by the %(payer)s") % {"name": name, "payer": payer}


def commission_of(booking: Booking) -> dict[str, Any]:
    """What the platform and the agency get of it once it is paid."""
    shares = shares_of(booking)
    return {
        "percent": booking.commission_percent,
        "gross": shares.gross,
        "commission": shares.commission,
        "agency": shares.agency_share,
    }
