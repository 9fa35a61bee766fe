"""Tours as their agencies describe them."""

from collections.abc import Collection
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from backoffice.admin.base import BaseAdmin, HistoryAdmin, ReadOnly, SavedByActs, actor
from backoffice.admin.bulk import bulk_page
from backoffice.admin.catalog import many
from backoffice.admin.catalog.exchange.pages import Exchange
from backoffice.admin.catalog.exchange.tours import TourResource
from backoffice.admin.catalog.gallery import GalleryPages, gallery_context, photos_url
from backoffice.admin.catalog.in_words import answers_in_words
from backoffice.admin.catalog.preview import map_url, preview, untranslated
from backoffice.admin.catalog.tour_fields import FIELDS
from backoffice.admin.catalog.tour_form import ASKED, TourForm
from backoffice.admin.catalog.tour_page import tour_page
from backoffice.admin.display import (
    badge,
    change_url,
    link,
    list_url,
    page_url,
    state_badge,
    two_lines,
)
from backoffice.admin.filters import ScopedRelatedFilter
from backoffice.admin.once import OnceDialog, once
from backoffice.admin.own_agency import OwnAgency
from backoffice.admin.refusals import go, tell
from catalog.models import Tour, TourCategory, TourPhoto
from catalog.queries.fiscal import without_codes
from catalog.queries.shelf import with_shelf, without_dates
from catalog.queries.tour_faults import missing_for_publishing
from catalog.services.publish import archive_tour, publish_tour
from catalog.services.tours import EDITABLE, change_tour, create_tour, duplicate_tour
from catalog.shapes import LANGUAGES
from catalog.states import TourStatus
from core.clock import local_date, now
from core.models import Media
from core.refusals import Refusal

# The parts of the form; the template shows each under a tab of the class's name.
TEXTS = {
    "title": _("Title"),
    "description": _("Description"),
    "itinerary": _("Programme"),
    "inclusions": _("Included"),
    "exclusions": _("Not included"),
    "meeting_point": _("Meeting point"),
}
TERMS = (
    ("age_min", "age_max"),
    ("child_to_age", "child_percent"),
    ("infant_to_age", "infant_percent"),
    "cancellation_policy",
)
CODES = ("mxik_code", "package_code")
NEEDED = _("Needed before publishing.")
HELP = {
    "description_ru": NEEDED,
    "meeting_point_ru": NEEDED,
    "cancellation_policy": _(
        "What comes back to a traveller who cancels, for example 10 days before 100 %, 3 days "
        "before 50 %; later than the last step, nothing. Needed before publishing."
    ),
    "transport_options": _(
        "Price 0: free. Seats left empty: as many as the date has. A code left empty is made from "
        "the title."
    ),
    "mxik_code": _("17 digits, from the tax committee's catalogue: tasnif.soliq.uz."),
    "package_code": _("Stands beside the MXIK code there. Both empty: the platform's own codes."),
    "vat_percent": _("Empty: the platform's own. 0: without VAT."),
}


class ToDoFilter(DropdownFilter):
    title = _("what to look at")
    parameter_name = "todo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("unpublished", _("not published")),
            ("dateless", _("without future dates")),
            ("codeless", _("on sale without codes for the fiscal receipt")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Tour]) -> QuerySet[Tour]:
        match self.value():
            case "unpublished":
                return queryset.exclude(status=TourStatus.PUBLISHED)
            case "dateless":
                return without_dates(queryset, local_date(now()))
            case "codeless":
                return without_codes(queryset)
        return queryset


