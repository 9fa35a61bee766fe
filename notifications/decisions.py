"""Whether what a message says is still true when its turn comes.

The handlers drop what is overtaken; they may come later than the sender.
"""

from collections.abc import Collection

from django.utils.translation import gettext_noop

from notifications.models import Notification
from notifications.services.cards import DECIDED
from notifications.states import Kind
from partners.models import AgencyMember
from sales.models import Booking
from sales.states import BookingStatus

TO_PAY = (Kind.BOOKING_APPROVED, Kind.HOLD_ENDING)
DECISIONS = (Kind.BOOKING_APPROVED, Kind.BOOKING_REJECTED, Kind.DATE_OFFERED, Kind.CARD_CLOSED)
ASKS_AGENCY = (Kind.AGENCY_REQUEST, Kind.REQUEST_WAITS)
ASKS_OF_REQUEST = (*ASKS_AGENCY, Kind.REQUEST_WAITS_PLATFORM)
# Why a message was not sent; translated where it is read.
TAKEN_BACK = gettext_noop("The decision was taken back.")
PAID = gettext_noop("It was paid before this could be sent.")
OVER_NOW = gettext_noop("The booking had ended before this could be sent.")
OFFER_TAKEN = gettext_noop("The other date was taken before this could be sent.")
ACCOUNT_CLOSED = gettext_noop("The person's account is closed.")
WORKS_THERE_NO_MORE = gettext_noop("The person no longer works for the agency.")


def why_untrue(row: Notification) -> str | None:
    """Why it must not be said any more; "" when it may; None while somebody works on its booking.

    ``row.recipient`` should be loaded with it.
    """
    if row.recipient is not None and not row.recipient.is_active:
        return ACCOUNT_CLOSED
    if row.kind in ASKS_AGENCY and row.recipient is not None and not _works_there(row):
        return WORKS_THERE_NO_MORE
    # Last words that nobody can take back.
    is_plain = row.kind == Kind.CARD_CLOSED and "held" not in row.payload
    of_booking: Collection[str] = (*DECISIONS, *TO_PAY, *ASKS_OF_REQUEST)
    if row.kind not in of_booking or row.booking_id is None or is_plain:
        return ""
    # Undoing reads the clock under this lock: either it is seen here, or it comes too late.
    locked = Booking.objects.select_for_update(skip_locked=True, no_key=True)
    booking = locked.filter(pk=row.booking_id).first()
    return None if booking is None else _why_overtaken(row, booking)


def _works_there(row: Notification) -> bool:
    members = AgencyMember.objects.filter(agency_id=row.agency_id, is_active=True)
    return members.filter(user=row.recipient).exists()


def _why_overtaken(row: Notification, booking: Booking) -> str:
    """A message owes its time to the event, and the event shares it with the decision: another
    decision, made after one that was taken back, does not make the first one's message true."""
    if row.kind in ASKS_OF_REQUEST:
        return "" if booking.status == BookingStatus.REQUESTED else DECIDED
    decided = (booking.approved_at, booking.cancelled_at)
    if row.kind in DECISIONS and row.created_at not in decided:
        return TAKEN_BACK
    if row.kind in TO_PAY and booking.status != BookingStatus.APPROVED:
        return PAID if booking.status == BookingStatus.PAID else OVER_NOW
    if row.kind == Kind.DATE_OFFERED and booking.date_offer.taken_booking_id:
        return OFFER_TAKEN
    return ""
