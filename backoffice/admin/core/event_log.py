"""The log of actions: who did what to what, when, through which door."""

from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    FieldTextFilter,
    RangeDateTimeFilter,
)
from unfold.decorators import display

from backoffice.admin.base import BaseAdmin, ReadOnly, staff
from backoffice.admin.core.sentences import what_happened, who_did
from backoffice.admin.display import link, page_url, two_lines
from core.models import EventDelivery, EventLog, EventSeal
from partners.models import User
from partners.roles import TABLE, allowed


class ObjectFilter(DropdownFilter):
    """Events of one kind of thing."""

    title = _("object")
    parameter_name = "object_type"
    KINDS = (
        "sales.booking",
        "catalog.tour",
        "catalog.toursession",
        "catalog.promotion",
        "catalog.promocode",
        "partners.travelagency",
        "partners.agencymember",
        "partners.user",
        "partners.referralpartner",
        "finance.payout",
        "finance.referralpayoutrequest",
        "finance.refund",
    )

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(label, apps.get_model(label)._meta.verbose_name) for label in self.KINDS]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(object_type=self.value()) if self.value() else queryset


# Events of the page of settings are of its rows.
ROWS_OF = {"constance.config": "constance.constance"}


@admin.register(EventLog)
class EventLogAdmin(ReadOnly, BaseAdmin):
    agency_path = "agency_id"
    list_display = ("time", "who", "about", "what", "source")
    list_filter = (
        ("timestamp", RangeDateTimeFilter),
        ObjectFilter,
        ("action", FieldTextFilter),
        ("source", ChoicesDropdownFilter),
    )
    list_select_related = ("user",)
    list_display_links = ("time",)
    search_fields = ("object_name", "request_id", "user__first_name", "user__last_name")
    search_help_text = _("Object, person or request id")
    ordering = ("-id",)
    sortable_by = ()
    fields = (
        ("time", "source"),
        ("who", "role"),
        ("about", "action"),
        "what",
        "details",
        "request_id",
        "recorded_at",
    )
    readonly_fields = ("time", "who", "about", "what", "recorded_at")
    empty_title = _("Nothing has happened yet")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventLog]:
        return super().get_queryset(request).filter(_told_to(staff(request)))

    @display(description=_("time"))
    def time(self, event: EventLog) -> Any:
        return event.timestamp

    @display(description=_("who"))
    def who(self, event: EventLog) -> str:
        return who_did(event)

    @display(description=_("what happened"))
    def what(self, event: EventLog) -> str:
        return what_happened(event)

    @display(description=_("object"))
    def about(self, event: EventLog) -> SafeString | str:
        name = event.object_name or f"№{event.object_id}"
        try:
            kind = apps.get_model(event.object_type)._meta.verbose_name
            return two_lines(link(page_url(event.object_type, event.object_id), name), kind)
        except (LookupError, NoReverseMatch):
            return name


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
    fields = ("last_event_id", "events", "digest", "sealed_at")
    empty_title = _("No seals yet")
    empty_text = _("A job seals the log in blocks, so that a change would show.")


@admin.register(EventDelivery)
class DeliveryAdmin(ReadOnly, BaseAdmin):
    list_display = ("event", "attempts", "next_attempt_at", "last_error")
    list_select_related = ("event",)
    ordering = ("next_attempt_at",)
    fields = ("event", "attempts", "next_attempt_at", "last_error")
    empty_title = _("Everything has been told")
