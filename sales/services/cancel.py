"""Calling a booking off: free before payment, by the policy after it."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from catalog.models import TourSession
from catalog.services.seats import give_back_seats
from catalog.states import SessionStatus
from core.actor import Actor
from core.acts import act
from core.money import HUNDRED
from core.refusals import Conflict
from core.services.events import record
from finance.services.refund import request_refund
from finance.services.sale import reverse_sale
from partners.roles import Role, require
from sales.access import check_decides, check_takes_part, is_side_of_agency
from sales.models import Booking
from sales.queries.cancellation import CancelPreview, preview_cancellation, preview_in_full
from sales.refusals import BookingExpired, BookingMoved
from sales.services.holds import let_go, lock_deal
from sales.states import LIVE, BookingStatus, CancelReason


class TourHasBegun(Conflict):
    message = _("The tour has begun; the booking can no longer be cancelled.")


class SessionStands(Conflict):
    message = _("The session has not been cancelled.")


@act
def cancel_booking(*, booking_id: int, by: Actor, at: datetime, reason: str = "") -> Booking:
    """Cancel a booking for its traveller, its agency or the platform.

    Before payment everything held goes back. After payment the seats come back at once and a Refund
    of the policy's share is owed (all of it when the agency or the platform cancels); the ledger
    moves when the refund is carried out. Refuses with NotFound, NotAllowed, BookingExpired,
    BookingMoved and TourHasBegun.
    """
    booking, session = lock_deal(booking_id, at=at)

    check_takes_part(booking, by, "cancel")
    _check_stands(booking)
    preview = preview_cancellation(booking, by=by, at=at)
    if booking.status == BookingStatus.PAID and preview.days_before <= 0:
        raise TourHasBegun

    who = _reason(booking, by)
    _call_off(booking, session, preview, who=who, note=reason.strip(), by=by, at=at)
    return booking


@act
def cancel_for_session(*, booking_id: int, by: Actor, at: datetime) -> Booking:
    """Cancel a booking because its session will not run: everything held or paid goes back.

    Refuses with NotFound, NotAllowed, BookingExpired, BookingMoved and SessionStands.
    """
    booking, session = lock_deal(booking_id, at=at)

    if by.role != Role.SYSTEM:
        require(by, "sales.booking", "cancel")
        check_decides(booking, by)
    _check_stands(booking)
    if session.status != SessionStatus.CANCELLED:
        raise SessionStands

    preview, note = preview_in_full(booking, at=at), session.cancel_note
    _call_off(booking, session, preview, who=CancelReason.SESSION, note=note, by=by, at=at)
    return booking


def _check_stands(booking: Booking) -> None:
    if booking.status == BookingStatus.EXPIRED:
        raise BookingExpired(booking=booking.code)
    if booking.status not in (*LIVE, BookingStatus.PAID):
        raise BookingMoved.of(booking)


def _call_off(
    booking: Booking,
    session: TourSession,
    preview: CancelPreview,
    *,
    who: str,
    note: str,
    by: Actor,
    at: datetime,
) -> None:
    """End a locked booking that stands; give back what it held, owe what ``preview`` says."""
    was_paid = booking.status == BookingStatus.PAID
    held = booking.seats_reserved if booking.holds_seats else 0
    booking.cancel(at=at, reason=who, note=note)
    if was_paid:
        booking.save()
        give_back_seats(session, held)
        _owe_refund(booking, preview, by=by, at=at)
    else:
        let_go(booking, session, seats=held, by=by, at=at)

    record(
        "booking.cancelled",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        reason=note,
        was_paid=was_paid,
        refund=preview.refund,
    )


def _reason(booking: Booking, by: Actor) -> str:
    if not is_side_of_agency(booking, by) or by.user_id == booking.user_id:
        return CancelReason.TRAVELLER
    return CancelReason.AGENCY if booking.agency_id in by.agency_ids else CancelReason.PLATFORM


def _owe_refund(booking: Booking, preview: CancelPreview, *, by: Actor, at: datetime) -> None:
    amount: Decimal = preview.refund
    if not booking.final_price and preview.percent == HUNDRED:
        # Bonus or the platform paid for all of it: no provider will call to take the sale back.
        reverse_sale(booking_id=booking.pk, user_id=booking.user_id, by=by, at=at)
    if amount:
        request_refund(
            booking_id=booking.pk,
            amount=amount,
            by_traveller=booking.cancel_reason == CancelReason.TRAVELLER,
            reason=booking.cancel_note,
            by=by,
            at=at,
        )
