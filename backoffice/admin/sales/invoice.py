"""Send an invoice: a button on the page of a booking that waits to be paid."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from backoffice.admin.base import BaseAdmin, actor
from backoffice.admin.display import change_url
from backoffice.admin.refusals import go, tell
from backoffice.admin.sales.forms import BookingDialog
from core.clock import now
from core.refusals import Refusal
from finance.models import Invoice
from finance.services.invoices import NotAPhone, normal_phone
from finance.states import InvoiceStatus
from sales.models import Booking
from sales.outbound import send_invoice
from sales.states import BookingStatus


class InvoiceDialog(BookingDialog):
    phone = forms.CharField(
        label=_("Phone"),
        max_length=30,
        help_text=_("Payme sends an SMS with a link to pay this booking."),
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            context = self.get_before_template_context(self.request, self.object_id)
            self.initial["phone"] = context["booking"].user.phone

    def clean_phone(self) -> str:
        try:
            return normal_phone(self.cleaned_data["phone"])
        except NotAPhone as refusal:
            raise forms.ValidationError(refusal.detail) from refusal


class SendsInvoices(BaseAdmin):
    """Mixed into the bookings' pages; their buttons of decisions are ``Decisions``."""

    def has_invoice_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.add_invoice", object_id)

    def invoice_actions(self, request: HttpRequest, booking: Booking) -> list[Any]:
        """The button, while there is something to pay."""
        waits = booking.status == BookingStatus.APPROVED and not booking.is_lapsed(now())
        if not (waits and booking.final_price and self.has_invoice_permission(request)):
            return []
        actions = self._get_base_actions_detail()
        return [each for each in actions if each.method.original_function_name == "invoice"]

    @action(
        description=_("Send an invoice"),
        url_path="invoice",
        permissions=["invoice"],
        icon="sms",
        dialog={
            "title": _("Send an invoice to a phone?"),
            "form_class": InvoiceDialog,
            "form_submit_text": _("Send"),
        },
    )
    def invoice(self, request: HttpRequest, form: InvoiceDialog, object_id: str) -> HttpResponse:
        booking: Booking = self.own_or_404(request, object_id)
        phone = form.cleaned_data["phone"]
        try:
            made = send_invoice(booking_id=booking.pk, phone=phone, by=actor(request), at=now())
        except Refusal as refusal:
            tell(request, refusal)
            return go(request, change_url(booking))
        tell_outcome(request, made)
        return go(request, change_url(booking if made.status == InvoiceStatus.SENT else made))


def tell_outcome(request: HttpRequest, invoice: Invoice) -> None:
    """How the sending went."""
    if invoice.status in (InvoiceStatus.SENT, InvoiceStatus.PAID):
        sent = gettext("The invoice is sent to +%(phone)s.") % {"phone": invoice.phone}
        messages.success(request, sent)
    else:
        status = invoice.get_status_display()
        title = gettext("Invoice")
        messages.error(request, f"{title}: {status}. {invoice.error}".strip())
