"""Registers of payouts: the file for the bank, and the import of what the bank answers."""

from collections import Counter
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminFileFieldWidget

from backoffice.admin.base import BaseAdmin, OwnPage, ReadOnly, actor, staff
from backoffice.admin.catalog.exchange.held import hold, take
from backoffice.admin.display import COLOURS, change_url, list_url, money
from backoffice.admin.finance.statements import XLSX, attachment
from core.clock import now
from core.money import ZERO
from core.refusals import Refusal
from finance.models import PayoutRegister
from finance.papers.results import MOST_ROWS, read_results
from finance.providers.payouts.manual import ManualRegister
from finance.queries.payouts import orders_of
from finance.services.registers import Plan, Step, settle_results, try_results
from finance.states import PayoutStatus

MOST_BYTES = 10 * 2**20
ABOUT = "finance.payoutregister"
_SENT = Q(payouts__status=PayoutStatus.SENT)


class AnswerForm(forms.Form):
    file = forms.FileField(
        label=_("The bank's answer"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx,.xls"}),
        error_messages={"required": _("Choose a file.")},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("A file has at most 10 MB."))
        return file


@admin.register(PayoutRegister)
class PayoutRegisterAdmin(OwnPage, ReadOnly, BaseAdmin):
    event_name = "payout_register"
    list_display = ("number", "payouts_n", "total", "left", "created_by", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("number",)
    ordering = ("-id",)
    fields = ("number",)
    readonly_fields = fields
    change_form_template = "admin/finance/register.html"
    actions_list = ["answers"]
    empty_title = _("No registers yet")
    empty_text = _("Approved payouts are put into one from the queue.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PayoutRegister]:
        on_its_way = Count("payouts", filter=_SENT)
        return (
            super()
            .get_queryset(request)
            .annotate(n=Count("payouts"), amount=Sum("payouts__amount"), sent_n=on_its_way)
        )

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:object_id>/file/", wrap(self.file), name="finance_payoutregister_file"),
            *super().get_urls(),
        ]

    def page_of(self, request: HttpRequest, obj: PayoutRegister) -> dict[str, Any]:
        return _tell(obj)

    def file(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The register for the bank, written anew from its payouts."""
        register = self.own_or_404(request, object_id)
        if not self.has_view_permission(request, register):
            raise PermissionDenied
        orders, provider = orders_of(register.pk), ManualRegister()
        match request.GET.get("as"):
            case "csv":
                content, kind = provider.csv(register.number, orders), "text/csv; charset=utf-8"
            case "xlsx":
                content, kind = provider.xlsx(register.number, orders), XLSX
            case _unknown:
                raise Http404
        return attachment(content, kind, f"{register.number}.{request.GET['as']}")

    # --- the bank's answer

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.settle_payout", object_id)

    @action(
        description=_("Import the bank's answer"),
        url_path="answers",
        permissions=["settle"],
        icon="upload_file",
    )
    def answers(self, request: HttpRequest) -> HttpResponse:
        """Tried first, carried out at the second press."""
        if request.method == "POST" and "token" in request.POST:
            return self._carry_out(request)
        form = AnswerForm(request.POST or None, request.FILES or None)
        if request.method != "POST" or not form.is_valid():
            return self._answers_page(request, form=form)
        upload = form.cleaned_data["file"]
        data = upload.read()
        try:
            found = read_results(BytesIO(data))
        except Refusal as refusal:
            form.add_error("file", refusal.detail)
            return self._answers_page(request, form=form)
        plans = try_results(found.results)
        context: dict[str, Any] = {"plans": plans, "found": found, "name": upload.name}
        if any(plan.step in (Step.PAY, Step.FAIL) for plan in plans):
            context["token"] = hold(data, about=ABOUT, user_id=staff(request).pk)
        return self._answers_page(request, form=AnswerForm(), **context)

    def _carry_out(self, request: HttpRequest) -> HttpResponse:
        try:
            data = take(request.POST["token"], about=ABOUT, user_id=staff(request).pk)
            found = read_results(BytesIO(data))
        except Refusal as refusal:
            messages.error(request, refusal.detail)
            return HttpResponseRedirect(request.path)
        plans = settle_results(found.results, by=actor(request), at=now())
        name = request.POST.get("name", "")[:120]
        return self._answers_page(
            request, form=AnswerForm(), plans=plans, found=found, name=name, is_done=True
        )

    def _answers_page(self, request: HttpRequest, **context: Any) -> HttpResponse:
        plans: list[Plan] = context.get("plans", [])
        page = {
            **self.admin_site.each_context(request),
            "title": gettext("The bank's answer"),
            "opts": self.opts,
            "most_rows": MOST_ROWS,
            "back": list_url("finance.payoutregister"),
            "rows": [_told(plan) for plan in plans],
            "tally": _tally(plans, is_done=context.get("is_done", False)),
            **context,
        }
        return TemplateResponse(request, "admin/finance/answers.html", page)

    # --- columns

    @display(description=_("payouts"), ordering="n")
    def payouts_n(self, register: Any) -> int:
        return int(register.n)

    @display(description=_("amount"), ordering="amount")
    def total(self, register: Any) -> Any:
        return money(register.amount)

    @display(description=_("not answered"), ordering="sent_n")
    def left(self, register: Any) -> Any:
        return register.sent_n or "–"


def _tell(register: PayoutRegister) -> dict[str, Any]:
    """The page's context."""
    payouts = list(register.payouts.select_related("agency").order_by("pk"))  # type: ignore[attr-defined]
    address = reverse("admin:finance_payoutregister_file", args=[register.pk])
    return {
        "register": register,
        "payouts": [
            (payout, change_url(payout), COLOURS["payout"].get(payout.status, "plain"))
            for payout in payouts
        ],
        "total": sum((payout.amount for payout in payouts), ZERO),
        "left": sum(payout.status == PayoutStatus.SENT for payout in payouts),
        "files": [("XLSX", f"{address}?as=xlsx"), ("CSV", f"{address}?as=csv")],
        "answers_url": reverse("admin:finance_payoutregister_answers"),
    }


def _told(plan: Plan) -> dict[str, Any]:
    return {
        "plan": plan,
        "url": change_url(plan.payout) if plan.payout else "",
        "colour": _COLOURS[plan.step],
        "was_paid": plan.payout is not None and plan.payout.status == PayoutStatus.PAID,
    }


_COLOURS = {Step.PAY: "success", Step.FAIL: "danger", Step.NOTHING: "", Step.REFUSED: "warning"}


def _tally(plans: list[Plan], *, is_done: bool) -> list[tuple[str, str, int]]:
    names = {
        Step.PAY: gettext("paid") if is_done else gettext("will be paid"),
        Step.FAIL: gettext("came back") if is_done else gettext("will come back"),
        Step.NOTHING: gettext("known already"),
        Step.REFUSED: gettext("not carried out"),
    }
    counts = Counter(plan.step for plan in plans)
    return [(name, _COLOURS[step], counts[step]) for step, name in names.items() if counts[step]]
