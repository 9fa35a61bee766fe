"""Time: instants are aware UTC, dates of tours are local to Tashkent."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

TASHKENT = ZoneInfo("Asia/Tashkent")
# Nobody asks for other ones, and at its two ends the calendar of computers cannot be counted on.
OUR_YEARS = range(2000, 2101)


def now() -> datetime:
    """The present instant, aware UTC."""
    return datetime.now(UTC)


def local_date(at: datetime) -> date:
    """The calendar date in Tashkent at the instant ``at``."""
    return at.astimezone(TASHKENT).date()


def local_midnight(day: date) -> datetime:
    """The instant at which ``day`` begins in Tashkent."""
    return datetime(day.year, day.month, day.day, tzinfo=TASHKENT)
