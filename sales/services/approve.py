"""The agency says yes: the seats are taken."""

from datetime import datetime, timedelta

from constance import config

from catalog.models import TourSession
from catalog.services.seats import take_seats
from catalog.services.sessions import check_not_over
from core.actor import Actor
from core.acts import act
from core.services.events import record
from partners.roles import require
from sales.access import check_decides
from sales.models import Booking
from sales.queries.transport_room import check_transport_room
from sales.refusals import BookingExpired, BookingMoved
from sales.services.holds import lock_deal
from sales.services.settle import settle
from sales.states import BookingStatus


@act
def approve_booking(*, booking_id: int, by: Actor, at: datetime) -> Booking:
    """Approve a request: take its seats and give the traveller PAYMENT_MINUTES to pay.

    Refuses with NotFound (another agency's), NotAllowed, BookingExpired, BookingMoved (decided
    meanwhile; says how), SessionOver, SeatsUnavailable and TransportFull.
    """
    require(by, "sales.booking", "approve")
    booking, session = lock_deal(booking_id, at=at)

    check_decides(booking, by)
    if booking.status == BookingStatus.EXPIRED:
        raise BookingExpired(booking=booking.code)
    if booking.status != BookingStatus.REQUESTED:
        raise BookingMoved.of(booking)
    check_not_over(session)

    seat_booking(booking, session, by=by, by_id=by.user_id, at=at)
    return booking


def seat_booking(
    booking: Booking, session: TourSession, *, by: Actor, by_id: int | None, at: datetime
) -> None:
    """Take the seats of a requested booking; building block of approving and auto-approving.

    A booking with nothing left to pay is settled at once.
    """
    check_transport_room(session, booking.transport_code, booking.seats_reserved, at=at)
    take_seats(session, booking.seats_reserved)
    expires_at = at + timedelta(minutes=config.PAYMENT_MINUTES)
    booking.approve(by_id=by_id, at=at, expires_at=expires_at)
    booking.save()

    record(
        "booking.approved",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        seats=booking.seats_reserved,
        seats_left=session.capacity - session.seats_taken,
        automatic=by_id is None,
        until=expires_at,
    )
    if not booking.final_price:
        settle(booking, by=by, at=at)
