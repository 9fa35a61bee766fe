"""Who goes on a session, from paid bookings."""

from sales.models import Booking
from sales.states import BookingStatus


def who_goes(session_id: int) -> set[int]:
    """The ids of the people with a paid booking on the session."""
    paid = Booking.objects.filter(session_id=session_id, status=BookingStatus.PAID)
    return set(paid.values_list("user_id", flat=True))


def sessions_joined(user_id: int, session_ids: list[int]) -> set[int]:
    """Of ``session_ids`` those this person has a paid booking on and that have a Telegram chat."""
    paid = Booking.objects.filter(
        user_id=user_id, status=BookingStatus.PAID, session_id__in=session_ids
    )
    return set(paid.filter(session__chat__isnull=False).values_list("session_id", flat=True))
