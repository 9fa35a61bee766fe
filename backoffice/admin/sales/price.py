"""A booking's frozen price, line by line, as a person would add it up."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.money import som
from sales.models import Booking
from sales.services.settle import shares_of


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
    if booking.selected_transport:
        transport = booking.selected_transport
        note = f"{transport.get('title', '')}, × {booking.seats_reserved}"
        lines.append(PriceLine(_("Transport"), booking.transport_total, note))
    reductions = _reductions(booking)
    if reductions or len(lines) > 1:
        lines.append(PriceLine(_("Subtotal"), booking.subtotal, is_total=True))
    return [*lines, *reductions, PriceLine(_("To pay"), booking.final_price, is_total=True)]


def _reductions(booking: Booking) -> list[PriceLine]:
    lines = []
    if booking.promotion is not None:
        payer = booking.get_promotion_funded_by_display()
        note = _("%(name)s, paid for by the %(payer)s") % {
            "name": booking.promotion.title,
            "payer": payer,
        }
        lines.append(PriceLine(_("Promotion"), -booking.promotion_discount, note))
    if booking.promo_code is not None:
        payer = booking.get_promo_funded_by_display()
        note = _("%(name)s, paid for by the %(payer)s") % {
            "name": booking.promo_code.code,
            "payer": payer,
        }
        lines.append(PriceLine(_("Promo code"), -booking.promo_discount, note))
    if booking.bonus_used:
        lines.append(PriceLine(_("Bonus"), -booking.bonus_used, _("the traveller's own")))
    return lines


def commission_of(booking: Booking) -> dict[str, Any]:
    """What the platform and the agency get of it once it is paid."""
    shares = shares_of(booking)
    return {
        "percent": booking.commission_percent,
        "gross": shares.gross,
        "commission": shares.commission,
        "agency": shares.agency_share,
    }
