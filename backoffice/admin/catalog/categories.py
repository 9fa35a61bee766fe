"""Types of tours: everybody's, edited by the platform."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.admin.base import BaseAdmin
from catalog.models import TourCategory


@admin.register(TourCategory)
class CategoryAdmin(BaseAdmin):
    event_name = "category"
    list_display = ("title_ru", "title_uz", "title_en", "slug", "position")
    search_fields = ("title_ru", "title_uz", "title_en", "slug")
    ordering = ("position", "slug")
    fields = ("title_ru", "title_uz", "title_en", ("slug", "position"), "parameters_schema")
    prepopulated_fields = {"slug": ("title_en",)}
    empty_title = _("No categories yet")

    def scope(self, rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
        return rows
