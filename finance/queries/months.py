"""Which months of the books are shut."""

from datetime import date, datetime

from dateutil.relativedelta import relativedelta

from core.clock import local_date, local_midnight
from finance.models import ClosedMonth

MONTH = relativedelta(months=1)


def month_of(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def is_closed(day: date) -> bool:
    """Whether the books of the day's month are shut."""
    return ClosedMonth.objects.filter(month=month_of(day)).exists()


def first_open_instant(at: datetime) -> datetime:
    """``at``, or when its month is shut the first instant of the next open one."""
    month = month_of(local_date(at))
    shut = set(ClosedMonth.objects.filter(month__gte=month).values_list("month", flat=True))
    if month not in shut:
        return at
    while month in shut:
        month += MONTH
    return local_midnight(month)
