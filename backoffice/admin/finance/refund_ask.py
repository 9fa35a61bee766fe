"""Asking for a refund: what every party gets and loses is shown first, and who has to agree."""

from decimal import Decimal
from functools import partial
from typing import Any

from constance import config
from django import forms
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from backoffice.admin.base import BaseAdmin, actor
from backoffice.admin.display import change_url
from backoffice.admin.refusals import go, rehearse, sentence_of
from core.clock import now
from core.money import som
from core.refusals import Refusal
from finance.models import PaymentTransaction, Refund
from finance.states import RefundMethod, RefundStatus
from sales.models import Booking
from sales.queries.refunds import (
    may_be_refunded,
    performed_payment,
    preview_refund,
    suggested_refunds,
)
from sales.services.refunds import ask_refund


class AskForm(forms.Form):
    amount = forms.DecimalField(
        label=_("Amount, UZS"),
        min_value=Decimal("0.01"),
        max_digits=14,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    method = forms.ChoiceField(
        label=_("How it goes back"), choices=RefundMethod, widget=UnfoldAdminSelectWidget()
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The agency and the accountants read it."),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        error_messages={"required": _("Say why.")},
    )

    def refuse(self, refusal: Refusal) -> None:
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, sentence_of(refusal))


class AsksRefunds(BaseAdmin):
    """Mixed into the pages of bookings and of payments: the button that leads to the page."""

    def has_refund_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.add_refund", object_id)

    def refund_actions(self, request: HttpRequest, booking: Booking) -> list[Any]:
        """The button, while there is something to give back."""
        if not (self.has_refund_permission(request) and may_be_refunded(booking)):
            return []
        actions = self._get_base_actions_detail()
        return [each for each in actions if each.method.original_function_name == "refund"]

    @action(description=_("Refund"), url_path="refund", permissions=["refund"], icon="undo")
    def refund(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.own_or_404(request, object_id)
        booking_id = row.booking_id if isinstance(row, PaymentTransaction) else row.pk
        return HttpResponseRedirect(reverse("admin:finance_refund_ask", args=[booking_id]))


def ask_page(request: HttpRequest, admin: ModelAdmin, booking: Booking) -> HttpResponse:
    """The form with its preview; what is posted by htmx is only previewed again."""
    payment = performed_payment(booking)
    if payment is None or not may_be_refunded(booking):
        return _nothing_to_ask(request, booking)
    whole = {"amount": payment.left, "method": _usual(payment, payment.left)}
    form = AskForm(request.POST or None, initial=whole)
    if "HX-Request" in request.headers:
        return _previewed(request, booking, payment, form)
    if request.method == "POST" and form.is_valid():
        try:
            refund = ask_refund(
                booking_id=booking.pk, **form.cleaned_data, by=actor(request), at=now()
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _what_is_next(refund))
            return HttpResponseRedirect(change_url(refund))
    context = _preview_context(request, booking, payment, form) | {
        **admin.admin_site.each_context(request),
        "title": gettext("Refund"),
        "opts": admin.opts,
        "form": form,
        "payment": payment,
        "limit": Decimal(config.REFUND_APPROVAL_LIMIT),
        "suggested": suggested_refunds(booking, payment, now()),
        "back": change_url(booking),
    }
    return TemplateResponse(request, "admin/finance/refund_ask.html", context)


def _nothing_to_ask(request: HttpRequest, booking: Booking) -> HttpResponse:
    open_one = Refund.objects.filter(payment__booking=booking).order_by("-pk").first()
    if open_one is not None and open_one.is_open:
        messages.info(request, gettext("This refund is not finished yet."))
        return go(request, change_url(open_one))
    messages.error(request, gettext("Nothing is left of what was paid for this booking."))
    return go(request, change_url(booking))


def _usual(payment: PaymentTransaction, amount: Decimal) -> str:
    return RefundMethod.PROVIDER if amount == payment.amount else RefundMethod.BY_HAND


def _previewed(
    request: HttpRequest, booking: Booking, payment: PaymentTransaction, form: AskForm
) -> HttpResponse:
    context = _preview_context(request, booking, payment, form)
    return TemplateResponse(request, "admin/finance/refund_preview.html", context)


def _preview_context(
    request: HttpRequest, booking: Booking, payment: PaymentTransaction, form: AskForm
) -> dict[str, Any]:
    """The preview of what stands in the form, or why it cannot be."""
    amount: Decimal | None = payment.left
    method = form.initial["method"]
    refused = ""
    if form.is_bound:
        form.is_valid()
        amount = form.cleaned_data.get("amount")
        method = form.cleaned_data.get("method", method)
        refused = _refused(request, booking, amount, method) if amount else ""
    seen = None
    if amount and not refused:
        seen = preview_refund(booking, amount, now(), method=method)
    return {
        "booking": booking,
        "amount": amount,
        "preview": seen,
        "refused": refused,
        "all_parties": True,
        "method": method,
        "methods": RefundMethod,
    }


def _refused(request: HttpRequest, booking: Booking, amount: Decimal, method: str) -> str:
    """Why the act would refuse this amount; the reason is still to be written."""
    work = partial(
        ask_refund,
        booking_id=booking.pk,
        amount=amount,
        method=method,
        reason="-",
        by=actor(request),
        at=now(),
    )
    refusal = rehearse(work)
    return sentence_of(refusal) if refusal else ""


def _what_is_next(refund: Refund) -> str:
    amount = {"amount": som(refund.amount)}
    if refund.status == RefundStatus.REQUESTED:
        return gettext(
            "Refund of %(amount)s is asked for; another accountant has to approve it."
        ) % (amount)
    return gettext("Refund of %(amount)s is to be carried out.") % amount
