"""Rows that an agency makes: whose they are follows from who makes them."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from backoffice.admin.base import BaseAdmin, staff


class OwnAgency(BaseAdmin):
    """Sets ``agency`` where the person has one; asks where there is a choice; never changes it."""

    def asks_for_agency(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the form shows the agency."""
        user = staff(request)
        return obj is not None or user.sees_all_agencies or len(self.may_make_for(request)) != 1

    def may_make_for(self, request: HttpRequest) -> frozenset[int]:
        """The agencies in which the person's role lets him make such rows."""
        return staff(request).agency_ids_for(self.opts.label_lower, "add")

    def pickable(self, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        rows = super().pickable(db_field, request)
        if db_field.name != "agency" or staff(request).sees_all_agencies:
            return rows
        return rows.filter(pk__in=self.may_make_for(request))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        if not change and not self.asks_for_agency(request):
            (obj.agency_id,) = self.may_make_for(request)
        super().save_model(request, obj, form, change)