@admin.register(Tour)
class TourAdmin(Exchange, SavedByActs, GalleryPages, OwnAgency, HistoryAdmin):
    agency_path = "agency_id"
    agency_filter = "agency"
    event_name = "tour"
    restores = EDITABLE - {"code"}
    resource = TourResource
    form = TourForm
    change_form_template = "admin/catalog/tour.html"
    list_display = ("name", "category", "agency", "state", "next_date", "missing")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ToDoFilter,
        ("category", ScopedRelatedFilter),
    )
    list_select_related = ("agency", "category")
    search_fields = ("title_ru", "title_uz", "title_en", "code")
    search_help_text = _("Title in any language")
    ordering = ("-id",)
    actions = ["publish_selected", "archive_selected"]
    actions_detail = ["publish", "archive", "duplicate", "show_preview", "add_photos"]
    empty_title = _("No tours yet")
    empty_text = _("Describe the first one, add its dates and photos, then publish it.")

    class Media:
        css = {"all": ("backoffice/tour.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tour]:
        return with_shelf(super().get_queryset(request), local_date(now()))

    # --- the form

    def get_urls(self) -> list[URLPattern]:
        asked = self.admin_site.admin_view(self.parameters_view)
        return [path("parameters/", asked, name="catalog_tour_parameters"), *super().get_urls()]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        head = ["agency"] if obj is None and self.asks_for_agency(request) else []
        head += ["category", "code"] if obj else ["category"]
        return (
            (None, {"classes": ["head"], "fields": [tuple(head)]}),
            *(
                (language, {"classes": [language], "fields": [f"{t}_{language}" for t in TEXTS]})
                for language in LANGUAGES
            ),
            (_("Terms"), {"classes": ["terms"], "fields": TERMS}),
            (
                _("Transport"),
                {"classes": ["transport"], "fields": ("transport_options", "coordinates")},
            ),
            (_("Fiscal receipt"), {"classes": ["fiscal"], "fields": (CODES, "vat_percent")}),
        )

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        # The tab says the language.
        kwargs["label"] = TEXTS.get(db_field.name[:-3], capfirst(db_field.verbose_name))
        told = {"help_text": HELP[db_field.name]} if db_field.name in HELP else {}
        if make := FIELDS.get(db_field.name):
            return make(label=kwargs["label"], **told)
        kwargs |= told
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("category", "agency") and field is not None:
            # Without the buttons that edit the row chosen.
            field.widget = field.widget.widget
        return field

    def parameters_view(self, request: HttpRequest) -> HttpResponse:
        """The parameters that the category chosen asks for; what was typed comes back in them."""
        tour_id = request.POST.get("tour", "")
        tour = self.own_or_404(request, tour_id) if tour_id else None
        if not (self.has_change_permission(request, tour) if tour else self.may_add(request)):
            raise PermissionDenied
        form_class = self.get_form(request, tour, change=tour is not None)
        # Its own mark of what was asked would call the new choice a fault.
        data = request.POST.copy()
        data.pop(ASKED, None)
        context = {"form": form_class(data, instance=tour), "is_fresh": True}
        return TemplateResponse(request, "admin/catalog/parameters.html", context)

    def label_of(self, form: Any, name: str) -> str:
        """With the language of its tab."""
        language = name[-2:].upper() if name[:-3] in TEXTS else ""
        return f"{super().label_of(form, name)} {language}".strip()

    def may_add(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        tour = context["original"]
        context["page"] = tour_page(tour, context["adminform"])
        if tour:
            context["gallery"] = gallery_context(tour)
            context["map_url"] = map_url(tour)
            if not self.has_change_permission(request, tour):
                context |= _preview_context(tour, translation.get_language() or "ru")
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Tour, form: Any, change: Any) -> None:
        who: dict[str, Any] = {"by": actor(request), "at": now()}
        if change:
            change_tour(tour_id=obj.pk, values=form.values(), **who)
        else:
            agency = form.cleaned_data.get("agency")
            agency_id = agency.pk if agency else min(self.may_make_for(request))
            obj.pk = create_tour(agency_id=agency_id, values=form.values(), **who).pk
        obj.refresh_from_db()

    def response_post_save_add(self, request: HttpRequest, obj: Tour) -> HttpResponse:
        """A draft is not finished by its first save."""
        messages.info(request, gettext("Now add its photos and dates."))
        return HttpResponseRedirect(photos_url(obj))

    def value_told(self, field: Any, row: Any) -> str:
        if field.name == "parameters":
            category = TourCategory.objects.filter(pk=row.category_id).first()
            return answers_in_words(row.parameters, category)
        return super().value_told(field, row)

    def restored(self, obj: Tour, version: Any) -> Collection[str]:
        # What another category asked for has no fields here.
        alike = version.category_id == obj.category_id
        return self.restores if alike else set(self.restores) - {"category", "parameters"}

    # --- onto the shelf and off it

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The page's own card has the buttons."""
        return []

    def has_shelve_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "catalog.change_tour", object_id)

    @admin.action(description=_("Publish the selected tours"), permissions=["shelve"])
    def publish_selected(self, request: HttpRequest, queryset: QuerySet[Tour]) -> HttpResponse:
        return bulk_page(request, self, queryset, many.PUBLISH)

    @admin.action(description=_("Take the selected tours off the shelf"), permissions=["shelve"])
    def archive_selected(self, request: HttpRequest, queryset: QuerySet[Tour]) -> HttpResponse:
        return bulk_page(request, self, queryset, many.ARCHIVE)

    def has_copy_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "catalog.add_tour", object_id)

    def has_look_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "catalog.view_tour", object_id)

    @action(
        description=_("Publish"),
        url_path="publish",
        permissions=["shelve"],
        icon="storefront",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": _("Publish this tour?"),
            "description": _(
                "Travellers see it in the Mini App at once and can ask for its dates. It can be "
                "taken off the shelf again."
            ),
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
            "description": _(
                "Nobody can ask for it any more; bookings made go on, nobody is told. It can be "
                "published again."
            ),
            "form_submit_text": _("Archive"),
        },
    )
    def archive(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        tour = self.own_or_404(request, object_id)
        work = partial(archive_tour, tour_id=tour.pk)
        return self.do(request, tour, work, done=_("The tour is off the shelf."))

    @action(
        description=_("Duplicate"),
        url_path="duplicate",
        permissions=["copy"],
        icon="content_copy",
        dialog={
            "title": _("Make a copy of this tour?"),
            "description": _("A draft with the same texts, terms and photos, without dates."),
            "form_class": OnceDialog,
            "form_submit_text": _("Duplicate"),
        },
    )
    def duplicate(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        tour = self.own_or_404(request, object_id)

        def copy() -> str:
            made = duplicate_tour(tour_id=tour.pk, by=actor(request), at=now())
            messages.success(request, gettext("This is the copy, a draft."))
            return change_url(made)

        try:
            return go(request, once(request, form.cleaned_data["token"], tour.pk, copy))
        except Refusal as refusal:
            tell(request, refusal)
            return go(request, change_url(tour))

    @action(
        description=_("Preview"),
        url_path="preview",
        permissions=["look"],
        icon="smartphone",
    )
    def show_preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The tour as the Mini App shows it, in a phone's frame."""
        tour = self.own_or_404(request, object_id)
        language = request.GET.get("lang", "")
        if language not in LANGUAGES:
            language = "ru"
        context = {
            **self.admin_site.each_context(request),
            **_preview_context(tour, language),
            "title": gettext("Preview: %(tour)s") % {"tour": tour},
            "opts": self.opts,
            "original": tour,
            "back": change_url(tour),
            "is_dark": request.GET.get("theme") == "dark",
        }
        return TemplateResponse(request, "admin/catalog/preview.html", context)

    # --- columns

    @display(description=_("tour"), ordering="title_ru")
    def name(self, tour: Any) -> SafeString:
        cover = Media(file=tour.cover_file).thumb_url if tour.cover_file else ""
        return format_html(
            '<span class="c-titled">{}{}</span>', thumb(cover), two_lines(tour.title, tour.code)
        )

    @display(description=_("status"), ordering="status")
    def state(self, tour: Tour) -> SafeString:
        return state_badge("tour", tour.status, tour.get_status_display())

    @display(description=_("next date"), ordering="next_start")
    def next_date(self, tour: Any) -> SafeString:
        url = list_url("catalog.toursession", tour__id__exact=tour.pk)
        if tour.next_start is None:
            return link(url, gettext("no dates"))
        first = gettext("%(day)s, seats: %(seats)s") % {
            "day": f"{tour.next_start:%d.%m.%Y}",
            "seats": tour.next_free,
        }
        facts = {"dates": tour.dates_n, "seats": tour.free_n}
        return two_lines(link(url, first), gettext("dates: %(dates)s, seats: %(seats)s") % facts)

    @display(description=_("missing"))
    def missing(self, tour: Tour) -> SafeString:
        missing = missing_for_publishing(tour)
        if not missing:
            return badge(gettext("complete"), "success")
        text = gettext("missing: %(n)s") % {"n": len(missing)}
        return format_html(
            '<span title="{}">{}</span>', ", ".join(missing.values()), badge(text, "warning")
        )


def thumb(url: str) -> SafeString:
    """A small picture, or its empty place."""
    if url:
        return format_html('<img src="{}" alt="" class="c-thumb" loading="lazy">', url)
    return format_html(
        '<span class="c-thumb c-thumb-none material-symbols-outlined">{}</span>', "landscape"
    )


def _preview_context(tour: Tour, language: str) -> dict[str, Any]:
    """What ``preview.html`` and ``preview_body.html`` show."""
    language = language[:2]
    with translation.override(language):
        seen = preview(tour, now())
    return {
        "tour": tour,
        "preview": seen,
        "language": language,
        "languages": LANGUAGES,
        "untranslated": untranslated(tour, language),
    }


@admin.register(TourPhoto)
class PhotoAdmin(ReadOnly, BaseAdmin):
    """Photos are hung on their tour's page; this list is for finding one."""

    agency_path = "tour__agency_id"
    event_name = "photo"
    list_display = ("picture", "tour_link", "position")
    list_select_related = ("tour", "media")
    fields = ("picture", "tour_link", "position")
    readonly_fields = ("picture", "tour_link")

    @display(description=_("picture"))
    def picture(self, photo: TourPhoto) -> SafeString:
        return thumb(photo.media.thumb_url)

    @display(description=_("tour"))
    def tour_link(self, photo: TourPhoto) -> SafeString:
        return link(page_url("catalog.tour", photo.tour_id), photo.tour)
