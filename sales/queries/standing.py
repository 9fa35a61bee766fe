"""The bookings that stand on a session: what a change of it would touch."""

from datetime import datetime

from django.db.models import Q

from catalog.states import SessionStatus
from finance.states import PaymentState
from sales.models.booking import Booking, BookingQuerySet
from sales.states import LIVE, BookingStatus


def standing_on(session_id: int, at: datetime) -> BookingQuerySet:
    """Requested, approved and paid bookings of a session; a lapsed hold does not stand."""
    return Booking.objects.filter(_stands(at), session_id=session_id).order_by("pk")


def bound_to_dates(session_id: int, at: datetime) -> BookingQuerySet:
    """Bookings that stand, and those that may yet be paid late: they were promised these days."""
    paying = Q(payments__state=PaymentState.CREATED, status__in=(*LIVE, BookingStatus.EXPIRED))
    rows = Booking.objects.filter(_stands(at) | paying, session_id=session_id)
    return rows.order_by("pk").distinct()


def left_on_cancelled_sessions(at: datetime) -> BookingQuerySet:
    """Bookings that still stand although their session will not run."""
    rows = Booking.objects.filter(_stands(at), session__status=SessionStatus.CANCELLED)
    return rows.order_by("pk")


def _stands(at: datetime) -> Q:
    return Q(status__in=LIVE, expires_at__gt=at) | Q(status=BookingStatus.PAID)
