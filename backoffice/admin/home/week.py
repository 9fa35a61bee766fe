"""Dates that start within a week, with their fill and what is asked of them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from backoffice.admin.display import change_url, list_url
from catalog.models import TourSession
from catalog.queries.calendar import starting_within
from catalog.states import RUNS
from core.clock import local_date
from partners.models import User
from sales.queries.waiting import Asked, asked_by_session

SHOWN = 8
WEEK = 7


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A date, and the requests that wait on it."""

    session: TourSession
    asked: Asked

    @property
    def url(self) -> str:
        return change_url(self.session)

    @property
    def lacks_guide(self) -> bool:
        """Somebody goes, and nobody leads."""
        return not self.session.guide and self.session.seats_taken > 0


def week_part(user: User, at: datetime) -> dict[str, Any]:
    today = local_date(at)
    sessions = TourSession.objects.for_user(user).select_related("tour")
    found = list(starting_within(sessions, today, days=WEEK)[: SHOWN + 1])
    asked = asked_by_session([row.pk for row in found], at)
    return {
        "week": [WeekRow(row, asked.get(row.pk, Asked())) for row in found[:SHOWN]],
        "has_more_dates": len(found) > SHOWN,
        "week_url": dates_url(today, WEEK),
    }


def dates_url(first: date, days: int) -> str:
    """The list of the dates that run and start within ``days`` from ``first`` on."""
    last = date.fromordinal(first.toordinal() + days - 1)
    return list_url(
        "catalog.toursession",
        date_start__gte=first.isoformat(),
        date_start__lte=last.isoformat(),
        status__in=",".join(RUNS),
        o="1",
    )
