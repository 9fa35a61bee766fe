"""Payments at the provider, with their fiscal receipts."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateTimeFilter,
)
from unfold.decorators import display

from backoffice.admin.base import BaseAdmin, ReadOnly, ScopedTabular
from backoffice.admin.display import badge, link, list_url, money, state_badge
from backoffice.admin.filters import LocalTimeFilter
from backoffice.admin.finance.refund_ask import AsksRefunds
from backoffice.admin.finding import FindsByIndex, of_booking
from core.clock import now
from finance.models import PaymentTransaction, Refund
from finance.queries.payments import without_receipt
from finance.services.fiscal import is_accepted
from finance.states import PaymentState


class RefundInline(ReadOnly, ScopedTabular):
    model = Refund
    agency_path = "payment__agency_id"
    fields = ("amount", "status", "source", "reason", "created_at", "done_at")
    readonly_fields = fields


class ReceiptFilter(DropdownFilter):
    title = _("fiscal receipt")
    parameter_name = "receipt"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("missing", _("missing for more than an hour"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[PaymentTransaction]
    ) -> QuerySet[PaymentTransaction]:
        return without_receipt(queryset, now()) if self.value() == "missing" else queryset


@admin.register(PaymentTransaction)
class PaymentAdmin(FindsByIndex, AsksRefunds, ReadOnly, BaseAdmin):
    is_great = True
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
        ReceiptFilter,
        ("performed_at", LocalTimeFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("booking", "agency")
    search_fields = ("payme_invoice_id", "booking__code")
    search_help_text = _("Payme id or booking code")
    ordering = ("-id",)
    inlines = (RefundInline,)
    actions_detail = ["refund"]
    readonly_fields = (
        "state_shown",
        "amount_shown",
        "receipt_of_sale",
        "receipt_of_refund",
        "shared",
        "calls",
    )
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
        (_("Fiscal receipts"), {"fields": (("receipt_of_sale", "receipt_of_refund"),)}),
        (_("As sent"), {"fields": (("account", "calls"), ("cashbox", "shared"))}),
    )
    empty_title = _("No payments yet")

    class Media:
        css = {"all": ("backoffice/phone_lists.css",)}

    def ways(self, words: str) -> list[Q]:
        return [Q(payme_invoice_id=words), *of_booking(words)]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        payment = self.own_or_404(request, object_id)
        is_paid = payment.state == PaymentState.PERFORMED
        return self.refund_actions(request, payment.booking) if is_paid else []

    @display(description=_("state"), ordering="state")
    def state_shown(self, payment: PaymentTransaction) -> SafeString:
        return state_badge("payment", payment.state, payment.get_state_display())

    @display(description=_("amount"), ordering="amount")
    def amount_shown(self, payment: PaymentTransaction) -> Any:
        return money(payment.amount)

    @display(description=_("of the sale"))
    def receipt_of_sale(self, payment: PaymentTransaction) -> Any:
        is_due = payment.performed_at is not None
        return receipt_in_words(payment.fiscal_perform, is_due=is_due)

    @display(description=_("of the refund"))
    def receipt_of_refund(self, payment: PaymentTransaction) -> Any:
        is_due = payment.state == PaymentState.REFUNDED
        return receipt_in_words(payment.fiscal_cancel, is_due=is_due)

    @display(description=_("shared between"))
    def shared(self, payment: PaymentTransaction) -> Any:
        parts = (
            (
                _("platform") if part["id"] == payment.cashbox else payment.agency.name,
                part["id"],
                money(Decimal(part["amount"]) / 100),
            )
            for part in payment.receivers or ()
        )
        lines = format_html_join("", "<li>{} ({}): {}</li>", parts)
        return format_html("<ul>{}</ul>", lines) if lines else _("all to this cashbox")

    @display(description=_("provider calls"))
    def calls(self, payment: PaymentTransaction) -> SafeString:
        return link(list_url("finance.providercall", q=payment.payme_invoice_id), _("Calls"))


def receipt_in_words(receipt: Mapping[str, Any] | None, *, is_due: bool) -> Any:
    """A fiscal receipt: whether the tax committee took it, its number, time and page."""
    if receipt is None:
        return badge(gettext("has not come"), "warning") if is_due else "–"
    accepted = is_accepted(receipt)
    words = gettext("accepted") if accepted else gettext("not accepted")
    facts = [
        gettext("№ %s") % receipt["receipt_id"] if receipt.get("receipt_id") else "",
        _moment(receipt.get("date", "")),
        "" if accepted else f"{receipt.get('message', '')} ({receipt.get('status_code')})",
    ]
    told = " · ".join(fact for fact in facts if fact)
    page = _page(receipt.get("qr_code_url", ""))
    return format_html("{} {} {}", badge(words, "success" if accepted else "danger"), told, page)


def _moment(text: str) -> str:
    """``yyyyMMddHHmmss`` as people write it; anything else as it came."""
    try:
        return f"{datetime.strptime(text, '%Y%m%d%H%M%S'):%d.%m.%Y %H:%M:%S}"
    except ValueError:
        return text


def _page(url: str) -> SafeString | str:
    """A link for an address of the web; what else may have been sent is shown, not linked."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return url
    return format_html(
        '<a href="{}" class="c-link" target="_blank" rel="noopener noreferrer">{} ↗</a>',
        url,
        gettext("Receipt"),
    )
