"""Invoices sent to a phone: the list, and what to do when Payme did not answer."""

from collections.abc import Collection
from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import action, display

from backoffice.admin.base import BaseAdmin, ReadOnly, Steps
from backoffice.admin.display import link, list_url, money, state_badge
from finance.models import Invoice
from finance.services.invoices import UNCLEAR, close_invoice
from finance.states import InvoiceStatus
from sales.outbound import look_up_invoice, send_again


@admin.register(Invoice)
class InvoiceAdmin(Steps, ReadOnly, BaseAdmin):
    agency_path = "booking__agency_id"
    agency_filter = "booking__agency"
    list_display = ("booking", "state", "amount_shown", "phone_shown", "created_at", "created_by")
    list_filter = (("status", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    list_select_related = ("booking", "created_by")
    search_fields = ("booking__code", "phone", "receipt_id")
    search_help_text = _("Booking code, phone or Payme id")
    ordering = ("-id",)
    actions_detail = ["send_once_more", "look_up", "close"]
    fields = (
        ("booking", "state"),
        ("amount_shown", "phone_shown"),
        ("created_at", "created_by"),
        ("sent_at", "receipt"),
        "error",
    )
    readonly_fields = ("state", "amount_shown", "phone_shown", "receipt")
    empty_title = _("No invoices yet")
    empty_text = _("An approved booking's page has a button that sends one to a phone.")

    def has_invoice_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.add_invoice", object_id)

    def fit(self, request: HttpRequest, obj: Invoice) -> Collection[str]:
        fitting = {
            "send_once_more": obj.status == InvoiceStatus.CREATED,
            "look_up": obj.status == InvoiceStatus.UNKNOWN and bool(obj.receipt_id),
            "close": obj.status in UNCLEAR,
        }
        return [name for name, fits in fitting.items() if fits]

    @action(
        description=_("Send"),
        url_path="send",
        permissions=["invoice"],
        icon="send",
        dialog={
            "title": _("Send this invoice?"),
            "description": _("Payme has the invoice; it sends an SMS with the link to it."),
            "form_submit_text": _("Send"),
        },
    )
    def send_once_more(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        invoice = self.own_or_404(request, object_id)
        work = partial(send_again, invoice_id=invoice.pk)
        return self.do(request, invoice, work, done=_("Payme has been asked: see the status."))

    @action(
        description=_("Ask Payme"),
        url_path="look-up",
        permissions=["invoice"],
        icon="search",
        dialog={
            "title": _("Ask Payme what became of this invoice?"),
            "description": _("Nothing is sent by this."),
            "form_submit_text": _("Ask"),
        },
    )
    def look_up(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        invoice = self.own_or_404(request, object_id)
        work = partial(look_up_invoice, invoice_id=invoice.pk)
        return self.do(request, invoice, work, done=_("Payme has been asked: see the status."))

    @action(
        description=_("Close as failed"),
        url_path="close",
        permissions=["invoice"],
        icon="close",
        dialog={
            "title": _("Close this invoice?"),
            "description": _(
                "Nobody knows whether Payme made it. A new one can then be sent; the booking can be"
                " paid only once."
            ),
            "form_submit_text": _("Close as failed"),
        },
    )
    def close(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        invoice = self.own_or_404(request, object_id)
        work = partial(close_invoice, invoice_id=invoice.pk)
        return self.do(request, invoice, work, done=_("The invoice is closed."))

    # --- columns

    @display(description=_("amount"), ordering="amount")
    def amount_shown(self, invoice: Invoice) -> Any:
        return money(invoice.amount)

    @display(description=_("phone"), ordering="phone")
    def phone_shown(self, invoice: Invoice) -> str:
        return f"+{invoice.phone}"

    @display(description=_("status"), ordering="status")
    def state(self, invoice: Invoice) -> SafeString:
        return state_badge("invoice", invoice.status, invoice.get_status_display())

    @display(description=_("Payme's receipt"))
    def receipt(self, invoice: Invoice) -> Any:
        if not invoice.receipt_id:
            return "–"
        return link(list_url("finance.providercall", q=invoice.receipt_id), invoice.receipt_id)
