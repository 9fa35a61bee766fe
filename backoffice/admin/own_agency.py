"""Rows that an agency makes: whose they are follows from who makes them."""

from typing import Any

from django.http import HttpRequest

from backoffice.admin.base import BaseAdmin, staff


class OwnAgency(BaseAdmin):
    """Sets ``agency`` where the person has one; asks where there is a choice; never changes it."""

    def asks_for_agency(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the form shows the agency."""
        user = staff(request)
        return obj is not None or user.sees_all_agencies or len(user.agency_ids) != 1

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        if not change and not self.asks_for_agency(request):
            (obj.agency_id,) = staff(request).agency_ids
        super().save_model(request, obj, form, change)
