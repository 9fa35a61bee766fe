"""Requests that wait for their agency's answer."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count

from sales.models.booking import Booking, BookingQuerySet
from sales.states import BookingStatus


def waiting_requests(bookings: BookingQuerySet, at: datetime) -> BookingQuerySet:
    """Of ``bookings`` those requested and not lapsed, soonest to lapse first."""
    waiting = bookings.filter(status=BookingStatus.REQUESTED, expires_at__gt=at)
    return waiting.order_by("expires_at", "pk")


def requests_by_session(session_ids: Iterable[int], at: datetime) -> dict[int, int]:
    """How many requests wait on each of the sessions."""
    waiting = waiting_requests(Booking.objects.filter(session_id__in=session_ids), at)
    return dict(waiting.order_by().values_list("session_id").annotate(Count("pk")))
