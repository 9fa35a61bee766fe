"""The log of actions: who did what to what, when, through which door."""

from functools import reduce
from operator import or_
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import NoReverseMatch, path, reverse
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import action, display

from backoffice.admin.base import BaseAdmin, OwnPage, ReadOnly, staff
from backoffice.admin.core import event_export
from backoffice.admin.core.event_filters import (
    ActionFilter,
    AgencyFilter,
    KindFilter,
    OwnPeopleFilter,
    PeriodFilter,
)
from backoffice.admin.core.event_kinds import ROWS_OF, SETTINGS_ROW, action_name, kind_name
from backoffice.admin.core.event_page import event_page
from backoffice.admin.core.sentences import what_happened, who_did
from backoffice.admin.core.setting_words import setting_title
from backoffice.admin.display import link, list_url, page_url, two_lines
from backoffice.admin.filters import LocalTimeFilter
from backoffice.admin.refusals import go
from core.ids import id_of
from core.models import EventDelivery, EventLog, EventSeal
from core.queries.events import last_of, named
from partners.models import TravelAgency, User
from partners.roles import TABLE, allowed

# A list of these is a list of moments: their index gives it in its order.
BY_TIME = ("period", "timestamp_from_0", "timestamp_to_0")


@admin.register(EventLog)
class EventLogAdmin(OwnPage, ReadOnly, BaseAdmin):
    is_great = True
    agency_path = "agency_id"
    linked = ("object_id", "action__startswith")
    list_display = ("time", "who", "about", "what", "source")
    list_select_related = ("user",)
    list_display_links = ("time",)
    search_fields = ("object_name",)
    search_help_text = _("Booking code, the beginning of an object's name, or a request id")
    ordering = ("-id",)
    sortable_by = ()
    fields = (("time", "source"), ("who", "agency"), ("about", "act"), "what")
    readonly_fields = ("time", "who", "about", "what", "act", "agency")
    list_before_template = "admin/core/events_of_one.html"
    change_form_outer_after_template = "admin/core/event.html"
    actions_list = ["as_file"]
    empty_title = _("Nothing has happened yet")

    class Media:
        css = {"all": ("backoffice/events.css",)}

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name="core_eventlog_export"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventLog]:
        return super().get_queryset(request).filter(_told_to(staff(request)))

    def get_list_filter(self, request: HttpRequest) -> Any:
        common = [PeriodFilter, ("timestamp", LocalTimeFilter), KindFilter, ActionFilter]
        common.append(("source", ChoicesDropdownFilter))
        if staff(request).sees_all_agencies:
            return [("user", AutocompleteSelectFilter), *common, AgencyFilter]
        return [OwnPeopleFilter, *common]

    def get_ordering(self, request: HttpRequest) -> Any:
        by_time = any(request.GET.get(name) for name in BY_TIME)
        return ("-timestamp", "-id") if by_time else self.ordering

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return named(queryset, search_term), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"one": self._one(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def _one(self, request: HttpRequest) -> dict[str, Any] | None:
        """The thing that the list is about, when it is one."""
        label, pk = request.GET.get("object_type", ""), id_of(request.GET.get("object_id", ""))
        if not label or pk is None:
            return None
        rows = self.get_queryset(request).filter(object_type=label, object_id=pk)
        event = rows.order_by("-id").first()
        if event is None:
            return None
        return {"name": _name(event), "kind": kind_name(label), "url": _address(event)}

    def page_of(self, request: HttpRequest, obj: EventLog) -> dict[str, Any]:
        return event_page(obj, self.get_queryset(request))

    # --- as a file

    def has_export_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return staff(request).has_perm("core.export_eventlog")

    @action(description=_("As a file"), url_path="as-file", permissions=["export"], icon="download")
    def as_file(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.copy()
        asked.pop(PAGE_VAR, None)
        query = asked.urlencode()
        url = reverse("admin:core_eventlog_export")
        return go(request, f"{url}?{query}" if query else url)

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        if not self.has_export_permission(request):
            raise PermissionDenied
        return event_export.export_page(request, self)

    # --- columns

    @display(description=_("time"))
    def time(self, event: EventLog) -> str:
        return f"{localtime(event.timestamp):%d.%m.%Y %H:%M:%S}"

    @display(description=_("who"))
    def who(self, event: EventLog) -> str:
        return who_did(event)

    @display(description=_("what happened"))
    def what(self, event: EventLog) -> str:
        return what_happened(event)

    @display(description=_("object"))
    def about(self, event: EventLog) -> SafeString:
        url = _address(event)
        return two_lines(link(url, _name(event)) if url else _name(event), _kind(event))

    @display(description=_("action"))
    def act(self, event: EventLog) -> SafeString:
        return two_lines(action_name(event.action), event.action)

    @display(description=_("agency"))
    def agency(self, event: EventLog) -> str:
        return str(TravelAgency.objects.filter(pk=event.agency_id or 0).first() or "–")


def _name(event: EventLog) -> str:
    if event.object_type == SETTINGS_ROW:
        return setting_title(event.object_name)
    return event.object_name or f"№{event.object_id}"


def _kind(event: EventLog) -> str:
    return kind_name(event.object_type)


def _address(event: EventLog) -> str:
    if event.object_type == SETTINGS_ROW:
        return f"{list_url('constance.config')}#{event.object_name}"
    try:
        return page_url(event.object_type, event.object_id)
    except NoReverseMatch:
        return ""


def _told_to(reader: User) -> Q:
    """What happened to a thing is told to whom the table lets see such things; in an agency, by
    his role there. Of its commission rates an agency is told those that were approved."""
    if reader.sees_all_agencies:
        hidden = [kind for kind in TABLE if not allowed(reader.role, kind, "view")]
        return ~Q(object_type__in=[ROWS_OF.get(kind, kind) for kind in hidden])
    kinds: dict[frozenset[int], list[str]] = {}
    for kind in TABLE:
        kinds.setdefault(reader.agency_ids_for(kind, "view"), []).append(kind)
    told = [Q(agency_id__in=own, object_type__in=of) for own, of in kinds.items()]
    undecided = Q(object_type="finance.commissionrate") & ~Q(action="rate.approved")
    return reduce(or_, told) & ~undecided


@admin.register(EventSeal)
class SealAdmin(ReadOnly, BaseAdmin):
    list_display = ("last_event_id", "events", "digest", "sealed_at")
    ordering = ("-last_event_id",)
    sortable_by = ()
    fields = ("last_event_id", "events", "digest", "sealed_at", "names_rows")
    readonly_fields = ("names_rows",)
    list_before_template = "admin/core/seals.html"
    empty_title = _("No seals yet")
    empty_text = _("A job seals the log in blocks, so that a change would show.")

    class Media:
        css = {"all": ("backoffice/events.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventSeal]:
        # Thousands of digests in each.
        return super().get_queryset(request).defer("rows")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        proof = last_of("log.proved", "log.broken")
        context = {
            "last_seal": EventSeal.objects.defer("rows").order_by("-last_event_id").first(),
            "proof": proof,
            "proof_text": what_happened(proof) if proof else "",
            "holds": proof is not None and proof.action == "log.proved",
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    @display(description=_("can name a changed row"), boolean=True)
    def names_rows(self, seal: EventSeal) -> bool:
        return bool(seal.rows)


@admin.register(EventDelivery)
class DeliveryAdmin(ReadOnly, BaseAdmin):
    list_display = ("event", "attempts", "next_attempt_at", "last_error")
    list_select_related = ("event",)
    ordering = ("next_attempt_at",)
    fields = ("event", "attempts", "next_attempt_at", "last_error")
    empty_title = _("Everything has been told")
