"""Custom trips and what agencies offer for them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display

from backoffice.admin.base import BaseAdmin, ReadOnly, ScopedTabular
from backoffice.admin.catalog.in_words import answers_in_words
from backoffice.admin.display import contact, money, state_badge, two_lines
from backoffice.admin.filters import ScopedRelatedFilter
from sales.models import CustomTripRequest, TripProposal


class ProposalInline(ReadOnly, ScopedTabular):
    """Agencies never see each other's offers."""

    model = TripProposal
    agency_path = "agency_id"
    fields = ("agency", "text", "date_start", "date_end", "price", "status", "expires_at")
    readonly_fields = fields
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[TripProposal]:
        return super().get_queryset(request).select_related("agency")


@admin.register(CustomTripRequest)
class TripRequestAdmin(ReadOnly, BaseAdmin):
    list_display = ("who", "dates", "seats", "budget_shown", "category", "state", "created_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("date_from", RangeDateFilter),
        ("category", ScopedRelatedFilter),
    )
    list_select_related = ("user", "category")
    search_fields = ("user__first_name", "user__last_name", "user__phone", "wishes")
    ordering = ("-id",)
    inlines = (ProposalInline,)
    fields = (
        ("user", "state"),
        ("date_from", "date_to"),
        ("seats", "budget_shown"),
        ("category", "parameters_shown"),
        "wishes",
        "created_at",
    )
    readonly_fields = ("state", "budget_shown", "parameters_shown")
    empty_title = _("No custom trips yet")
    empty_text = _("Travellers describe the trip they want in the Mini App.")

    @display(description=_("traveller"), ordering="user__first_name")
    def who(self, trip: CustomTripRequest) -> Any:
        return two_lines(trip.user, contact(trip.user))

    @display(description=_("dates"), ordering="date_from")
    def dates(self, trip: CustomTripRequest) -> str:
        return f"{trip.date_from:%d.%m.%Y} – {trip.date_to:%d.%m.%Y}"

    @display(description=_("budget"), ordering="budget")
    def budget_shown(self, trip: CustomTripRequest) -> Any:
        return money(trip.budget) or "–"

    @display(description=_("parameters"))
    def parameters_shown(self, trip: CustomTripRequest) -> str:
        return answers_in_words(trip.parameters, trip.category)

    @display(description=_("status"), ordering="status")
    def state(self, trip: CustomTripRequest) -> SafeString:
        return state_badge("trip", trip.status, trip.get_status_display())


@admin.register(TripProposal)
class ProposalAdmin(ReadOnly, BaseAdmin):
    agency_path = "agency_id"
    agency_filter = "agency"
    list_display = ("agency", "request", "dates", "price_shown", "state", "expires_at")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_select_related = ("agency", "request__user")
    search_fields = ("text",)
    ordering = ("-id",)
    fields = (
        ("agency", "request"),
        "text",
        ("date_start", "date_end"),
        ("price_shown", "state"),
        ("expires_at", "booking"),
        ("made_by", "created_at"),
    )
    readonly_fields = ("price_shown", "state")
    empty_title = _("No proposals yet")

    @display(description=_("dates"), ordering="date_start")
    def dates(self, offer: TripProposal) -> str:
        return f"{offer.date_start:%d.%m.%Y} – {offer.date_end:%d.%m.%Y}"

    @display(description=_("price per seat"), ordering="price")
    def price_shown(self, offer: TripProposal) -> Any:
        return money(offer.price)

    @display(description=_("status"), ordering="status")
    def state(self, offer: TripProposal) -> SafeString:
        return state_badge("offer", offer.status, offer.get_status_display())
