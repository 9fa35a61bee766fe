"""Dated sessions: fill, price, seats; what can be done with one and with many."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminDateWidget

from backoffice.admin.base import (
    HistoryAdmin,
    OwnPage,
    SavedByActs,
    actor,
    staff,
)
from backoffice.admin.bulk import bulk_page as many_page
from backoffice.admin.catalog import many
from backoffice.admin.catalog.bulk import bulk_page
from backoffice.admin.catalog.calendar import calendar_page
from backoffice.admin.catalog.cancel_date import cancel_page
from backoffice.admin.catalog.cut_off import cut_off_words
from backoffice.admin.catalog.exchange.pages import Exchange
from backoffice.admin.catalog.exchange.sessions import SessionResource
from backoffice.admin.catalog.schedule import rule_page
from backoffice.admin.catalog.session_forms import DuplicateDialog, SessionForm, like
from backoffice.admin.catalog.session_page import tell_session
from backoffice.admin.catalog.under_filled import UnderFilledFilter, missing, under_filled_page
from backoffice.admin.catalog.unready import ReadyFilter
from backoffice.admin.display import (
    badge,
    change_url,
    fill_bar,
    money,
    session_badge,
    two_lines,
)
from backoffice.admin.filters import ScopedRelatedFilter
from backoffice.admin.once import once
from backoffice.admin.refusals import go, tell
from backoffice.admin.sales.passengers import PassengerPages
from catalog.models import Tour, TourSession
from catalog.services.sales_window import close_session, reopen_session
from catalog.services.sessions import (
    EDITABLE,
    Departure,
    change_session,
    complete_session,
    create_sessions,
)
from catalog.states import OVER, RUNS, SessionStatus, TourStatus
from core.clock import local_date, now
from core.refusals import Refusal
from sales.services.departures import move_session


@admin.register(TourSession)
class SessionAdmin(OwnPage, Exchange, PassengerPages, SavedByActs, HistoryAdmin):
    agency_path = "tour__agency_id"
    agency_filter = "tour__agency"
    event_name = "session"
    restores = EDITABLE | {"date_start", "date_end"}
    resource = SessionResource
    form = SessionForm
    list_display = ("dates", "tour_name", "fill", "price_shown", "state", "sales_close", "guide")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("date_start", RangeDateFilter),
        ("tour", ScopedRelatedFilter),
        UnderFilledFilter,
        ReadyFilter,
    )
    list_select_related = ("tour",)
    search_fields = ("tour__title_ru", "tour__title_uz", "tour__title_en", "guide")
    search_help_text = _("Tour or guide")
    ordering = ("-date_start", "-id")
    autocomplete_fields = ("tour",)
    change_form_outer_before_template = "admin/catalog/session_head.html"
    actions = ["change_selected", "close_selected", "reopen_selected"]
    actions_list = ["by_rule"]
    actions_detail = [
        "passengers",
        "complete",
        {
            "title": _("More"),
            "icon": "more_horiz",
            "items": ["duplicate", "close", "reopen", "cancel_date"],
        },
    ]
    empty_title = _("No dates yet")
    empty_text = _("Add a date to a tour and it can be booked.")

    class Media:
        css = {"all": ("backoffice/sessions.css",)}
        # The calendar also where nothing but a dialog asks for a day.
        js = (*UnfoldAdminDateWidget.Media.js, "backoffice/days.js")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TourSession]:
        return super().get_queryset(request).select_related("tour")

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("calendar/", wrap(self.calendar), name="catalog_toursession_calendar"),
            path("lacking/", wrap(self.lacking), name="catalog_toursession_lacking"),
            *super().get_urls(),
        ]

    # --- the form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fields: list[Any] = [
            ("date_start", "date_end"),
            ("price", "capacity"),
            ("min_group_size", "guide"),
            "sales_close_at",
        ]
        if obj is None:
            return ((None, {"fields": ["tour", *fields]}),)
        return ((_("Terms"), {"fields": fields}),)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """From the calendar: a day and perhaps a tour."""
        initial = super().get_changeform_initial_data(request)
        day = initial.get("date_start")
        return initial | {"date_end": day} if day else initial

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "sales_close_at":
            field.help_text = _(
                "For example 18:00 the day before. Empty: when the first day begins. It moves with "
                "the first day."
            )
        if field is not None and db_field.name == "price":
            field.help_text = _("Bookings already made keep their price.")
        return field

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        over = isinstance(obj, TourSession) and obj.status in OVER
        return not over and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """By the acts: days first, for what they leave of the rest depends on them."""
        by, at, data = actor(request), now(), form.cleaned_data
        if not change:
            names = [name for name in data if name != "tour"]
            departure = Departure(**{name: data[name] for name in names})
            (made,) = create_sessions(tour_id=data["tour"].pk, departures=[departure], by=by, at=at)
            obj.pk, obj._state.adding = made.pk, False
            return
        if {"date_start", "date_end"} & set(form.changed_data):
            days = {name: data[name] for name in ("date_start", "date_end")}
            move_session(session_id=obj.pk, by=by, at=at, **days)
        values = {name: data[name] for name in form.changed_data if name in EDITABLE}
        if values:
            change_session(session_id=obj.pk, values=values, by=by, at=at)

    def response_post_save_add(self, request: HttpRequest, obj: TourSession) -> HttpResponse:
        """Back to the tour that the date was added from, or that it may have been missing in."""
        is_from_tour = "tour" in request.GET and "date_start" not in request.GET
        if is_from_tour or obj.tour.status != TourStatus.PUBLISHED:
            return HttpResponseRedirect(change_url(obj.tour))
        return super().response_post_save_add(request, obj)

    def page_of(self, request: HttpRequest, obj: TourSession) -> dict[str, Any]:
        return tell_session(obj, staff(request))

    # --- pages of many

    def calendar(self, request: HttpRequest) -> HttpResponse:
        self.check_may_view(request)
        return calendar_page(request, self, self.tours(request))

    def lacking(self, request: HttpRequest) -> HttpResponse:
        self.check_may_view(request)
        return under_filled_page(request, self)

    def check_may_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def tours(self, request: HttpRequest) -> QuerySet[Tour]:
        """Those that a date may be of."""
        return self.pickable(TourSession._meta.get_field("tour"), request)

    @action(
        description=_("Dates by rule"), url_path="by-rule", permissions=["add"], icon="event_repeat"
    )
    def by_rule(self, request: HttpRequest) -> HttpResponse:
        return rule_page(request, self, self.tours(request))

    @admin.action(description=_("Change the selected dates"), permissions=["change"])
    def change_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return bulk_page(request, self, queryset)

    @admin.action(description=_("Close the selected dates for sale"), permissions=["window"])
    def close_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return many_page(request, self, queryset, many.CLOSE)

    @admin.action(description=_("Open the selected dates for sale"), permissions=["window"])
    def reopen_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return many_page(request, self, queryset, many.REOPEN)

    # --- one date's way

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        session = self.get_object(request, str(object_id))
        fitting = _fitting(session) if session else set()
        allowed = super().get_actions_detail(request, object_id) if session else []
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        mine = {f"{prefix}{name}" for name in WAYS}
        fits = {f"{prefix}{name}" for name in fitting}
        return [a for a in allowed if a.action_name in fits or a.action_name not in mine]

    def has_window_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "catalog.change_toursession", object_id)

    def has_copy_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "catalog.add_toursession", object_id)

    def has_cancel_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        may = self.may(request, "catalog.change_toursession", object_id)
        return may and self.may(request, "sales.cancel_booking", object_id)

    @action(
        description=_("Close for sale"),
        url_path="close",
        permissions=["window"],
        icon="block",
        dialog={
            "title": _("Close this date for sale?"),
            "description": _(
                "No new requests come in. Requests that wait can still be approved, approved ones "
                "paid; bookings made go on, nobody is told. It can be opened again."
            ),
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
            "description": _("It can be booked again until its sales close."),
            "form_submit_text": _("Open for sale"),
        },
    )
    def reopen(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        session = self.own_or_404(request, object_id)
        work = partial(reopen_session, session_id=session.pk)
        return self.do(request, session, work, done=_("The date is on sale again."))

    @action(
        description=_("The tour has run"),
        url_path="complete",
        permissions=["window"],
        icon="task_alt",
        dialog={
            "title": _("Has this tour run?"),
            "description": _(
                "The date is completed and no longer changes; this cannot be undone. Left alone it "
                "is completed by itself the night after its last day."
            ),
            "form_submit_text": _("It has run"),
        },
    )
    def complete(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        session = self.own_or_404(request, object_id)
        work = partial(complete_session, session_id=session.pk)
        return self.do(request, session, work, done=_("The date is completed."))

    @action(
        description=_("Another like it"),
        url_path="duplicate",
        permissions=["copy"],
        icon="content_copy",
        dialog={
            "title": _("Open another date like this one"),
            "form_class": DuplicateDialog,
            "form_submit_text": _("Open the date"),
        },
    )
    def duplicate(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        session = self.own_or_404(request, object_id)
        departure = like(session, form.cleaned_data["date_start"])

        def open_it() -> str:
            (made,) = create_sessions(
                tour_id=session.tour_id, departures=[departure], by=actor(request), at=now()
            )
            messages.success(request, gettext("The date is open."))
            return change_url(made)

        try:
            return go(request, once(request, form.cleaned_data["token"], departure, open_it))
        except Refusal as refusal:
            tell(request, refusal)
            return go(request, change_url(session))

    @action(
        description=_("Cancel the date"),
        url_path="cancel-date",
        permissions=["cancel"],
        icon="event_busy",
        variant=ActionVariant.DANGER,
    )
    def cancel_date(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return cancel_page(request, self, self.own_or_404(request, object_id))

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
        bar = fill_bar(session.seats_taken, session.capacity)
        lacks = missing(session)
        note = gettext("missing: %(n)s") % {"n": lacks} if lacks else ""
        return two_lines(bar, note)

    @display(description=_("price per seat"), ordering="price")
    def price_shown(self, session: TourSession) -> Any:
        return money(session.price)

    @display(description=_("status"), ordering="status")
    def state(self, session: TourSession) -> SafeString:
        return session_badge(session)

    @display(description=_("sales close"), ordering="sales_close_at")
    def sales_close(self, session: TourSession) -> Any:
        if session.status == SessionStatus.OPEN and session.sales_close_at <= now():
            return badge(gettext("sales are over"), "warning")
        return cut_off_words(session.sales_close_at, session.date_start)


WAYS = {"close", "reopen", "complete", "duplicate", "cancel_date"}


def _fitting(session: TourSession) -> set[str]:
    """What can be done with a date in its state today."""
    ways = {"duplicate"}
    if session.status not in RUNS:
        return ways
    today = local_date(now())
    ways.add("close" if session.status == SessionStatus.OPEN else "reopen")
    if session.date_start > today:
        ways.add("cancel_date")
    if session.date_end < today:
        ways.add("complete")
    return ways
