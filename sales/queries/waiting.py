"""Requests that wait for their agency's answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Sum

from sales.models.booking import Booking, BookingQuerySet
from sales.states import BookingStatus


def waiting_requests(bookings: BookingQuerySet, at: datetime) -> BookingQuerySet:
    """Of ``bookings`` those requested and not lapsed, soonest to lapse first."""
    waiting = bookings.filter(status=BookingStatus.REQUESTED, expires_at__gt=at)
    return waiting.order_by("expires_at", "pk")


def waiting_for_payment(bookings: BookingQuerySet, at: datetime) -> BookingQuerySet:
    """Of ``bookings`` those approved, not paid and not lapsed, soonest to lapse first."""
    waiting = bookings.filter(status=BookingStatus.APPROVED, expires_at__gt=at)
    return waiting.order_by("expires_at", "pk")


@dataclass(frozen=True, slots=True)
class Asked:
    """What waits on one session: so many requests, for so many seats together."""

    requests: int = 0
    seats: int = 0


def asked_by_session(session_ids: Iterable[int], at: datetime) -> dict[int, Asked]:
    """The requests that wait on each of the sessions that have any."""
    waiting = waiting_requests(Booking.objects.filter(session_id__in=session_ids), at)
    rows = waiting.order_by().values_list("session_id")
    return {
        session_id: Asked(requests, seats)
        for session_id, requests, seats in rows.annotate(Count("pk"), Sum("seats_reserved"))
    }
