"""A decision is taken back before it is told."""

from datetime import datetime

from constance import config
from django.utils.translation import gettext_lazy as _

from catalog.models import TourSession
from catalog.services.seats import check_room, give_back_seats
from catalog.services.sessions import check_not_over
from core.actor import Actor
from core.acts import act
from core.clock import now
from core.refusals import Conflict
from core.services.events import record
from finance.services.bonus import reserve_bonus
from finance.services.post import About
from partners.roles import require
from sales.access import check_decides
from sales.models import Booking, DateOffer
from sales.queries.decisions import (
    decided_by_hand,
    has_begun_to_pay,
    offer_taken,
    undo_until,
)
from sales.queries.promo import check_promo
from sales.queries.transport_room import check_transport_room
from sales.refusals import BookingExpired, BookingMoved
from sales.services.holds import end_holds, lock_deal_with_promo
from sales.states import BookingStatus


class TooLate(Conflict):
    """The traveller may have read it already."""

    message = _("Too late: a decision can be taken back for {seconds} seconds.")


class NotDecidedByHand(Conflict):
    message = _("Nobody of the staff decided this; there is nothing to take back.")


class PaymentBegun(Conflict):
    message = _("The traveller has begun to pay; cancel the booking instead.")


class OfferTaken(Conflict):
    message = _("The traveller has taken the date that was offered instead.")


@act
def undo_decision(*, booking_id: int, by: Actor, at: datetime) -> Booking:
    """Take an approval or a rejection back: a request again, with what is left of its hour.

    An approval gives its seats back; a rejection holds bonus and promo use again, and what it
    offered instead is withdrawn. Refuses with NotFound, NotAllowed, BookingMoved, TooLate,
    BookingExpired, NotDecidedByHand, PaymentBegun, OfferTaken and SessionOver; after a rejection
    also with what a request is refused with (seats, transport, promo code, bonus).
    """
    require(by, "sales.booking", "approve")
    deal = lock_deal_with_promo(booking_id, at=at)
    booking, session, was = deal.booking, deal.session, deal.booking.status
    end_holds(session, deal.lapsed, at=at)

    check_decides(booking, by)
    # By the clock, now that the locks are there: waiting for them may have taken longer than was
    # left, and the message leaves by the clock.
    _check_can_be_undone(booking, max(at, now()))
    check_not_over(session)
    if was == BookingStatus.REJECTED:
        _check_fits_again(booking, session, at)

    DateOffer.objects.filter(booking=booking).delete()
    booking.reopen()
    booking.save()
    if was == BookingStatus.APPROVED:
        give_back_seats(session, booking.seats_reserved)
    else:
        about = About(booking_id=booking.pk, agency_id=booking.agency_id, memo="decision undone")
        reserve_bonus(user_id=booking.user_id, amount=booking.bonus_used, about=about, by=by, at=at)

    agency_id, until = booking.agency_id, booking.expires_at
    record(
        "booking.decision_undone", booking, by=by, at=at, agency_id=agency_id, was=was, until=until
    )
    return booking


def _check_can_be_undone(booking: Booking, at: datetime) -> None:
    until = undo_until(booking)
    if until is None:
        raise BookingMoved.of(booking)
    if not decided_by_hand(booking):
        raise NotDecidedByHand
    if at >= until:
        raise TooLate(seconds=config.UNDO_SECONDS)
    if has_begun_to_pay(booking):
        raise PaymentBegun
    if offer_taken(booking):
        raise OfferTaken
    if booking.answer_by is None or booking.answer_by <= at:
        raise BookingExpired(booking=booking.code)


def _check_fits_again(booking: Booking, session: TourSession, at: datetime) -> None:
    """What a request must fulfil, for what was let go meanwhile."""
    if booking.promo_code is not None:
        check_promo(booking.promo_code, session=session, user_id=booking.user_id, at=at)
    check_transport_room(session, booking.transport_code, booking.seats_reserved, at=at)
    check_room(session, booking.seats_reserved)
