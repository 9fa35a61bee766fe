"""The approvals list: requests that wait for their agency, soonest to lapse first."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.admin.base import staff
from backoffice.admin.bulk import bulk_page
from backoffice.admin.display import (
    badge,
    contact,
    link,
    list_url,
    minutes_left,
    money,
    page_url,
    two_lines,
)
from backoffice.admin.filters import ScopedRelatedFilter
from backoffice.admin.sales.decisions import Decisions, undo_rows
from backoffice.admin.sales.many import APPROVE, REJECT
from core.clock import now
from core.ids import id_of
from sales.models import Booking, BookingRequest
from sales.queries.decisions import fresh_decisions
from sales.queries.search import find_bookings
from sales.queries.waiting import waiting_requests

LIST = "sales.bookingrequest"


@admin.register(BookingRequest)
class RequestAdmin(Decisions):
    agency_path = "agency_id"
    agency_filter = "agency"
    list_display = ("left", "asked", "tour", "traveller", "seats", "price")
    list_filter = (("session__tour", ScopedRelatedFilter),)
    list_select_related = ("session__tour", "user", "agency")
    list_display_links = None
    sortable_by = ()
    ordering = ("expires_at", "pk")
    search_fields = ("code",)
    search_help_text = _("Code, phone or name")
    actions = ["approve_selected", "reject_selected"]
    # Their addresses; the buttons themselves are the list's last column.
    actions_detail = ["approve", "reject", "offer", "undo"]
    list_before_template = "admin/sales/undo.html"
    empty_title = _("No requests are waiting")
    empty_text = _("New ones appear here by themselves; each is answered within the hour.")

    def scope(self, rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
        return waiting_requests(super().scope(rows, user), now())  # type: ignore[arg-type]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Any booking of the agency: one decided meanwhile must be told so, not be lost."""
        bookings = Booking.objects.for_staff(staff(request))
        found = id_of(object_id)
        return None if found is None else bookings.filter(pk=found).first()

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        return (find_bookings(queryset, search_term) if search_term else queryset), False

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = list(super().get_list_display(request))
        if staff(request).sees_all_agencies:
            shown.insert(3, "agency")
        if self.has_approve_permission(request):
            shown.append("decide")
        return shown

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"undo": undo_rows(fresh_decisions(staff(request), now()))}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def change_view(self, request: HttpRequest, object_id: str, *_: Any) -> HttpResponse:  # type: ignore[override]
        self.own_or_404(request, object_id)
        return HttpResponseRedirect(page_url("sales.booking", object_id))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def back_to(self, booking: Booking) -> str:
        return list_url(LIST)

    # --- several at once: an act and an outcome for each

    @admin.action(description=_("Approve the selected requests"), permissions=["approve"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return bulk_page(request, self, queryset, APPROVE)

    @admin.action(description=_("Reject the selected requests"), permissions=["reject"])
    def reject_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return bulk_page(request, self, queryset, REJECT)

    # --- columns: each says what it is, for on a phone there are no headings

    @display(description=_("left"))
    def left(self, booking: Booking) -> Any:
        return minutes_left(booking.expires_at, now())

    @display(description=_("request"))
    def asked(self, booking: Booking) -> SafeString:
        code = link(page_url("sales.booking", booking.pk), booking.code)
        return two_lines(code, f"{timezone.localtime(booking.created_at):%d.%m.%Y %H:%M}")

    @display(description=_("tour"))
    def tour(self, booking: Booking) -> SafeString:
        session = booking.session
        dates = f"{session.date_start:%d.%m.%Y}"
        if session.date_end != session.date_start:
            dates += f" – {session.date_end:%d.%m.%Y}"
        return two_lines(session.tour.title, dates)

    @display(description=_("traveller"))
    def traveller(self, booking: Booking) -> SafeString:
        return two_lines(booking.user, contact(booking.user))

    @display(description=_("seats"))
    def seats(self, booking: Booking) -> SafeString:
        free = booking.session.available_seats
        asked = gettext("seats: %(n)s") % {"n": booking.seats_reserved}
        left = gettext("free: %(n)s") % {"n": free}
        colour = "danger" if free < booking.seats_reserved else "success"
        return format_html('<span class="c-seats">{} {}</span>', asked, badge(left, colour))

    @display(description=_("price"))
    def price(self, booking: Booking) -> Any:
        return money(booking.final_price)

    @display(description=_("answer"))
    def decide(self, booking: Booking) -> SafeString:
        return render_to_string(
            "admin/sales/decide_buttons.html",
            {
                "approve_url": reverse("admin:sales_bookingrequest_approve", args=[booking.pk]),
                "reject_url": reverse("admin:sales_bookingrequest_reject", args=[booking.pk]),
                "offer_url": reverse("admin:sales_bookingrequest_offer", args=[booking.pk]),
                "enough": booking.session.available_seats >= booking.seats_reserved,
            },
        )
