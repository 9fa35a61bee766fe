"""Bookings: the list, and the page that tells a booking's story."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RangeDateFilter,
    RangeDateTimeFilter,
)
from unfold.decorators import display

from backoffice.admin.base import HistoryAdmin, OwnPage, ReadOnly, actor, staff
from backoffice.admin.display import (
    contact,
    money,
    state_badge,
    two_lines,
)
from backoffice.admin.finance.refund_ask import AsksRefunds
from backoffice.admin.sales.attribution import PREFIX, Attributes, sees_partners
from backoffice.admin.sales.decisions import Decisions, undo_rows
from backoffice.admin.sales.forms import CommentForm
from backoffice.admin.sales.invoice import SendsInvoices
from backoffice.admin.sales.money_story import TellsMoney
from backoffice.admin.sales.story import tell_story
from backoffice.admin.sales.voucher import GivesVouchers
from core.clock import now
from sales.models import Booking
from sales.queries.actions import desk_actions
from sales.queries.decisions import can_be_undone
from sales.queries.search import find_bookings

# Of all the buttons those that are the next step.
STEPS = ("approve", "reject", "offer", "invoice")


@admin.register(Booking)
class BookingAdmin(
    OwnPage,
    Decisions,
    SendsInvoices,
    GivesVouchers,
    AsksRefunds,
    TellsMoney,
    Attributes,
    ReadOnly,
    HistoryAdmin,
):
    is_great = True
    page_name = "story"
    agency_path = "agency_id"
    agency_filter = "agency"
    event_name = "booking"
    list_display = ("code_shown", "state", "tour", "traveller", "seats_reserved", "price", "made")
    linked = ("session", "session__tour", "user", "referral_partner", "paid_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("session__date_start", RangeDateFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("session__tour", "user", "agency")
    search_fields = ("code",)
    search_help_text = _("Code, phone, name or Payme id")
    ordering = ("-id",)
    actions_detail = [
        "approve",
        "reject",
        "undo",
        "invoice",
        "voucher",
        "refund",
        {
            "title": _("More"),
            "icon": "more_horiz",
            "items": ["offer", "money", "partner", "comment", "cancel"],
        },
    ]
    change_form_template = "admin/sales/booking.html"
    empty_title = _("No bookings yet")
    empty_text = _("They come from the Mini App.")

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        return (find_bookings(queryset, search_term) if search_term else queryset), False

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = list(super().get_list_display(request))
        if staff(request).sees_all_agencies:
            shown.insert(3, "agency")
        return shown

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        if lookup.startswith(PREFIX) and not (request and sees_partners(staff(request))):
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # The page is the story's template; the form behind it has nothing to show.
        return ("code",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",)

    def page_of(self, request: HttpRequest, obj: Booking) -> dict[str, Any]:
        at = now()
        decides = request.user.has_perm("sales.approve_booking")  # type: ignore[union-attr]
        undo = [obj] if decides and can_be_undone(obj, at) else []
        story = tell_story(obj, staff(request), at) | {"undo": undo_rows(undo, Booking)}
        if self.has_comment_permission(request):
            story["comment_form"] = CommentForm()
        return story | {"steps": self._steps(request, obj)}

    def _steps(self, request: HttpRequest, obj: Booking) -> list[tuple[Any, str]]:
        """What answers the question of the head, for a phone: there the bar above is folded."""
        return [
            (each, reverse(f"admin:{each.action_name}", args=[obj.pk]))
            for each in self.get_actions_detail(request, obj.pk)
            if each.method.original_function_name in STEPS
        ]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        booking = self.own_or_404(request, object_id)
        fitting = desk_actions(booking, by=actor(request), at=now())
        return [
            *self.invoice_actions(request, booking),
            *self.voucher_actions(booking),
            *self.refund_actions(request, booking),
            *self.money_actions(request),
            *(
                each
                for each in self._get_base_actions_detail()
                if self._fits(request, each, fitting)
            ),
        ]

    def _fits(self, request: HttpRequest, each: Any, fitting: list[str]) -> bool:
        name = each.method.original_function_name
        if name == "comment":
            # It is written on the page itself.
            return False
        right = "approve" if name in ("offer", "undo") else name
        return name in fitting and request.user.has_perm(f"sales.{right}_booking")  # type: ignore[union-attr]

    # --- columns

    @display(description=_("code"), ordering="code")
    def code_shown(self, booking: Booking) -> str:
        return booking.code

    @display(description=_("status"), ordering="status")
    def state(self, booking: Booking) -> SafeString:
        return state_badge("booking", booking.status, booking.get_status_display())

    @display(description=_("tour"), ordering="session__date_start")
    def tour(self, booking: Booking) -> SafeString:
        return two_lines(booking.session.tour.title, f"{booking.session.date_start:%d.%m.%Y}")

    @display(description=_("traveller"), ordering="user__first_name")
    def traveller(self, booking: Booking) -> SafeString:
        return two_lines(booking.user, contact(booking.user))

    @display(description=_("to pay"), ordering="final_price")
    def price(self, booking: Booking) -> Any:
        return money(booking.final_price)

    @display(description=_("requested at"), ordering="created_at")
    def made(self, booking: Booking) -> Any:
        return booking.created_at
