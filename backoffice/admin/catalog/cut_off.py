"""When sales close, in words: "18:00 the day before" says more than a date."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import TourSession
from core.clock import local_midnight

HOUR = timedelta(hours=1)


def closes_before(first_day: date, hours: int) -> datetime:
    """The instant ``hours`` hours before ``first_day`` begins."""
    return local_midnight(first_day) - hours * HOUR


def hours_before(session: TourSession) -> int:
    """How many whole hours before its first day the sales of a session close; 0 when later."""
    return max(0, (local_midnight(session.date_start) - session.sales_close_at) // HOUR)


def cut_off_words(closes: datetime, first_day: date) -> str:
    """The cut-off as it is seen from the first day."""
    local = timezone.localtime(closes)
    days = (first_day - local.date()).days
    facts: dict[str, Any] = {"time": f"{local:%H:%M}", "days": days}
    if closes == local_midnight(first_day):
        return _("when the first day begins")
    if days < 0:
        return _("when the first day ends")
    if days == 0:
        return _("%(time)s on the first day") % facts
    if days == 1:
        return _("%(time)s the day before") % facts
    return _("%(time)s, days before: %(days)s") % facts
