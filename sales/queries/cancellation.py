"""Who gets and loses what when a booking is cancelled, before anyone confirms."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.actor import Actor
from core.clock import local_date
from core.money import HUNDRED, ZERO, percent_of
from sales.access import is_side_of_agency
from sales.cancellation import refund_percent
from sales.models import Booking
from sales.states import BookingStatus


@dataclass(frozen=True, slots=True)
class CancelPreview:
    """All UZS; ``percent`` of what was paid goes back to the traveller."""

    paid: Decimal
    percent: Decimal
    refund: Decimal
    kept: Decimal
    days_before: int


def preview_cancellation(booking: Booking, *, by: Actor, at: datetime) -> CancelPreview:
    """The split if ``by`` cancelled now. The agency and the platform give everything back."""
    days_before = (booking.session.date_start - local_date(at)).days
    if booking.status != BookingStatus.PAID:
        return CancelPreview(ZERO, HUNDRED, ZERO, ZERO, days_before)
    own_wish = booking.user_id == by.user_id or not is_side_of_agency(booking, by)
    percent = refund_percent(booking.cancellation_policy, days_before) if own_wish else HUNDRED
    refund = percent_of(booking.final_price, percent)
    return CancelPreview(
        booking.final_price, percent, refund, booking.final_price - refund, days_before
    )
