"""Refusals that more than one act of a deal gives."""

from django.utils.translation import gettext_lazy as _

from core.refusals import Conflict
from sales.models import Booking


class BookingMoved(Conflict):
    """The booking is no longer where the caller saw it; says where it is now."""

    code = "invalid_transition"
    message = _("Booking {booking} is already {status}.")
    for_good = True

    @classmethod
    def of(cls, booking: Booking) -> "BookingMoved":
        return cls(booking=booking.code, status=booking.get_status_display())


class BookingExpired(Conflict):
    """The hold is over. The expiry it found stands (``commits``)."""

    code = "booking_expired"
    message = _("The time for booking {booking} is over. Its seats are free again.")
    for_good = True
    commits = True
