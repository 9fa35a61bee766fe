"""Tours as their agencies describe them."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminJSONSchemaWidget

from backoffice.admin.base import BaseAdmin, HistoryAdmin, ScopedTabular
from backoffice.admin.catalog.schema_check import faults
from backoffice.admin.catalog.shapes import parameters, schemas
from backoffice.admin.display import link, list_url, state_badge, two_lines
from backoffice.admin.filters import ScopedRelatedFilter
from backoffice.admin.own_agency import OwnAgency
from catalog.models import Tour, TourPhoto, TourSession
from catalog.services.publish import archive_tour, publish_tour
from catalog.states import TourStatus
from core.models import Media


class TourForm(ModelForm):  # type: ignore[type-arg]
    """JSON fields are edited as forms and checked against their schemas."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, schema in self._schemas().items():
            if name in self.fields:
                self.fields[name].widget = UnfoldAdminJSONSchemaWidget(attrs={"schema": schema})
                self.fields[name].help_text = ""

    def _schemas(self) -> dict[str, Any]:
        found = schemas()
        if self.instance.pk and self.instance.category.parameters_schema:
            found["parameters"] = parameters(self.instance.category.parameters_schema)
        return found

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        checked = schemas()
        if category := data.get("category"):
            checked["parameters"] = category.parameters_schema
        for name, schema in checked.items():
            if data.get(name):
                for fault in faults(data[name], schema):
                    self.add_error(name, fault)
        self._check_once("transport_options", "code", data)
        self._check_once("cancellation_policy", "days_before", data)
        published = self.instance.status == TourStatus.PUBLISHED
        if published and "title_ru" in data and not data.get("description_ru"):
            self.add_error("description_ru", _("A published tour has a description in Russian."))
        return data

    def _check_once(self, name: str, key: str, data: dict[str, Any]) -> None:
        if name in self.errors:
            return
        values = [row[key] for row in data.get(name) or []]
        if len(set(values)) < len(values):
            self.add_error(name, _("Something is here twice."))


class GalleryInline(ScopedTabular):
    model = TourPhoto
    agency_path = "tour__agency_id"
    fields = ("picture", "media", "position")
    readonly_fields = ("picture",)
    ordering_field = "position"
    hide_ordering_field = True
    tab = True
    verbose_name_plural = _("gallery")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TourPhoto]:
        return super().get_queryset(request).select_related("media", "tour")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name == "media":
            field.label_from_instance = _file_name  # type: ignore[method-assign, assignment]
        return field

    @display(description=_("preview"))
    def picture(self, photo: TourPhoto) -> SafeString | str:
        if not photo.media_id:
            return ""
        return format_html('<img src="{}" alt="" class="c-thumb">', photo.media.file.url)


def _file_name(media: Media) -> str:
    """Pictures of one size look alike by their own name."""
    return f"{(media.file.name or '').rpartition('/')[2]} ({media.width}×{media.height})"


# Counted for the rows of a page only, where a join would group the whole table.
SESSIONS = Coalesce(
    Subquery(
        TourSession.objects.filter(tour=OuterRef("pk"))
        .order_by()
        .values("tour")
        .annotate(n=Count("pk"))
        .values("n")
    ),
    0,
)


