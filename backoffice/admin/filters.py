"""List filters that show nobody what is not his."""

from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest
from unfold.contrib.filters.admin import RelatedDropdownFilter

SHOWN = 200


class ScopedRelatedFilter(RelatedDropdownFilter):
    """Offers the related rows that the person's own list of them would show."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: ModelAdmin
    ) -> list[tuple[Any, str]]:
        related = model_admin.admin_site.get_model_admin(field.remote_field.model)  # type: ignore[attr-defined]
        return [(row.pk, str(row)) for row in related.get_queryset(request)[:SHOWN]]
