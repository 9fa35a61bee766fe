"""Dates that start by tomorrow and lack a guide or passengers' names."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from catalog.models import TourSession
from core.clock import local_date, now
from sales.queries.readiness import unready


class ReadyFilter(DropdownFilter):
    title = _("readiness")
    parameter_name = "ready"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("starts by tomorrow without a guide or names"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[TourSession]
    ) -> QuerySet[TourSession]:
        if self.value() != "no":
            return queryset
        # Chosen by id: the list keeps its own order.
        found = unready(TourSession.objects.all(), local_date(now()))
        return queryset.filter(pk__in=found.values("pk"))
