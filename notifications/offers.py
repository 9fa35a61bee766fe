"""Another date, offered in place of the one asked for."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import override

from catalog.models import TourSession
from core.models import EventLog
from core.money import som
from notifications.booking_words import dates_of, moment_of, values_of
from notifications.requests import told_from
from notifications.services.outbox import Letter, person, put
from notifications.states import Kind
from sales.models import Booking
from sales.states import BookingStatus


def tell_offer(event: EventLog, booking: Booking) -> None:
    """The traveller hears of the rejection and of the offer in one, when it can no longer be taken
    back."""
    if booking.status == BookingStatus.REQUESTED:
        return
    facts = event.details
    other = TourSession.objects.get(pk=facts["session_id"])
    until = datetime.fromisoformat(facts["stands_until"])
    for address in person(booking.user):
        payload = values_of(booking, address.language, facts)
        with override(address.language):
            payload |= {
                "offer": facts["offer_id"],
                "other_dates": dates_of(other.date_start, other.date_end),
                "other_price": som(Decimal(facts["final_price"])),
                "until": moment_of(until),
            }
        letter = Letter(
            kind=Kind.DATE_OFFERED,
            dedupe=f"{event.pk}:{Kind.DATE_OFFERED}",
            payload=payload,
            booking_id=booking.pk,
            agency_id=booking.agency_id,
            not_before=told_from(event),
        )
        put(letter, [address], at=event.timestamp)
