"""Holds: locking a deal, and ending what has lapsed. Building blocks and the sweep.

A lapsed hold never counts, even when the job that expires it is late: whoever takes a session's
lock first expires what has lapsed there.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from catalog.models import TourSession
from catalog.services.locks import lock_promo_code, lock_session
from catalog.services.seats import give_back_seats
from core.actor import Actor, job
from core.acts import act, require_transaction
from core.refusals import NotFound, TryAgain
from core.services.events import record
from core.sweeps import one_of_many
from finance.models import PaymentTransaction
from finance.services.bonus import lock_bonuses, return_bonus
from finance.services.locks import lock_performed_payment
from finance.services.post import About
from sales.models import Booking
from sales.states import LIVE


@dataclass(frozen=True, slots=True)
class Deal:
    """A booking with its session, its performed payment if it has one, and the lapsed bookings
    beside it, all locked."""

    booking: Booking
    session: TourSession
    lapsed: list[Booking]
    payment: PaymentTransaction | None


def lock_bookings(
    session: TourSession, *, at: datetime, with_id: int | None = None
) -> dict[int, Booking]:
    """The lapsed bookings of a locked session, and the one with ``with_id``, locked by id."""
    require_transaction()
    wanted = Q(status__in=LIVE, expires_at__lte=at)
    if with_id is not None:
        wanted |= Q(pk=with_id)
    rows = Booking.objects.filter(wanted, session_id=session.pk)
    return {row.pk: row for row in rows.select_for_update().order_by("pk")}


def lock_rows(booking_id: int, *, at: datetime) -> Deal:
    """Lock a booking's session, itself, what has lapsed beside it and its performed payment;
    nothing is ended yet.

    For acts that lock another payment as well: ending a hold returns bonus, and accounts come last.
    """
    where = Booking.objects.filter(pk=booking_id).values_list("session_id", flat=True)
    session_id = where.first()
    if session_id is None:
        raise NotFound
    session = lock_session(session_id)
    bookings = lock_bookings(session, at=at, with_id=booking_id)
    lapsed = [booking for booking in bookings.values() if booking.is_lapsed(at)]
    booking = bookings[booking_id]
    return Deal(booking, session, lapsed, _payment_of(booking))


def lock_deal_with_promo(booking_id: int, *, at: datetime) -> Deal:
    """Lock a booking that may take up its promo use again (paid late, a decision undone) with its
    promo code and session, in order; what has lapsed beside it is still to be ended, once payments
    are locked.

    The booking itself is not among that: money that comes late still finds its seats when nobody
    has taken the lock since.
    """
    promo_id = Booking.objects.filter(pk=booking_id).values_list("promo_code_id", flat=True).first()
    if promo_id is not None:
        # Promo codes are locked first.
        lock_promo_code(promo_id)
    deal = lock_rows(booking_id, at=at)
    others = [lapsed for lapsed in deal.lapsed if lapsed.pk != booking_id]
    return replace(deal, lapsed=others)


def _payment_of(booking: Booking) -> PaymentTransaction | None:
    return lock_performed_payment(booking.pk) if booking.paid_at else None


def lock_paid_deal(booking_id: int, *, at: datetime) -> Deal:
    """Lock a booking with its session and its payment, in order, and end the lapsed holds."""
    deal = lock_rows(booking_id, at=at)
    end_holds(deal.session, deal.lapsed, at=at)
    return deal


def lock_deal(booking_id: int, *, at: datetime) -> tuple[Booking, TourSession]:
    """Lock a booking with its session, in order, and end the session's lapsed holds."""
    deal = lock_paid_deal(booking_id, at=at)
    return deal.booking, deal.session


def expire_lapsed(session: TourSession, *, at: datetime) -> int:
    """End the lapsed holds of a locked session; returns how many."""
    lapsed = list(lock_bookings(session, at=at).values())
    end_holds(session, lapsed, at=at)
    return len(lapsed)


def end_holds(session: TourSession, lapsed: Sequence[Booking], *, at: datetime) -> None:
    """End locked bookings whose hour is over, and give back what they held."""
    # All accounts at once, by id: one by one, two sessions with the same people could deadlock.
    lock_bonuses({booking.user_id for booking in lapsed if booking.bonus_used})
    for booking in lapsed:
        held = booking.seats_reserved if booking.holds_seats else 0
        was = booking.status
        booking.expire(at=at)
        let_go(booking, session, seats=held, by=job(), at=at)
        record("booking.expired", booking, by=job(), at=at, agency_id=booking.agency_id, was=was)


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
        with one_of_many("holds not ended", session=session_id), suppress(TryAgain):
            ended += expire_session_holds(session_id=session_id, by=job(), at=at)
    return ended
