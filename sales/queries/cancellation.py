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
    own_wish = booking.user_id == by.user_id or not is_side_of_agency(booking, by)
    if not own_wish:
        return preview_in_full(booking, at=at)
    percent = refund_percent(booking.cancellation_policy, _days_before(booking, at))
    return _split(booking, percent, at)


def preview_in_full(booking: Booking, *, at: datetime) -> CancelPreview:
    """The split when everything that was paid goes back."""
    return _split(booking, HUNDRED, at)


def _split(booking: Booking, percent: Decimal, at: datetime) -> CancelPreview:
    days_before = _days_before(booking, at)
    if booking.status != BookingStatus.PAID:
        return CancelPreview(ZERO, HUNDRED, ZERO, ZERO, days_before)
    refund = percent_of(booking.final_price, percent)
    return CancelPreview(
        booking.final_price, percent, refund, booking.final_price - refund, days_before
    )


def _days_before(booking: Booking, at: datetime) -> int:
    return (booking.session.date_start - local_date(at)).days
