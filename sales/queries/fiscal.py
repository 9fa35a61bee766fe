"""What the fiscal receipt of a booking lists."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.queries.fiscal import codes_of
from core.money import round_money
from finance.fiscal import Item, ReceiptCodes, ReceiptLine, receipt_of
from sales.models import Booking
from sales.states import TravellerKind

# The state's language of receipts; Payme has one title per line.
LANGUAGE = "ru"


def receipt_lines(booking: Booking) -> list[ReceiptLine]:
    """A line for each price of a seat, one for the transport; empty when the tour has no codes.

    Promotion, promo code and bonus are spread over the lines as their discount.
    """
    codes = codes_of(booking.session.tour)
    if codes is None or not booking.final_price:
        return []
    with override(LANGUAGE):
        return receipt_of(_items(booking), paid=booking.final_price, codes=ReceiptCodes(*codes))


def _items(booking: Booking) -> list[Item]:
    tour = f"{booking.session.tour.title_ru}, {booking.session.date_start:%d.%m.%Y}"
    seats = Counter((t.kind, t.seat_price) for t in booking.travellers.all())
    items = [
        Item(f"{tour}: {TravellerKind(kind).label}", price, count)
        for (kind, price), count in seats.items()
    ]
    if booking.transport_total:
        items.append(_transport(booking))
    return items


def _transport(booking: Booking) -> Item:
    title = (booking.selected_transport or {}).get("title", "")
    total, seats = booking.transport_total, booking.seats_reserved
    transport = _("Transport")
    name = f"{transport}: {title}"
    per_seat = total / seats
    return (
        Item(name, per_seat, seats) if per_seat == round_money(per_seat) else Item(name, total, 1)
    )
