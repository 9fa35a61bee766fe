"""Travellers, comments and offers of another date, as lists of their own: read here, written where
they belong."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
)
from unfold.decorators import display

from backoffice.admin.base import BaseAdmin, ReadOnly
from backoffice.admin.display import link, money, two_lines
from backoffice.admin.finding import FindsByIndex, of_booking
from core.clock import local_date, now
from partners.queries.search import FEWEST_LETTERS, named
from sales.models import BookingComment, BookingTraveller, DateOffer
from sales.queries.comments import unanswered
from sales.states import BookingStatus


class NamedFilter(DropdownFilter):
    title = _("name")
    parameter_name = "named"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("named")), ("no", _("not named"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "yes":
                return queryset.exclude(first_name="", last_name="")
            case "no":
                return queryset.filter(first_name="", last_name="")
        return queryset


@admin.register(BookingTraveller)
class TravellerAdmin(FindsByIndex, ReadOnly, BaseAdmin):
    """Seats of every session; they are named, and people checked in, on the passenger list."""

    is_great = True
    agency_path = "booking__agency_id"
    agency_filter = "booking__agency"
    list_display = ("name_shown", "kind_shown", "departure", "booking", "room", "checked_in_at")
    list_filter = (
        NamedFilter,
        ("kind", ChoicesDropdownFilter),
        ("booking__session__date_start", RangeDateFilter),
    )
    list_select_related = ("booking__session__tour",)
    search_fields = ("first_name", "last_name", "booking__code")
    search_help_text = _("Name or booking code")
    ordering = ("-id",)
    fields = (
        ("first_name", "last_name"),
        ("kind", "seat_price"),
        ("booking", "departure"),
        ("room", "transport_seat"),
        ("checked_in_at", "checked_in_by"),
    )
    readonly_fields = ("departure",)
    empty_title = _("No travellers yet")

    class Media:
        css = {"all": ("backoffice/phone_lists.css",)}

    def ways(self, words: str) -> list[Q]:
        by_name = named(words)
        return [*of_booking(words), *([by_name] if by_name is not None else [])]

    @display(description=_("traveller"), ordering="first_name")
    def name_shown(self, traveller: BookingTraveller) -> str | SafeString:
        quiet = format_html('<span class="c-quiet">{}</span>', traveller)
        return traveller.name or quiet

    @display(description=_("kind"), ordering="kind")
    def kind_shown(self, traveller: BookingTraveller) -> SafeString:
        return two_lines(traveller.get_kind_display(), money(traveller.seat_price))

    @display(description=_("passenger list"), ordering="booking__session__date_start")
    def departure(self, traveller: BookingTraveller) -> SafeString:
        """Seats that are not paid stand in no list."""
        session = traveller.booking.session
        day = f"{session.date_start:%d.%m.%Y}"
        if traveller.booking.status == BookingStatus.PAID:
            url = reverse("admin:catalog_toursession_passengers", args=[session.pk])
            return two_lines(link(url, day), session.tour.title)
        return two_lines(day, session.tour.title)


class AnswerFilter(DropdownFilter):
    title = _("answer")
    parameter_name = "todo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("unanswered", _("the traveller has no answer"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[BookingComment]
    ) -> QuerySet[BookingComment]:
        if self.value() != "unanswered":
            return queryset
        found = unanswered(BookingComment.objects.all(), local_date(now()))
        return queryset.filter(pk__in=found.values("pk"))


@admin.register(BookingComment)
class CommentAdmin(FindsByIndex, ReadOnly, BaseAdmin):
    is_great = True
    agency_path = "booking__agency_id"
    agency_filter = "booking__agency"
    list_display = ("__str__", "booking", "author", "is_internal", "created_at")
    list_filter = (AnswerFilter, ("is_internal", BooleanRadioFilter))
    list_select_related = ("booking", "author")
    search_fields = ("text", "booking__code")
    ordering = ("-id",)
    fields = ("booking", "author", "text", "is_internal", "created_at")
    empty_title = _("No comments yet")

    def ways(self, words: str) -> list[Q]:
        in_text = [Q(text__icontains=words)] if len(words) >= FEWEST_LETTERS else []
        return [*of_booking(words), *in_text]


@admin.register(DateOffer)
class DateOfferAdmin(ReadOnly, BaseAdmin):
    agency_path = "booking__agency_id"
    agency_filter = "booking__agency"
    list_display = ("booking", "tour", "seats", "price_shown", "expires_at", "taken_booking")
    list_filter = (("created_at", RangeDateFilter),)
    list_select_related = ("booking", "session__tour", "taken_booking")
    search_fields = ("booking__code",)
    search_help_text = _("Booking code")
    ordering = ("-id",)
    fields = (
        ("booking", "session", "price"),
        ("offered_by", "created_at", "expires_at"),
        "taken_booking",
    )
    empty_title = _("No other dates have been offered yet")

    @display(description=_("date offered"), ordering="session__date_start")
    def tour(self, offer: DateOffer) -> SafeString:
        return two_lines(offer.session.tour.title, f"{offer.session.date_start:%d.%m.%Y}")

    @display(description=_("seats"))
    def seats(self, offer: DateOffer) -> int:
        return offer.booking.seats_reserved

    @display(description=_("to pay"), ordering="price")
    def price_shown(self, offer: DateOffer) -> Any:
        return money(offer.price)
