"""Holds: locking a deal, and ending what has lapsed. Building blocks and the sweep.

A lapsed hold never counts, even when the job that expires it is late: whoever takes a session's
lock first expires what has lapsed there.
"""

from contextlib import suppress
from datetime import datetime

from catalog.models import TourSession
from catalog.services.locks import lock_session
from catalog.services.seats import give_back_seats
from core.actor import Actor, job
from core.acts import act
from core.locks import lock_row
from core.refusals import NotFound, TryAgain
from core.services.events import record
from finance.services.bonus import return_bonus
from finance.services.post import About
from sales.models import Booking


def lock_booking(booking_id: int) -> Booking:
    """The booking, locked; take its session's lock first."""
    return lock_row(Booking, pk=booking_id)


def lock_deal(
    booking_id: int, *, at: datetime, keep_hold: bool = False
) -> tuple[Booking, TourSession]:
    """Lock a booking with its session, in order, and end the session's lapsed holds.

    ``keep_hold`` spares the booking itself: a payment that comes late still finds its seats when
    nobody has taken the lock since.
    """
    where = Booking.objects.filter(pk=booking_id).values_list("session_id", flat=True)
    session_id = where.first()
    if session_id is None:
        raise NotFound
    session = lock_session(session_id)
    expire_lapsed(session, at=at, spare_id=booking_id if keep_hold else None)
    return lock_booking(booking_id), session


def expire_lapsed(session: TourSession, *, at: datetime, spare_id: int | None = None) -> int:
    """End the lapsed holds of a locked session; returns how many."""
    lapsed = Booking.objects.lapsed(at).filter(session_id=session.pk)
    if spare_id is not None:
        lapsed = lapsed.exclude(pk=spare_id)
    bookings = list(lapsed.select_for_update().order_by("pk"))
    for booking in bookings:
        held = booking.seats_reserved if booking.holds_seats else 0
        was = booking.status
        booking.expire(at=at)
        let_go(booking, session, seats=held, by=job(), at=at)
        record("booking.expired", booking, by=job(), at=at, agency_id=booking.agency_id, was=was)
    return len(bookings)


def let_go(booking: Booking, session: TourSession, *, seats: int, by: Actor, at: datetime) -> None:
    """Save an ended, unpaid booking and give back what it held: seats and bonus.

    The promo use needs no giving back: uses are counted over bookings.
    """
    booking.save()
    if seats:
        give_back_seats(session, seats)
    about = About(booking_id=booking.pk, agency_id=booking.agency_id, memo="hold ended")
    return_bonus(user_id=booking.user_id, amount=booking.bonus_used, about=about, by=by, at=at)


@act
def expire_session_holds(*, session_id: int, by: Actor, at: datetime) -> int:
    """End the lapsed holds of one session; returns how many."""
    return expire_lapsed(lock_session(session_id), at=at)


def sweep_lapsed_holds(*, at: datetime) -> int:
    """End every lapsed hold, one session a transaction; returns how many.

    A session that somebody works on is left to him and to the next sweep.
    """
    sessions = (
        Booking.objects.lapsed(at).order_by("session_id").values_list("session_id", flat=True)
    )
    ended = 0
    for session_id in list(sessions.distinct()):
        with suppress(TryAgain):
            ended += expire_session_holds(session_id=session_id, by=job(), at=at)
    return ended
