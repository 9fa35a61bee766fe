"""Payments at the provider, refunds, and the provider's calls."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from backoffice.admin.base import BaseAdmin, ReadOnly, ScopedTabular
from backoffice.admin.display import badge, money, state_badge
from finance.models import PaymentTransaction, ProviderCall, Refund


class RefundInline(ReadOnly, ScopedTabular):
    model = Refund
    agency_path = "payment__agency_id"
    fields = ("amount", "status", "source", "reason", "created_at", "done_at")
    readonly_fields = fields


@admin.register(PaymentTransaction)
class PaymentAdmin(ReadOnly, BaseAdmin):
    agency_path = "agency_id"
    agency_filter = "agency"
    list_display = (
        "payme_invoice_id",
        "state_shown",
        "booking",
        "amount_shown",
        "created_at",
        "performed_at",
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("performed_at", RangeDateTimeFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("booking", "agency")
    search_fields = ("payme_invoice_id", "booking__code")
    search_help_text = _("Payme id or booking code")
    ordering = ("-id",)
    inlines = (RefundInline,)
    readonly_fields = ("state_shown", "amount_shown")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("payme_invoice_id", "state_shown"),
                    ("booking", "agency"),
                    ("amount_shown", "provider"),
                )
            },
        ),
        (
            _("Times"),
            {
                "fields": (
                    ("provider_time", "created_at"),
                    ("performed_at", "cancelled_at"),
                    "cancel_code",
                )
            },
        ),
        (
            _("As sent"),
            {"fields": ("account", "receivers", "cashbox", "fiscal_perform", "fiscal_cancel")},
        ),
    )
    empty_title = _("No payments yet")

    @display(description=_("state"), ordering="state")
    def state_shown(self, payment: PaymentTransaction) -> SafeString:
        return state_badge("payment", payment.state, payment.get_state_display())

    @display(description=_("amount"), ordering="amount")
    def amount_shown(self, payment: PaymentTransaction) -> Any:
        return money(payment.amount)


@admin.register(Refund)
class RefundAdmin(ReadOnly, BaseAdmin):
    agency_path = "payment__agency_id"
    agency_filter = "payment__agency"
    list_display = ("booking", "amount_shown", "state", "source", "reason", "created_at", "done_at")
    list_filter = (("status", ChoicesDropdownFilter), ("source", ChoicesDropdownFilter))
    list_select_related = ("payment__booking", "payment__agency")
    search_fields = ("payment__booking__code", "payment__payme_invoice_id")
    search_help_text = _("Booking code or Payme id")
    ordering = ("-id",)
    fields = (
        "payment",
        ("amount_shown", "state"),
        ("source", "reason"),
        ("created_by", "approved_by"),
        ("created_at", "done_at"),
    )
    readonly_fields = ("amount_shown", "state")
    empty_title = _("No refunds")

    @display(description=_("booking"))
    def booking(self, refund: Refund) -> str:
        return refund.payment.booking.code

    @display(description=_("amount"), ordering="amount")
    def amount_shown(self, refund: Refund) -> Any:
        return money(refund.amount)

    @display(description=_("status"), ordering="status")
    def state(self, refund: Refund) -> SafeString:
        return state_badge("refund", refund.status, refund.get_status_display())


@admin.register(ProviderCall)
class ProviderCallAdmin(ReadOnly, BaseAdmin):
    list_display = ("called_at", "provider", "method", "outcome", "milliseconds", "remote_ip")
    list_filter = (("called_at", RangeDateTimeFilter),)
    search_fields = ("method",)
    ordering = ("-id",)
    fields = (
        ("called_at", "provider", "method"),
        ("code", "milliseconds", "remote_ip"),
        "request",
        "answer",
    )
    empty_title = _("No calls yet")

    @display(description=_("answer"), ordering="code")
    def outcome(self, call: ProviderCall) -> Any:
        return badge(call.code, "danger") if call.code else badge("ok", "success")
