"""Time: instants are aware UTC, dates of tours are local to Tashkent."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

TASHKENT = ZoneInfo("Asia/Tashkent")


def now() -> datetime:
    """The present instant, aware UTC."""
    return datetime.now(UTC)


def local_date(at: datetime) -> date:
    """The calendar date in Tashkent at the instant ``at``."""
    return at.astimezone(TASHKENT).date()


def local_midnight(day: date) -> datetime:
    """The instant at which ``day`` begins in Tashkent."""
    return datetime(day.year, day.month, day.day, tzinfo=TASHKENT)
