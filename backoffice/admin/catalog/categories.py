"""Types of tours: everybody's, edited by the platform."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.admin.base import SavedByActs, actor
from backoffice.admin.catalog.questions import questions_field, rows_of, schema_of
from backoffice.admin.display import link, list_url
from catalog.models import Tour, TourCategory
from catalog.parameters import category_faults, parameters_of
from catalog.queries.misfits import misfits
from catalog.services.categories import save_category
from core.clock import now

# Ticked on the page that says which tours would not fit.
LEAVING = "leave_misfits"


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg]
    """Asks for the parameters as rows; says which tours would not fit before they do not."""

    questions = questions_field()
    misfits: list[Tour] = []

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.before = self.instance.parameters_schema or {}
        self.initial["questions"] = rows_of(self.before)

    @property
    def is_leaving(self) -> bool:
        return LEAVING in self.data

    def values(self) -> dict[str, Any]:
        """For the act."""
        values = {name: self.cleaned_data[name] for name in self._meta.fields or ()}  # type: ignore[attr-defined]
        values.pop("questions", None)
        return values | {"parameters_schema": self.schema}

    @property
    def schema(self) -> dict[str, Any]:
        return schema_of(self.cleaned_data["questions"], self.before)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        for fault in category_faults(self.schema):
            self.add_error("questions", fault)
        if self.instance.pk and not self.is_leaving:
            self._look_for_misfits()

    def _look_for_misfits(self) -> None:
        self.misfits = misfits(TourCategory(pk=self.instance.pk, parameters_schema=self.schema))
        if self.misfits:
            self.add_error(None, _("Some tours would no longer fit; see above what to do."))


@admin.register(TourCategory)
class CategoryAdmin(SavedByActs):
    event_name = "category"
    form = CategoryForm
    change_form_template = "admin/catalog/category.html"
    list_display = ("title_ru", "title_uz", "title_en", "asked", "tours", "position")
    search_fields = ("title_ru", "title_uz", "title_en", "slug")
    ordering = ("position", "slug")
    readonly_fields = ("asked",)
    prepopulated_fields = {"slug": ("title_en",)}
    empty_title = _("No categories yet")

    class Media:
        css = {"all": ("backoffice/tour.css",)}

    def scope(self, rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
        return rows

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        edits = self.has_change_permission(request, obj)
        asked = "questions" if edits else "asked"
        fields = (("title_ru", "title_uz", "title_en"), ("slug", "position"))
        return ((None, {"fields": fields}), (_("Parameters"), {"fields": (asked,)}))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        category = save_category(
            category_id=obj.pk,
            values=form.values(),
            leaving_misfits=form.is_leaving,
            by=actor(request),
            at=now(),
        )
        obj.pk = category.pk
        obj.refresh_from_db()

    # --- columns

    @display(description=_("parameters"))
    def asked(self, category: TourCategory) -> SafeString:
        titles = [(each.title,) for each in parameters_of(category.parameters_schema)]
        return format_html_join(", ", "{}", titles)

    @display(description=_("tours"))
    def tours(self, category: TourCategory) -> SafeString:
        return link(list_url("catalog.tour", category__id__exact=category.pk), _("Tours"))
