"""Sending the traveller to pay."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.actor import Actor
from core.acts import act
from core.refusals import NotFound
from core.services.events import record
from sales.models import Booking
from sales.refusals import BookingExpired, BookingMoved
from sales.services.holds import lock_deal
from sales.states import BookingStatus


@dataclass(frozen=True, slots=True)
class Checkout:
    """What a provider needs to ask for the money; ``amount`` in UZS."""

    reference: str
    amount: Decimal
    expires_at: datetime


@act
def start_checkout(*, booking_id: int, by: Actor, at: datetime) -> Checkout:
    """The traveller wants to pay his approved booking.

    Nothing is held beyond the hour by this: the provider's CreateTransaction pins the hold. Refuses
    with NotFound, BookingExpired and BookingMoved.
    """
    if not Booking.objects.filter(pk=booking_id, user_id=by.person_id).exists():
        raise NotFound
    booking, _session = lock_deal(booking_id, at=at)

    if booking.status == BookingStatus.EXPIRED:
        raise BookingExpired(booking=booking.code)
    if booking.status != BookingStatus.APPROVED or booking.expires_at is None:
        raise BookingMoved.of(booking)

    record("booking.checkout", booking, by=by, at=at, agency_id=booking.agency_id)
    return Checkout(booking.code, booking.final_price, booking.expires_at)
