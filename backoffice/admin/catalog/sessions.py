"""Dated sessions: fill, price, seats; and their chats."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import action, display

from backoffice.admin.base import BaseAdmin, HistoryAdmin
from backoffice.admin.display import (
    fill_bar,
    link,
    list_url,
    money,
    state_badge,
    two_lines,
)
from backoffice.admin.filters import ScopedRelatedFilter
from catalog.models import TourChat, TourSession
from catalog.services.locks import lock_session
from catalog.services.sales_window import close_session, reopen_session
from catalog.states import SessionStatus


class SessionForm(ModelForm):  # type: ignore[type-arg]
    def clean_capacity(self) -> int:
        capacity: int = self.cleaned_data["capacity"]
        if self.instance.pk:
            # Locked to the end of the request: no approval takes a seat between check and save.
            taken = lock_session(self.instance.pk).seats_taken
            if capacity < taken:
                raise ValidationError(
                    _("%(taken)s seats are taken already; there cannot be fewer in all."),
                    params={"taken": taken},
                )
        return capacity

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = data.get("date_start"), data.get("date_end")
        if start and end and end < start:
            raise ValidationError({"date_end": _("It cannot end before it starts.")})
        group, capacity = data.get("min_group_size"), data.get("capacity")
        if group and capacity and group > capacity:
            raise ValidationError({"min_group_size": _("More than there are seats.")})
        return data


@admin.register(TourSession)
class SessionAdmin(HistoryAdmin):
    agency_path = "tour__agency_id"
    agency_filter = "tour__agency"
    event_name = "session"
    form = SessionForm
    list_display = ("dates", "tour_name", "fill", "price_shown", "state", "guide")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("date_start", RangeDateFilter),
        ("tour", ScopedRelatedFilter),
    )
    list_select_related = ("tour",)
    search_fields = ("tour__title_ru", "tour__title_uz", "tour__title_en", "guide")
    search_help_text = _("Tour or guide")
    ordering = ("-date_start", "-id")
    autocomplete_fields = ("tour",)
    readonly_fields = ("fill", "state", "bookings_link", "is_private")
    actions_detail = ["close", "reopen"]
    empty_title = _("No dates yet")
    empty_text = _("Add a date to a tour and it can be booked.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TourSession]:
        return super().get_queryset(request).select_related("tour")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fields: list[Any] = [
            "tour",
            ("date_start", "date_end"),
            ("price", "capacity"),
            ("min_group_size", "guide"),
            "sales_close_at",
        ]
        if obj is None:
            return ((None, {"fields": fields}),)
        return (
            (_("Now"), {"fields": (("state", "fill"), ("bookings_link", "is_private"))}),
            (_("Session"), {"fields": fields}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Bookings were made for this tour.
        return (*self.readonly_fields, "tour") if obj else self.readonly_fields

    # --- the sales window

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        session = self.get_object(request, str(object_id))
        fits = {SessionStatus.OPEN: "_close", SessionStatus.CLOSED: "_reopen"}
        wanted = fits.get(session.status) if session else None  # type: ignore[arg-type]
        if wanted is None:
            return []
        allowed = super().get_actions_detail(request, object_id)
        return [a for a in allowed if a.action_name.endswith(wanted)]

    def has_window_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "catalog.change_toursession", object_id)

    @action(
        description=_("Close for sale"),
        url_path="close",
        permissions=["window"],
        icon="block",
        dialog={
            "title": _("Close this date for sale?"),
            "description": _("No new requests come in; bookings made go on."),
            "form_submit_text": _("Close for sale"),
        },
    )
    def close(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        session = self.own_or_404(request, object_id)
        work = partial(close_session, session_id=session.pk)
        return self.do(request, session, work, done=_("The date is closed for sale."))

    @action(
        description=_("Open for sale"),
        url_path="reopen",
        permissions=["window"],
        icon="check_circle",
        dialog={
            "title": _("Open this date for sale again?"),
            "form_submit_text": _("Open for sale"),
        },
    )
    def reopen(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        session = self.own_or_404(request, object_id)
        work = partial(reopen_session, session_id=session.pk)
        return self.do(request, session, work, done=_("The date is on sale again."))

    # --- columns

    @display(description=_("dates"), ordering="date_start")
    def dates(self, session: TourSession) -> SafeString:
        one_day = session.date_end == session.date_start
        until = "" if one_day else f"– {session.date_end:%d.%m.%Y}"
        return two_lines(f"{session.date_start:%d.%m.%Y}", until)

    @display(description=_("tour"), ordering="tour__title_ru")
    def tour_name(self, session: TourSession) -> str:
        return session.tour.title

    @display(description=_("seats"), ordering="available_seats")
    def fill(self, session: TourSession) -> SafeString:
        return fill_bar(session.seats_taken, session.capacity)

    @display(description=_("price per seat"), ordering="price")
    def price_shown(self, session: TourSession) -> Any:
        return money(session.price)

    @display(description=_("status"), ordering="status")
    def state(self, session: TourSession) -> SafeString:
        return state_badge("session", session.status, session.get_status_display())

    @display(description=_("bookings"))
    def bookings_link(self, session: TourSession) -> SafeString:
        url = list_url("sales.booking", session__id__exact=session.pk)
        return link(url, _("Bookings of this date"))


@admin.register(TourChat)
class ChatAdmin(BaseAdmin):
    agency_path = "session__tour__agency_id"
    agency_filter = "session__tour__agency"
    event_name = "tour_chat"
    list_display = ("title", "session", "status", "created_at")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_select_related = ("session__tour",)
    search_fields = ("title",)
    autocomplete_fields = ("session",)
    fields = ("session", "chat_id", "title", "status")
    empty_title = _("No chats yet")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("session",) if obj else ()
