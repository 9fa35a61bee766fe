"""Filters of the log of actions. Each narrows by an index, and offers what its reader may see."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from backoffice.admin.base import staff
from backoffice.admin.core.event_kinds import actions_for, kinds_for
from backoffice.admin.filters import SHOWN
from core.clock import local_date, local_midnight, now
from core.ids import id_of
from partners.models import TravelAgency, User

Choices = list[tuple[Any, Any]]


class KindFilter(DropdownFilter):
    """Events of one kind of thing."""

    title = _("object")
    parameter_name = "object_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return list(kinds_for(staff(request)))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(object_type=self.value()) if self.value() else queryset


class ActionFilter(DropdownFilter):
    """One action, found under what it is done to."""

    title = _("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return list(actions_for(staff(request)))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(action=self.value()) if self.value() else queryset


class OwnPeopleFilter(DropdownFilter):
    """For an agency: those who work or have worked for it."""

    title = _("person")
    parameter_name = "user__id__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        ids = staff(request).agency_ids
        people = User.objects.filter(memberships__agency_id__in=ids).distinct()
        return [(person.pk, str(person)) for person in people.order_by("first_name", "pk")[:SHOWN]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = id_of(self.value() or "")
        return queryset if found is None else queryset.filter(user_id=found)


class AgencyFilter(DropdownFilter):
    """For the platform."""

    title = _("agency")
    parameter_name = "agency"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        rows = TravelAgency.objects.order_by("name").values_list("pk", "name")
        return list(rows[:SHOWN])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = id_of(self.value() or "")
        return queryset if found is None else queryset.filter(agency_id=found)


class PeriodFilter(DropdownFilter):
    """The usual periods, to the present; other ones are typed."""

    title = _("period")
    parameter_name = "period"
    DAYS = {"today": 0, "week": 6, "month": 29}

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("today", _("today")), ("week", _("7 days")), ("month", _("30 days"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        days = self.DAYS.get(self.value() or "")
        if days is None:
            return queryset
        first = local_date(now()) - timedelta(days=days)
        return queryset.filter(timestamp__gte=local_midnight(first))
