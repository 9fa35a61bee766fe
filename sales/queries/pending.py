"""What waits for an agency's decision."""

from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from partners.models import User
from sales.models import Booking
from sales.states import BookingStatus

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def pending_for(user: User, at: datetime) -> QuerySet[Booking]:
    """Requests of the person's agencies that have not lapsed, soonest to lapse first."""
    rows = Booking.objects.for_staff(user).filter(status=BookingStatus.REQUESTED, expires_at__gt=at)
    return rows.order_by("expires_at", "pk")


def pending_after(rows: QuerySet[Booking], micros: int, pk: int) -> QuerySet[Booking]:
    """The rows behind the one that lapses ``micros`` microseconds after the epoch."""
    moment = EPOCH + timedelta(microseconds=micros)
    return rows.filter(Q(expires_at__gt=moment) | Q(expires_at=moment, pk__gt=pk))
