"""What an agency's bookings brought, week by week."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Sum
from django.db.models.functions import TruncWeek

from core.clock import TASHKENT, local_date, local_midnight
from core.money import ZERO
from sales.models.booking import BookingQuerySet
from sales.states import BookingStatus

WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class WeekPaid:
    """Bookings paid in the week from Monday ``first`` on and not cancelled since; UZS."""

    first: date
    bookings: int
    amount: Decimal

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)


def paid_by_week(bookings: BookingQuerySet, at: datetime, *, weeks: int) -> list[WeekPaid]:
    """This week and those before it, oldest first; in one query."""
    today = local_date(at)
    first = today - timedelta(days=today.weekday()) - (weeks - 1) * WEEK
    paid = bookings.filter(status=BookingStatus.PAID, paid_at__gte=local_midnight(first))
    rows = (
        paid.order_by()
        .values_list(TruncWeek("paid_at", tzinfo=TASHKENT))
        .annotate(Count("pk"), Sum("final_price"))
    )
    found = {week.date(): (number, amount) for week, number, amount in rows}
    return [
        WeekPaid(monday, *found.get(monday, (0, ZERO)))
        for monday in (first + n * WEEK for n in range(weeks))
    ]
