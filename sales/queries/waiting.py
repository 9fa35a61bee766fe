"""Requests that wait for their agency's answer."""

from datetime import datetime

from sales.models.booking import BookingQuerySet
from sales.states import BookingStatus


def waiting_requests(bookings: BookingQuerySet, at: datetime) -> BookingQuerySet:
    """Of ``bookings`` those requested and not lapsed, soonest to lapse first."""
    waiting = bookings.filter(status=BookingStatus.REQUESTED, expires_at__gt=at)
    return waiting.order_by("expires_at", "pk")
