"""Where money without a deal may belong."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from sales.models import Booking
from sales.states import BookingStatus

LOOK_BACK = timedelta(days=90)
SHOWN = 10


def bookings_of_price(amount: Decimal, at: datetime) -> QuerySet[Booking]:
    """The newest bookings of exactly this price that money could still pay."""
    rows = Booking.objects.filter(
        created_at__gte=at - LOOK_BACK,
        final_price=amount,
        status__in=[BookingStatus.APPROVED, BookingStatus.EXPIRED],
    )
    return rows.select_related("user", "session__tour").order_by("-id")[:SHOWN]
