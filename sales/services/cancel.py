"""Calling a booking off: free before payment, by the policy after it."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from catalog.services.seats import give_back_seats
from core.actor import Actor
from core.acts import act
from core.money import HUNDRED
from core.refusals import Conflict
from core.services.events import record
from finance.services.refund import request_refund
from finance.services.sale import reverse_sale
from sales.access import check_takes_part, is_side_of_agency
from sales.models import Booking
from sales.queries.cancellation import CancelPreview, preview_cancellation
from sales.refusals import BookingExpired, BookingMoved
from sales.services.holds import let_go, lock_deal
from sales.states import LIVE, BookingStatus, CancelReason


class TourHasBegun(Conflict):
    message = _("The tour has begun; the booking can no longer be cancelled.")


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
    if booking.status == BookingStatus.EXPIRED:
        raise BookingExpired(booking=booking.code)
    if booking.status not in (*LIVE, BookingStatus.PAID):
        raise BookingMoved.of(booking)

    was_paid = booking.status == BookingStatus.PAID
    preview = preview_cancellation(booking, by=by, at=at)
    if was_paid and preview.days_before <= 0:
        raise TourHasBegun
    held = booking.seats_reserved if booking.holds_seats else 0
    booking.cancel(at=at, reason=_reason(booking, by), note=reason.strip())
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
        reason=reason,
        was_paid=was_paid,
        refund=preview.refund,
    )
    return booking


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
