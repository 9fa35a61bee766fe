"""Whose rows somebody sees in the admin: one rule for lists, pages, pickers and inlines."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet

from partners.models import User


class ScopedRows:
    """For model admins and inlines: the agency's side of a model's rows.

    ``agency_path`` leads from a row to its agency's id (``"tour__agency_id"``). A model without
    one is the platform's alone, unless its queryset knows ``for_user``.
    """

    agency_path: str | None = None

    def scope(self, rows: QuerySet[Any], user: User | AnonymousUser) -> QuerySet[Any]:
        """The rows ``user`` may see. What he sees as a traveller does not count here."""
        if not isinstance(user, User):
            return rows.none()
        if user.sees_all_agencies:
            return rows
        narrow = getattr(rows, "for_staff", None) or getattr(rows, "for_user", None)
        if narrow is None and self.agency_path is None:
            return rows.none()
        if narrow is not None:
            rows = narrow(user)
        if self.agency_path is not None:
            agency_ids = user.agency_ids_for(rows.model._meta.label_lower, "view")
            rows = rows.filter(**{f"{self.agency_path}__in": agency_ids})
        return rows

    def agency_id_of(self, obj: Model) -> int | None:
        """The id of the agency a row belongs to."""
        found: Any = obj
        for step in (self.agency_path or "").split("__"):
            found = getattr(found, step, None) if step else None
        return found
