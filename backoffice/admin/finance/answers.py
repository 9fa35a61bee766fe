"""The bank's answer to a register: a file tried first, and carried out at the second press."""

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from backoffice.admin.base import actor, staff
from backoffice.admin.catalog.exchange.held import hold, take
from backoffice.admin.display import change_url
from backoffice.admin.zero_bytes import typed
from core.clock import now
from core.refusals import Refusal
from finance.papers.results import MOST_ROWS, ResultFile, read_results
from finance.services.results import OrderKind, Plan, Step, settle_results, try_results

MOST_BYTES = 10 * 2**20


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


def answers_page(
    request: HttpRequest, admin: ModelAdmin, of: OrderKind[Any], *, back: str
) -> HttpResponse:
    """The page on which answers about orders of a kind are tried and carried out."""
    page = _Page(request, admin, of, back)
    if request.method == "POST":
        return page.carry_out() if "token" in request.POST else page.try_out()
    return page.show(form=AnswerForm())


class _Page:
    def __init__(
        self, request: HttpRequest, admin: ModelAdmin, of: OrderKind[Any], back: str
    ) -> None:
        self.request, self.admin, self.of, self.back = request, admin, of, back
        self.about, self.user_id = f"answers:{of.resource}", staff(request).pk

    def try_out(self) -> HttpResponse:
        form = AnswerForm(self.request.POST, self.request.FILES)
        if not form.is_valid():
            return self.show(form=form)
        upload = form.cleaned_data["file"]
        try:
            found = read_results(upload, self.of.numbers)
        except Refusal as refusal:
            form.add_error("file", refusal.detail)
            return self.show(form=form)
        plans = try_results(found.results, self.of, by=actor(self.request))
        context: dict[str, Any] = {"plans": plans, "found": found, "name": upload.name}
        if any(plan.step in (Step.PAY, Step.FAIL) for plan in plans):
            context["token"] = hold(found.dump(), about=self.about, user_id=self.user_id)
        return self.show(form=AnswerForm(), **context)

    def carry_out(self) -> HttpResponse:
        try:
            data = take(self.request.POST["token"], about=self.about, user_id=self.user_id)
        except Refusal as refusal:
            messages.error(self.request, refusal.detail)
            return HttpResponseRedirect(self.request.path)
        found = ResultFile.load(data)
        plans = settle_results(found.results, self.of, by=actor(self.request), at=now())
        name = typed(self.request, "name")[:120]
        return self.show(form=AnswerForm(), plans=plans, found=found, name=name, is_done=True)

    def show(self, **context: Any) -> HttpResponse:
        plans: list[Plan] = context.get("plans", [])
        page = {
            **self.admin.admin_site.each_context(self.request),
            "title": gettext("The bank's answer"),
            "opts": self.admin.opts,
            "most_rows": MOST_ROWS,
            "prefix": self.of.numbers.prefix,
            "back": self.back,
            "rows": [_told(plan, self.of) for plan in plans],
            "tally": _tally(plans, is_done=context.get("is_done", False)),
            **context,
        }
        return TemplateResponse(self.request, "admin/finance/answers.html", page)


def _told(plan: Plan, of: OrderKind[Any]) -> dict[str, Any]:
    order_id = plan.result.order_id
    return {
        "plan": plan,
        "number": f"{of.numbers.prefix or '№'}{order_id}" if order_id else "",
        "url": change_url(plan.order) if plan.order else "",
        "colour": _COLOURS[plan.step],
        "was_paid": plan.order is not None and plan.order.status == of.paid,
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
