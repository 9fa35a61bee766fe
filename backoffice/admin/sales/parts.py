"""Travellers and comments, as lists of their own: read here, written on the booking's page."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter

from backoffice.admin.base import BaseAdmin, ReadOnly
from sales.models import BookingComment, BookingTraveller


@admin.register(BookingTraveller)
class TravellerAdmin(ReadOnly, BaseAdmin):
    agency_path = "booking__agency_id"
    agency_filter = "booking__agency"
    list_display = ("__str__", "kind", "booking")
    list_filter = (("kind", ChoicesDropdownFilter),)
    list_select_related = ("booking",)
    search_fields = ("first_name", "last_name", "booking__code")
    ordering = ("-id",)
    fields = (("first_name", "last_name"), "kind", "booking")
    empty_title = _("No travellers yet")


@admin.register(BookingComment)
class CommentAdmin(ReadOnly, BaseAdmin):
    agency_path = "booking__agency_id"
    agency_filter = "booking__agency"
    list_display = ("__str__", "booking", "author", "is_internal", "created_at")
    list_filter = (("is_internal", BooleanRadioFilter),)
    list_select_related = ("booking", "author")
    search_fields = ("text", "booking__code")
    ordering = ("-id",)
    fields = ("booking", "author", "text", "is_internal", "created_at")
    empty_title = _("No comments yet")
