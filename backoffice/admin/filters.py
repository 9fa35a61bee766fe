"""List filters that show nobody what is not his."""

from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateTimeFilter, RelatedDropdownFilter
from unfold.utils import parse_datetime_str

SHOWN = 200


class ScopedRelatedFilter(RelatedDropdownFilter):
    """Offers the related rows that the person's own list of them would show."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: ModelAdmin
    ) -> list[tuple[Any, str]]:
        related = model_admin.admin_site.get_model_admin(field.remote_field.model)  # type: ignore[attr-defined]
        return [(row.pk, str(row)) for row in related.get_queryset(request)[:SHOWN]]


class LocalTimeFilter(RangeDateTimeFilter):
    """Times are typed as they are in Tashkent; the library would compare naive ones."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        bounds = {}
        for end, lookup in (("from", "gte"), ("to", "lte")):
            day, clock = (
                self.used_parameters.get(f"{self.parameter_name}_{end}_{n}") for n in (0, 1)
            )
            parsed = parse_datetime_str(f"{day} {clock}") if day and clock else None
            if parsed is not None:
                bounds[f"{self.parameter_name}__{lookup}"] = timezone.make_aware(parsed)
        return queryset.filter(**bounds)
