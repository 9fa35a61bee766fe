"""Refunds: the list by what is to be done, and a page that shows every party and the next step."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from backoffice.admin.base import BaseAdmin, OwnPage, ReadOnly, Steps, actor, staff
from backoffice.admin.bulk import bulk_page
from backoffice.admin.display import change_url, list_url, money, state_badge, two_lines
from backoffice.admin.finance.many import REFUNDS
from backoffice.admin.finance.proofs import ProofField, proof_response, with_proof
from backoffice.admin.finance.refund_ask import ask_page
from backoffice.admin.finance.refund_page import fitting_steps, tell_refund
from backoffice.admin.refusals import carry_out, go, sentence_of
from core.clock import now
from core.refusals import Refusal
from finance.models import Refund
from finance.outbound import push_refund
from finance.services.refund import approve_refund, reject_refund
from finance.states import OPEN_REFUNDS, RefundStatus
from sales.models import Booking
from sales.outbound import look_up_refund
from sales.services.refunds import finish_by_hand


class RejectDialog(BaseDialogForm):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Who asked for the refund reads it."),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        error_messages={"required": _("Say why.")},
    )


class ByHandForm(forms.Form):
    reference = forms.CharField(
        label=_("Number of the bank's order"),
        max_length=64,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Give the number of the bank's order.")},
    )
    proof = ProofField(
        error_messages={"required": _("Attach the proof: a scan or a PDF of the bank's order.")}
    )


@admin.register(Refund)
class RefundAdmin(OwnPage, Steps, ReadOnly, BaseAdmin):
    agency_path = "payment__agency_id"
    agency_filter = "payment__agency"
    list_display = ("booking", "amount_shown", "state", "why", "when")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("method", ChoicesDropdownFilter),
        ("source", ChoicesDropdownFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("payment__booking__user", "payment__agency")
    list_before_template = "admin/finance/status_tabs.html"
    change_form_template = "admin/finance/refund.html"
    search_fields = ("payment__booking__code", "payment__payme_invoice_id", "reference")
    search_help_text = _("Booking code, Payme id or bank reference")
    ordering = ("-id",)
    # The page is its own template; the form behind it has nothing to show.
    fields = ("reason",)
    readonly_fields = fields
    actions = ["approve_selected"]
    actions_detail = ["approve", "send", "look_up", "by_hand", "reject"]
    empty_title = _("No refunds")
    empty_text = _("A paid booking's page has a button that asks for one.")

    class Media:
        css = {"all": ("backoffice/phone_lists.css",)}

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("ask/<int:booking_id>/", wrap(self.ask), name="finance_refund_ask"),
            path("<int:refund_id>/proof/", wrap(self.proof), name="finance_refund_proof"),
            *super().get_urls(),
        ]

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = list(super().get_list_display(request))
        if staff(request).sees_all_agencies:
            shown.insert(3, "agency")
        return shown

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        tabs = status_tabs(request, self.get_queryset(request))
        return super().changelist_view(request, {"status_tabs": tabs, **(extra_context or {})})

    # --- one refund

    def page_of(self, request: HttpRequest, obj: Refund) -> dict[str, Any]:
        return tell_refund(obj, staff(request), now())

    def fit(self, request: HttpRequest, obj: Refund) -> Collection[str]:
        return fitting_steps(obj, staff(request))

    def has_approve_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.approve_refund", object_id)

    def has_reject_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.reject_refund", object_id)

    def has_send_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.send_refund", object_id)

    def has_complete_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.complete_refund", object_id)

    # --- asking, and the proof

    def ask(self, request: HttpRequest, booking_id: int) -> HttpResponse:
        if not self.may(request, "finance.add_refund"):
            raise PermissionDenied
        booking_admin: Any = self.admin_site.get_model_admin(Booking)
        booking = booking_admin.own_or_404(request, booking_id)
        return ask_page(request, self, booking)

    def proof(self, request: HttpRequest, refund_id: int) -> FileResponse:
        # It may show the traveller's account: for those who carry refunds out.
        if not self.may(request, "finance.complete_refund", refund_id):
            raise PermissionDenied
        return proof_response(self.own_or_404(request, refund_id).proof, f"refund-{refund_id}")

    # --- steps

    @action(
        description=_("Approve"),
        url_path="approve",
        permissions=["approve"],
        icon="check",
        variant=ActionVariant.SUCCESS,
        dialog={
            "title": _("Approve this refund?"),
            "description": _(
                "It is then to be carried out; no money moves by this, and nobody is told yet. "
                "Until it is sent it can still be rejected."
            ),
            "form_submit_text": _("Approve"),
        },
    )
    def approve(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        refund = self.own_or_404(request, object_id)
        work = partial(approve_refund, refund_id=refund.pk)
        return self.do(request, refund, work, done=_("The refund is approved."))

    @action(
        description=_("Reject"),
        url_path="reject",
        permissions=["reject"],
        icon="close",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Reject this refund?"),
            "description": _(
                "The money stays where it is, and the traveller is not told. Another refund can be "
                "asked for."
            ),
            "form_class": RejectDialog,
            "form_submit_text": _("Reject"),
        },
    )
    def reject(self, request: HttpRequest, form: RejectDialog, object_id: str) -> HttpResponse:
        refund = self.own_or_404(request, object_id)
        work = partial(reject_refund, refund_id=refund.pk, reason=form.cleaned_data["reason"])
        return self.do(request, refund, work, done=_("The refund is rejected."))

    @action(
        description=_("Send to Payme"),
        url_path="send",
        permissions=["send"],
        icon="send",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": _("Send this refund to Payme?"),
            "description": _(
                "Payme gives the whole payment back to the card it came from. A booking that "
                "still stands ends with it, and its seats are free again. The traveller is told; "
                "what Payme has carried out cannot be undone."
            ),
            "form_submit_text": _("Send"),
        },
    )
    def send(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        refund = self.own_or_404(request, object_id)
        work = partial(push_refund, refund_id=refund.pk)
        return self.do(request, refund, work, done=_("Payme has been asked: see the status."))

    @action(
        description=_("Ask Payme"),
        url_path="look-up",
        permissions=["send"],
        icon="search",
        dialog={
            "title": _("Ask Payme what became of this refund?"),
            "description": _("Nothing is sent by this."),
            "form_submit_text": _("Ask"),
        },
    )
    def look_up(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        refund = self.own_or_404(request, object_id)
        work = partial(look_up_refund, refund_id=refund.pk)
        return self.do(request, refund, work, done=_("Payme has answered: see the status."))

    @action(
        description=_("Returned by hand"),
        url_path="by-hand",
        permissions=["complete"],
        icon="account_balance",
        variant=ActionVariant.PRIMARY,
    )
    def by_hand(self, request: HttpRequest, object_id: str) -> HttpResponse:
        refund = self.own_or_404(request, object_id)
        if "by_hand" not in fitting_steps(refund, staff(request)):
            return HttpResponseRedirect(change_url(refund))
        form = ByHandForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and _carry_out(request, refund, form):
            return go(request, change_url(refund))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Returned by hand"),
            "opts": self.opts,
            "form": form,
            "page": tell_refund(refund, staff(request), now()),
            "back": change_url(refund),
        }
        return TemplateResponse(request, "admin/finance/refund_by_hand.html", context)

    @admin.action(description=_("Approve the selected refunds"), permissions=["approve"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Refund]) -> HttpResponse:
        return bulk_page(request, self, queryset, REFUNDS)

    # --- columns

    @display(description=_("booking"))
    def booking(self, refund: Refund) -> SafeString:
        booking = refund.payment.booking
        return two_lines(booking.code, booking.user)

    @display(description=_("agency"))
    def agency(self, refund: Refund) -> Any:
        return refund.payment.agency

    @display(description=_("amount"), ordering="amount")
    def amount_shown(self, refund: Refund) -> Any:
        return two_lines(money(refund.amount), refund.get_method_display())

    @display(description=_("status"), ordering="status")
    def state(self, refund: Refund) -> SafeString:
        return state_badge("refund", refund.status, refund.get_status_display())

    @display(description=_("reason"))
    def why(self, refund: Refund) -> SafeString:
        return two_lines(Truncator(refund.reason or "–").chars(60), refund.get_source_display())

    @display(description=_("made, done"), ordering="created_at")
    def when(self, refund: Refund) -> SafeString:
        return two_lines(_moment(refund.created_at), _moment(refund.done_at))


def _moment(at: datetime | None) -> SafeString | str:
    if at is None:
        return ""
    return format_html('<span class="nowrap">{}</span>', f"{localtime(at):%d.%m.%Y %H:%M}")


def _carry_out(request: HttpRequest, refund: Refund, form: ByHandForm) -> bool:
    """Finish by hand; False when it was refused, which the form then says."""
    work = partial(
        finish_by_hand,
        refund_id=refund.pk,
        reference=form.cleaned_data["reference"],
        by=actor(request),
        at=now(),
    )
    try:
        with_proof("refunds", form.cleaned_data["proof"], lambda name: work(proof=name))
    except Refusal as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, sentence_of(refusal))
        return False
    return carry_out(request, lambda: None, done=gettext("The refund is done and posted."))


def status_tabs(request: HttpRequest, rows: QuerySet[Refund]) -> list[dict[str, Any]]:
    """The open states with how many there are of each, and all."""
    counts = dict(
        rows.filter(status__in=OPEN_REFUNDS)
        .order_by()
        .values_list("status")
        .annotate(n=Count("pk"))
    )
    now_shown = request.GET.get("status__exact", "")
    tabs = [{"title": gettext("All"), "url": list_url("finance.refund"), "on": not now_shown}]
    for status in OPEN_REFUNDS:
        tabs.append(
            {
                "title": RefundStatus(status).label,
                "url": list_url("finance.refund", status__exact=status),
                "on": now_shown == status,
                "n": counts.get(status, 0),
            }
        )
    return tabs