@admin.register(Tour)
class TourAdmin(OwnAgency, HistoryAdmin):
    agency_path = "agency_id"
    agency_filter = "agency"
    event_name = "tour"
    form = TourForm
    list_display = ("name", "category", "agency", "state", "session_count", "updated_at")
    list_filter = (("status", ChoicesDropdownFilter), ("category", ScopedRelatedFilter))
    list_select_related = ("agency", "category")
    search_fields = ("title_ru", "title_uz", "title_en")
    search_help_text = _("Title in any language")
    ordering = ("-id",)
    inlines = (GalleryInline,)
    readonly_fields = ("state", "published_at", "dates")
    actions_detail = ["publish", "archive"]
    empty_title = _("No tours yet")
    empty_text = _("Describe the first one, add its dates and photos, then publish it.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tour]:
        return super().get_queryset(request).annotate(sessions_n=SESSIONS)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        head: list[Any] = [("category", "age_min")]
        if self.asks_for_agency(request, obj):
            head.insert(0, "agency")
        if obj:
            head += [("state", "published_at"), "dates"]
        return (
            (None, {"fields": head}),
            (_("Russian"), {"classes": ["tab"], "fields": ("title_ru", "description_ru")}),
            (_("Uzbek"), {"classes": ["tab"], "fields": ("title_uz", "description_uz")}),
            (_("English"), {"classes": ["tab"], "fields": ("title_en", "description_en")}),
            (
                _("Programme"),
                {"classes": ["tab"], "fields": ("itinerary", "inclusions", "exclusions")},
            ),
            (
                _("Meeting and transport"),
                {
                    "classes": ["tab"],
                    "fields": (
                        "meeting_point",
                        ("meeting_lat", "meeting_lon"),
                        "transport_options",
                    ),
                },
            ),
            (
                _("Terms"),
                {"classes": ["tab"], "fields": ("cancellation_policy", "parameters")},
            ),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "agency") if obj else self.readonly_fields

    # --- onto the shelf and off it

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        tour = self.get_object(request, str(object_id))
        hidden = {
            TourStatus.PUBLISHED: "publish",
            TourStatus.ARCHIVED: "archive",
        }.get(tour.status if tour else "")  # type: ignore[arg-type]
        allowed = super().get_actions_detail(request, object_id) if tour else []
        return [a for a in allowed if not hidden or not a.action_name.endswith(f"_{hidden}")]

    def has_shelve_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "catalog.change_tour", object_id)

    @action(
        description=_("Publish"),
        url_path="publish",
        permissions=["shelve"],
        icon="storefront",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": _("Publish this tour?"),
            "description": _("Travellers see it in the Mini App at once."),
            "form_submit_text": _("Publish"),
        },
    )
    def publish(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        tour = self.own_or_404(request, object_id)
        work = partial(publish_tour, tour_id=tour.pk)
        return self.do(request, tour, work, done=_("The tour is on sale."))

    @action(
        description=_("Archive"),
        url_path="archive",
        permissions=["shelve"],
        icon="archive",
        dialog={
            "title": _("Take this tour off the shelf?"),
            "description": _("Nobody can ask for it any more; bookings made go on."),
            "form_submit_text": _("Archive"),
        },
    )
    def archive(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        tour = self.own_or_404(request, object_id)
        work = partial(archive_tour, tour_id=tour.pk)
        return self.do(request, tour, work, done=_("The tour is off the shelf."))

    # --- columns

    @display(description=_("tour"), ordering="title_ru")
    def name(self, tour: Tour) -> SafeString:
        return two_lines(tour.title, f"№{tour.pk}")

    @display(description=_("status"), ordering="status")
    def state(self, tour: Tour) -> SafeString:
        return state_badge("tour", tour.status, tour.get_status_display())

    @display(description=_("dates"), ordering="sessions_n")
    def session_count(self, tour: Any) -> SafeString:
        return link(list_url("catalog.toursession", tour__id__exact=tour.pk), tour.sessions_n)

    @display(description=_("dates"))
    def dates(self, tour: Tour) -> SafeString:
        url = list_url("catalog.toursession", tour__id__exact=tour.pk)
        return link(url, _("All dates of this tour"))


@admin.register(TourPhoto)
class PhotoAdmin(BaseAdmin):
    """Photos are kept in their tour's gallery; this list is for finding one."""

    agency_path = "tour__agency_id"
    event_name = "photo"
    list_display = ("tour", "media", "position")
    list_select_related = ("tour", "media")
    autocomplete_fields = ("tour", "media")
    fields = ("tour", "media", "position")
