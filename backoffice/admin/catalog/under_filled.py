"""Dates that start soon without their minimum group: what is missing and what can be done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from constance import config
from django.contrib.admin.options import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter

from backoffice.admin.base import staff
from backoffice.admin.display import change_url
from catalog.models import TourSession
from catalog.queries.calendar import under_filled
from catalog.states import RUNS
from core.clock import local_date, now
from partners.models import User
from sales.queries.waiting import Asked, asked_by_session


@dataclass(frozen=True, slots=True)
class Lack:
    """One such date; ``waiting`` are the requests nobody has answered yet."""

    session: TourSession
    missing: int
    waiting: int
    days_left: int
    may_act: bool
    # Named to who sees more than one.
    agency: str = ""

    @property
    def url(self) -> str:
        return change_url(self.session)

    @property
    def cancel_url(self) -> str:
        return reverse("admin:catalog_toursession_cancel_date", args=[self.session.pk])

    @property
    def promotion_url(self) -> str:
        return f"{reverse('admin:catalog_promotion_add')}?session={self.session.pk}"


def lacking(sessions: Any, at: datetime) -> Any:
    """Of ``sessions`` the under-filled ones, as far ahead as the platform's setting looks."""
    return under_filled(sessions, local_date(at), days=config.UNDERFILLED_DAYS)


def lacking_for(user: User, at: datetime) -> Any:
    """Those of the person's agencies."""
    return lacking(TourSession.objects.for_user(user), at)


def lacks(user: User, at: datetime, *, most: int) -> list[Lack]:
    """The warning list, soonest first."""
    rows = list(lacking_for(user, at).select_related("tour__agency")[:most])
    asked = asked_by_session([row.pk for row in rows], at)
    may_act = user.has_perm("catalog.change_toursession")
    return [
        Lack(
            session=row,
            missing=missing(row),
            waiting=asked.get(row.pk, Asked()).requests,
            days_left=(row.date_start - local_date(at)).days,
            may_act=may_act,
            agency=str(row.tour.agency) if user.sees_all_agencies else "",
        )
        for row in rows
    ]


def missing(session: TourSession) -> int:
    """How many people a date that runs lacks of its minimum group; its tour should be loaded."""
    nobody_can_come = session.waits_for_tour and not session.seats_taken
    if session.status not in RUNS or nobody_can_come:
        return 0
    return max(0, session.min_group_size - session.seats_taken)


class UnderFilledFilter(DropdownFilter):
    title = gettext_lazy("minimum group")
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("lacking", gettext_lazy("starts soon without it"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[TourSession]
    ) -> QuerySet[TourSession]:
        if self.value() != "lacking":
            return queryset
        # Chosen by id: the list keeps its own order.
        return queryset.filter(pk__in=lacking(TourSession.objects.all(), now()).values("pk"))


def under_filled_page(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    """All of them, with what can be done about each."""
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Dates that lack people"),
        "opts": admin.opts,
        "lacks": lacks(staff(request), now(), most=100),
        "days": config.UNDERFILLED_DAYS,
    }
    return TemplateResponse(request, "admin/catalog/under_filled.html", context)
