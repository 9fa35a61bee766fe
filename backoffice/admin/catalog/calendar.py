"""A month of dates: bars over their days on a desk, a list on a phone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from constance import config
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.admin.base import staff
from backoffice.admin.catalog.under_filled import missing
from backoffice.admin.display import change_url, session_words
from catalog.models import TourSession
from catalog.queries.calendar import touching
from core.clock import OUR_YEARS, local_date, now
from core.ids import id_of
from partners.models import TravelAgency

DAYS = 7
CHOICES = 200
MOST = 400


@dataclass(frozen=True, slots=True)
class Bar:
    """A session over its days of one week; ``column`` counts from 1, ``lane`` from 0."""

    session: TourSession
    column: int
    span: int
    lane: int
    begins: bool
    ends: bool

    @property
    def url(self) -> str:
        return change_url(self.session)

    @property
    def colour(self) -> str:
        return session_words(self.session)[1]

    @property
    def words(self) -> str:
        return session_words(self.session)[0]

    @property
    def lacks(self) -> int:
        return missing(self.session)

    @property
    def row(self) -> int:
        """Of the week's grid: the first holds the days' numbers."""
        return self.lane + 2


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    column: int
    is_today: bool
    is_inside: bool
    add_url: str


@dataclass(frozen=True, slots=True)
class Week:
    days: list[Day]
    bars: list[Bar]

    @property
    def lanes(self) -> int:
        return max((bar.lane + 1 for bar in self.bars), default=0)

    @property
    def rows(self) -> int:
        return self.lanes + 2


def first_of_month(text: str) -> date:
    """The first day of ``2027-06``; of the present month when it is none, or none of our times."""
    this = local_date(now()).replace(day=1)
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return this
    return first if first.year in OUR_YEARS else this


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def weeks_of(first: date) -> list[date]:
    """The Mondays of the weeks that have a day of the month."""
    last = next_month(first) - timedelta(days=1)
    count = (monday_of(last) - monday_of(first)).days // DAYS + 1
    return [monday_of(first) + timedelta(weeks=n) for n in range(count)]


def bars_of(monday: date, sessions: Iterable[TourSession]) -> list[Bar]:
    """The sessions of a week, each in the first lane that is free on its days."""
    sunday = monday + timedelta(days=DAYS - 1)
    free_from: list[date] = []
    bars = []
    for session in sessions:
        if session.date_start > sunday or session.date_end < monday:
            continue
        start, end = max(session.date_start, monday), min(session.date_end, sunday)
        lane = next((n for n, day in enumerate(free_from) if day <= start), len(free_from))
        free_from[lane : lane + 1] = [end + timedelta(days=1)]
        bars.append(
            Bar(
                session=session,
                column=(start - monday).days + 1,
                span=(end - start).days + 1,
                lane=lane,
                begins=start == session.date_start,
                ends=end == session.date_end,
            )
        )
    return bars


def calendar_page(request: HttpRequest, admin: ModelAdmin, tours: Any) -> HttpResponse:
    """``?month=2027-06&tour=&agency=`` for who may see the dates."""
    first = first_of_month(request.GET.get("month", ""))
    asked = ((name, id_of(request.GET.get(name, ""))) for name in ("tour", "agency"))
    chosen = {name: found for name, found in asked if found is not None}
    mondays = weeks_of(first)
    end = mondays[-1] + timedelta(days=DAYS - 1)
    found = _sessions(admin.get_queryset(request), chosen, mondays[0], end)
    sessions = found[:MOST]
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Calendar of dates"),
        "opts": admin.opts,
        "month": first,
        "weeks": [_week(monday, first, sessions, request, chosen) for monday in mondays],
        "agenda": [
            (session, change_url(session), missing(session))
            for session in sessions
            if session.date_end >= first and session.date_start < next_month(first)
        ],
        "before": _url(first - timedelta(days=1), chosen),
        "after": _url(next_month(first), chosen),
        "this_month": _url(local_date(now()), chosen),
        "tours": list(_tours(tours, chosen).order_by("title_ru", "pk")[:CHOICES]),
        "agencies": _agencies(request),
        "chosen": chosen,
        "is_cut": len(found) > MOST,
        "most": MOST,
        "may_add": admin.has_add_permission(request),
        "add_url": _add_url(first, chosen),
        # Until then a date that lacks people is a worry, later it has time.
        "warn_before": local_date(now()) + timedelta(days=config.UNDERFILLED_DAYS),
    }
    return TemplateResponse(request, "admin/catalog/calendar.html", context)


def _sessions(rows: Any, chosen: dict[str, int], first: date, last: date) -> list[Any]:
    if "tour" in chosen:
        rows = rows.filter(tour_id=chosen["tour"])
    if "agency" in chosen:
        rows = rows.filter(tour__agency_id=chosen["agency"])
    return list(touching(rows, first, last)[: MOST + 1])


def _tours(tours: Any, chosen: dict[str, int]) -> Any:
    return tours.filter(agency_id=chosen["agency"]) if "agency" in chosen else tours


def _week(
    monday: date,
    first: date,
    sessions: list[TourSession],
    request: HttpRequest,
    chosen: dict[str, int],
) -> Week:
    today = local_date(now())
    may_add = staff(request).has_perm("catalog.add_toursession")
    days = []
    for n in range(DAYS):
        day = monday + timedelta(days=n)
        url = _add_url(day, chosen) if may_add and day >= today else ""
        days.append(Day(day, n + 1, day == today, day.month == first.month, url))
    return Week(days, bars_of(monday, sessions))


def _agencies(request: HttpRequest) -> list[TravelAgency]:
    user = staff(request)
    if not user.sees_all_agencies:
        return []
    return list(TravelAgency.objects.for_user(user).order_by("name")[:CHOICES])


def _url(day: date, chosen: dict[str, int]) -> str:
    query = urlencode({"month": f"{day:%Y-%m}", **chosen})
    return f"{reverse('admin:catalog_toursession_calendar')}?{query}"


def _add_url(day: date, chosen: dict[str, int]) -> str:
    query = {"date_start": max(day, local_date(now())).isoformat()}
    if "tour" in chosen:
        query["tour"] = str(chosen["tour"])
    return f"{reverse('admin:catalog_toursession_add')}?{urlencode(query)}"
