"""Who goes on a session, from paid bookings."""

from sales.models import Booking
from sales.states import BookingStatus


def who_goes(session_id: int) -> set[int]:
    """The ids of the people with a paid booking on the session."""
    paid = Booking.objects.filter(session_id=session_id, status=BookingStatus.PAID)
    return set(paid.values_list("user_id", flat=True))
