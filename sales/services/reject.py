"""The agency says no, with a reason."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.refusals import Invalid
from core.services.events import record
from partners.roles import require
from sales.access import check_decides
from sales.models import Booking
from sales.refusals import BookingExpired, BookingMoved
from sales.services.holds import let_go, lock_deal
from sales.states import BookingStatus


class ReasonMissing(Invalid):
    message = _("Tell the traveller why.")
    field = "reason"


@act
def reject_booking(*, booking_id: int, reason: str, by: Actor, at: datetime) -> Booking:
    """Reject a request; its promo use and bonus go back.

    Refuses with NotFound, NotAllowed, ReasonMissing, BookingExpired and BookingMoved.
    """
    require(by, "sales.booking", "reject")
    booking, session = lock_deal(booking_id, at=at)

    check_decides(booking, by)
    if not reason.strip():
        raise ReasonMissing
    if booking.status == BookingStatus.EXPIRED:
        raise BookingExpired(booking=booking.code)
    if booking.status != BookingStatus.REQUESTED:
        raise BookingMoved.of(booking)

    booking.reject(at=at, note=reason.strip())
    let_go(booking, session, seats=0, by=by, at=at)

    record("booking.rejected", booking, by=by, at=at, agency_id=booking.agency_id, reason=reason)
    return booking
