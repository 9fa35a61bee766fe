"""The bookings that stand on a session: what a change of it would touch."""

from datetime import datetime

from django.db.models import Q

from catalog.states import SessionStatus
from sales.models.booking import Booking, BookingQuerySet
from sales.states import LIVE, BookingStatus


def standing_on(session_id: int, at: datetime) -> BookingQuerySet:
    """Requested, approved and paid bookings of a session; a lapsed hold does not stand."""
    return _standing(at).filter(session_id=session_id)


def left_on_cancelled_sessions(at: datetime) -> BookingQuerySet:
    """Bookings that still stand although their session will not run."""
    return _standing(at).filter(session__status=SessionStatus.CANCELLED)


def _standing(at: datetime) -> BookingQuerySet:
    live = Q(status__in=LIVE, expires_at__gt=at)
    return Booking.objects.filter(live | Q(status=BookingStatus.PAID)).order_by("pk")
