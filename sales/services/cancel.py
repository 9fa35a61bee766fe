"""Calling a booking off: free before payment, by the policy after it."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from catalog.services.seats import give_back_seats
from catalog.states import SessionStatus
from core.actor import Actor
from core.acts import act
from core.money import ZERO, percent_of
from core.refusals import Conflict
from core.services.events import record
from finance.services.refund import owe_refund
from finance.states import AccountKind, RefundSource
from partners.roles import Role, require
from sales.access import check_decides, check_takes_part, is_side_of_agency
from sales.models import Booking
from sales.queries.cancellation import CancelPreview, preview_cancellation, preview_in_full
from sales.queries.shares import shares_of
from sales.refusals import BookingExpired, BookingMoved
from sales.services.holds import Deal, let_go, lock_paid_deal
from sales.services.settle import give_back
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
    deal = lock_paid_deal(booking_id, at=at)
    booking = deal.booking

    check_takes_part(booking, by, "cancel")
    _check_stands(booking)
    preview = preview_cancellation(booking, by=by, at=at)
    if booking.status == BookingStatus.PAID and preview.days_before <= 0:
        raise TourHasBegun

    who = _reason(booking, by)
    _call_off(deal, preview, who=who, note=reason.strip(), by=by, at=at)
    return booking


@act
def cancel_for_session(*, booking_id: int, by: Actor, at: datetime) -> Booking:
    """Cancel a booking because its session will not run: everything held or paid goes back.

    Refuses with NotFound, NotAllowed, BookingExpired, BookingMoved and SessionStands.
    """
    deal = lock_paid_deal(booking_id, at=at)
    booking, session = deal.booking, deal.session

    if by.role != Role.SYSTEM:
        require(by, "sales.booking", "cancel")
        check_decides(booking, by)
    _check_stands(booking)
    if session.status != SessionStatus.CANCELLED:
        raise SessionStands

    preview, note = preview_in_full(booking, at=at), session.cancel_note
    _call_off(deal, preview, who=CancelReason.SESSION, note=note, by=by, at=at)
    return booking


def _check_stands(booking: Booking) -> None:
    if booking.status == BookingStatus.EXPIRED:
        raise BookingExpired(booking=booking.code)
    if booking.status not in (*LIVE, BookingStatus.PAID):
        raise BookingMoved.of(booking)


def _call_off(
    deal: Deal,
    preview: CancelPreview,
    *,
    who: str,
    note: str,
    by: Actor,
    at: datetime,
) -> None:
    """End a locked booking that stands; give back what it held, owe what ``preview`` says."""
    booking, session = deal.booking, deal.session
    was_paid = booking.status == BookingStatus.PAID
    held = booking.seats_reserved if booking.holds_seats else 0
    booking.cancel(at=at, reason=who, note=note)
    if was_paid:
        booking.save()
        give_back_seats(session, held)
        _owe_refund(deal, preview, by=by, at=at)
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


def _owe_refund(deal: Deal, preview: CancelPreview, *, by: Actor, at: datetime) -> None:
    booking, payment = deal.booking, deal.payment
    if not booking.final_price:
        # Bonus or the platform paid for all of it: no provider will call to take the sale back.
        back = percent_of(shares_of(booking).gross, preview.percent)
        give_back(booking, back=back, cash_account=AccountKind.PAYME, by=by, at=at)
        return
    amount = min(preview.refund, payment.left if payment else ZERO)
    if amount:
        is_own = booking.cancel_reason == CancelReason.TRAVELLER
        owe_refund(
            payment,
            amount=amount,
            source=RefundSource.TRAVELLER if is_own else RefundSource.STAFF,
            reason=booking.cancel_note,
            by=by,
            at=at,
        )
