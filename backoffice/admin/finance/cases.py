"""Money without a deal: the list of what needs a decision, and the decisions."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from backoffice.admin.base import BaseAdmin, OwnPage, ReadOnly, Steps, actor, staff
from backoffice.admin.core.sentences import events_of
from backoffice.admin.display import (
    COLOURS,
    change_url,
    list_url,
    money,
    page_url,
    state_badge,
    two_lines,
)
from backoffice.admin.finance.proofs import ProofField, proof_response, with_proof
from backoffice.admin.refusals import go, sentence_of
from core.clock import now
from core.refusals import Refusal
from finance.models import LedgerEntry, MoneyCase
from finance.services.cases import close_case
from finance.states import CaseKind, CaseStatus, Decision
from partners.models import User
from sales.queries.cases import bookings_of_price
from sales.services.cases import book_case

LIST = "finance.moneycase"
HAPPENED: dict[str, Any] = {
    CaseKind.LATE: _("A payment came when the seats were gone, and was refused."),
    CaseKind.UNKNOWN: _("There is a payment there that our books do not know."),
    CaseKind.DOUBLE: _("The same thing was paid twice there."),
    CaseKind.DIFFERENT: _("More was paid there than our books say; this is the difference."),
}
TO_DO: dict[str, Any] = {
    CaseKind.UNKNOWN: _(
        "Find the booking it was meant for and let it pay that; else return it to the payer."
    ),
    CaseKind.DOUBLE: _("Return it to the payer, unless he wants to pay another booking with it."),
    CaseKind.DIFFERENT: _("Return it to the payer, or keep it and say why."),
    CaseKind.LATE: _("Return it to the payer, or let it pay a booking that costs the same."),
}
WAIT = _(
    "The money is not ours: Payme gives it back and cancels the payment, and this case then closes "
    "by itself. When that takes days, ask Payme; close it once they say that it is returned."
)


class CaseForm(forms.Form):
    note = forms.CharField(
        label=_("Note"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )


class ReturnForm(CaseForm):
    reference = forms.CharField(
        label=_("Number of the bank's order"),
        max_length=64,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Give the number of the bank's order.")},
    )
    proof = ProofField(
        error_messages={"required": _("Attach the proof: a scan or a PDF of the bank's order.")}
    )
    field_order = ("reference", "proof", "note")


class KeepForm(CaseForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["note"].required = True
        self.fields["note"].label = _("Why the platform keeps it")


class BookForm(forms.Form):
    booking_code = forms.CharField(
        label=_("Booking code"),
        help_text=_(
            "An approved booking of exactly this price; one that has ended is seated again when "
            "there is room."
        ),
        max_length=12,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )


@admin.register(MoneyCase)
class MoneyCaseAdmin(OwnPage, Steps, ReadOnly, BaseAdmin):
    list_display = ("what", "amount_shown", "state", "where", "booking", "created_at", "closed_by")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("booking", "payment", "closed_by")
    # The page is its own template; the form behind it has nothing to show.
    fields = ("kind",)
    readonly_fields = fields
    list_before_template = "admin/finance/status_tabs.html"
    change_form_template = "admin/finance/case.html"
    search_fields = ("external_id", "booking__code", "reference")
    search_help_text = _("Payme id, booking code or bank reference")
    ordering = ("-id",)
    actions_detail = [
        "book",
        "give_back",
        {"title": _("More"), "icon": "more_horiz", "items": ["keep", "nothing"]},
    ]
    empty_title = _("Nothing needs a decision")
    empty_text = _("Money that comes late, twice or without a booking appears here.")

    def get_urls(self) -> list[Any]:
        proof = self.admin_site.admin_view(self.proof)
        own = path("<int:case_id>/proof/", proof, name="finance_moneycase_proof")
        return [own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"status_tabs": _tabs(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    # --- one case

    def page_of(self, request: HttpRequest, obj: MoneyCase) -> dict[str, Any]:
        return _tell(obj, staff(request))

    def fit(self, request: HttpRequest, obj: MoneyCase) -> Collection[str]:
        return _fitting(obj)

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.decide_moneycase", object_id)

    def proof(self, request: HttpRequest, case_id: int) -> FileResponse:
        if not self.may(request, "finance.decide_moneycase", case_id):
            raise PermissionDenied
        return proof_response(self.own_or_404(request, case_id).proof, f"case-{case_id}")

    # --- decisions

    @action(
        description=_("It pays a booking"),
        url_path="book",
        permissions=["decide"],
        icon="confirmation_number",
        variant=ActionVariant.PRIMARY,
    )
    def book(self, request: HttpRequest, object_id: str) -> HttpResponse:
        case = self.own_or_404(request, object_id)
        work = partial(book_case, case_id=case.pk)
        more = {
            "title": gettext("This money pays a booking"),
            "button": gettext("Pay the booking"),
            "candidates": bookings_of_price(case.amount, now()),
        }
        return self._decide(request, case, BookForm, work, more)

    @action(
        description=_("Returned to the payer"),
        url_path="returned",
        permissions=["decide"],
        icon="undo",
    )
    def give_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        case = self.own_or_404(request, object_id)
        work = partial(close_case, case_id=case.pk, decision=Decision.RETURNED)
        more = {
            "title": gettext("This money has been returned to the payer"),
            "button": gettext("It is returned: post it"),
        }
        return self._decide(request, case, ReturnForm, work, more)

    @action(
        description=_("Keep it as other income"),
        url_path="keep",
        permissions=["decide"],
        icon="savings",
    )
    def keep(self, request: HttpRequest, object_id: str) -> HttpResponse:
        case = self.own_or_404(request, object_id)
        work = partial(close_case, case_id=case.pk, decision=Decision.KEPT)
        more = {"title": gettext("The platform keeps this money"), "button": gettext("Keep it")}
        return self._decide(request, case, KeepForm, work, more)

    @action(
        description=_("Payme has taken it back"),
        url_path="nothing",
        permissions=["decide"],
        icon="task_alt",
        dialog={
            "title": _("Has Payme given this money back itself?"),
            "description": _("The case is closed. Nothing is posted: the money was never ours."),
            "form_submit_text": _("Close the case"),
        },
    )
    def nothing(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        case = self.own_or_404(request, object_id)
        work = partial(close_case, case_id=case.pk, decision=Decision.NOTHING)
        return self.do(request, case, work, done=_("The case is closed."))

    def _decide(
        self,
        request: HttpRequest,
        case: MoneyCase,
        form_class: type[forms.Form],
        work: Callable[..., Any],
        more: dict[str, Any],
    ) -> HttpResponse:
        """The page of one decision; what the act refuses is said in its form."""
        if case.status != CaseStatus.OPEN:
            messages.info(request, gettext("This has been decided already."))
            return HttpResponseRedirect(change_url(case))
        form = form_class(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and _carried_out(request, form, work):
            messages.success(request, gettext("The case is closed."))
            return go(request, change_url(case))
        context = {
            **self.admin_site.each_context(request),
            **more,
            "opts": self.opts,
            "form": form,
            "page": _tell(case, staff(request)),
            "back": change_url(case),
        }
        return TemplateResponse(request, "admin/finance/case_decide.html", context)

    # --- columns

    @display(description=_("what happened"), ordering="kind")
    def what(self, case: MoneyCase) -> SafeString:
        return two_lines(case.get_kind_display(), case.external_id)

    @display(description=_("amount"), ordering="amount")
    def amount_shown(self, case: MoneyCase) -> Any:
        return money(case.amount)

    @display(description=_("status"), ordering="status")
    def state(self, case: MoneyCase) -> SafeString:
        is_open = case.status == CaseStatus.OPEN
        text = case.get_status_display() if is_open else case.get_decision_display()
        return state_badge("case", case.status, text)

    @display(description=_("where it lies"))
    def where(self, case: MoneyCase) -> Any:
        return case.get_cash_account_display() if case.held else gettext("not taken")


def _fitting(case: MoneyCase) -> set[str]:
    if case.status != CaseStatus.OPEN:
        return set()
    return {"book", "give_back", "keep"} if case.held else {"nothing"}


def _carried_out(request: HttpRequest, form: forms.Form, work: Callable[..., Any]) -> bool:
    """Do the act with what the form says; False when it was refused, which the form then says."""
    said = dict(form.cleaned_data)
    work = partial(work, by=actor(request), at=now())
    try:
        if "proof" in said:
            content = said.pop("proof")
            with_proof("cases", content, lambda name: work(**said, proof=name))
        else:
            work(**said)
    except Refusal as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, sentence_of(refusal))
        return False
    return True


def _tell(case: MoneyCase, reader: User) -> dict[str, Any]:
    """What the page shows of a case."""
    is_open = case.status == CaseStatus.OPEN
    row = case.registry_row_id
    lines = LedgerEntry.objects.filter(transaction__memo=f"case {case.pk}").order_by("pk")
    return {
        "case": case,
        "colour": COLOURS["case"].get(case.status, "plain"),
        "happened": HAPPENED[case.kind],
        "next": "" if not is_open else TO_DO[case.kind] if case.held else WAIT,
        "booking_url": page_url("sales.booking", case.booking_id) if case.booking_id else "",
        "payment_url": page_url("finance.paymenttransaction", case.payment_id)
        if case.payment_id
        else "",
        "row_url": page_url("finance.reconciliationrow", row) if row else "",
        "proof_url": reverse("admin:finance_moneycase_proof", args=[case.pk]) if case.proof else "",
        "lines": list(lines.select_related("transaction", "account__agency", "account__user")),
        "events": events_of(case, reader),
    }


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """What waits, what is decided, and all."""
    counts = dict(MoneyCase.objects.order_by().values_list("status").annotate(n=Count("pk")))
    shown = request.GET.get("status__exact", "")
    tabs = [{"title": gettext("All"), "url": list_url(LIST), "on": not shown}]
    for status in CaseStatus:
        tab = {
            "title": status.label,
            "url": list_url(LIST, status__exact=status),
            "on": shown == status,
        }
        if status == CaseStatus.OPEN:
            tab["n"] = counts.get(status, 0)
        tabs.append(tab)
    return tabs
