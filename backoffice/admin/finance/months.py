"""Months of the books: which are closed, what stops the next one, closing and opening again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from backoffice.admin.base import BaseAdmin, OwnPage, ReadOnly, actor, staff
from backoffice.admin.display import list_url, money
from backoffice.admin.refusals import carry_out
from core.clock import local_midnight, now
from core.money import ZERO
from finance.models import ClosedMonth
from finance.queries.balances import balances_before
from finance.queries.month_list import (
    OpenMonth,
    adjustments_waiting_in,
    open_months,
    turnover_of,
)
from finance.queries.months import MONTH
from finance.queries.overview import DAY
from finance.services.months import reopen_month
from finance.states import DEBIT_NORMAL, AccountKind
from sales.queries.audit import book_proofs
from sales.services.close_month import close_month


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's balance at the end of a month, on the side where it grows."""

    title: Any
    debit: Decimal
    credit: Decimal


class ReopenDialog(BaseDialogForm):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It stays in the log of actions."),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        error_messages={"required": _("Say why the month is opened again.")},
    )


@admin.register(ClosedMonth)
class MonthAdmin(OwnPage, ReadOnly, BaseAdmin):
    list_display = ("month_shown", "closed_by", "closed_at", "kept")
    list_select_related = ("closed_by",)
    ordering = ("-month",)
    fields = ("month",)
    readonly_fields = fields
    list_before_template = "admin/finance/open_months.html"
    change_form_template = "admin/finance/closed_month.html"
    actions_detail = ["reopen"]
    empty_title = _("No month has been closed yet")
    empty_text = _("A closed month takes no posting; what comes late goes to the next.")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.close)
        return [path("close/", view, name="finance_closedmonth_close"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {
            "open_months": open_months(now()),
            "may_close": request.user.has_perm("finance.add_closedmonth"),  # type: ignore[union-attr]
            "close_url": reverse("admin:finance_closedmonth_close"),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def page_of(self, request: HttpRequest, obj: ClosedMonth) -> dict[str, Any]:
        journals, turnover = turnover_of([obj.month])[obj.month]
        return {
            "closed": obj,
            "balances": balances_of(obj.balances),
            "journals": journals,
            "turnover": turnover,
            "journals_url": journals_url(obj.month),
        }

    # --- closing

    def close(self, request: HttpRequest) -> HttpResponse:
        """What the books look like and whether they hold; the button closes the month."""
        if not staff(request).has_perm("finance.add_closedmonth"):
            raise PermissionDenied
        at = now()
        month = next(iter(open_months(at)), None)
        if request.method == "POST" and month is not None:
            return self._close(request, request.POST.get("month", ""))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Close a month"),
            "opts": self.opts,
            "back": list_url("finance.closedmonth"),
            **(_closing(month, at) if month else {}),
        }
        return TemplateResponse(request, "admin/finance/close_month.html", context)

    def _close(self, request: HttpRequest, text: str) -> HttpResponse:
        back = HttpResponseRedirect(list_url("finance.closedmonth"))
        try:
            month = date.fromisoformat(text)
        except ValueError:
            return back
        work = partial(close_month, month=month, by=actor(request), at=now())
        carry_out(request, work, done=gettext("Closed: %(month)s.") % {"month": f"{month:%m.%Y}"})
        return back

    # --- opening again

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        closed = self.own_or_404(request, object_id)
        if ClosedMonth.objects.order_by("-month").first() != closed:
            return []
        found: list[Any] = super().get_actions_detail(request, object_id)
        return found

    def has_reopen_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.delete_closedmonth", object_id)

    @action(
        description=_("Open again"),
        url_path="reopen",
        permissions=["reopen"],
        icon="lock_open",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Open this month again?"),
            "description": _(
                "The books take entries of its days again, and its figures may change. Close it "
                "again afterwards."
            ),
            "form_class": ReopenDialog,
            "form_submit_text": _("Open again"),
        },
    )
    def reopen(self, request: HttpRequest, form: ReopenDialog, object_id: str) -> HttpResponse:
        closed = self.own_or_404(request, object_id)
        reason = form.cleaned_data["reason"]
        work = partial(reopen_month, month=closed.month, reason=reason, by=actor(request), at=now())
        carry_out(request, work, done=gettext("Open again: %(month)s.") % {"month": closed})
        return HttpResponse(headers={"HX-Redirect": list_url("finance.closedmonth")})

    # --- columns

    @display(description=_("month"), ordering="month")
    def month_shown(self, closed: ClosedMonth) -> str:
        return str(closed)

    @display(description=_("commission to its end"))
    def kept(self, closed: ClosedMonth) -> Any:
        return money(Decimal(closed.balances.get(AccountKind.COMMISSION, "0")))


def balances_of(kept: Mapping[str, Any]) -> list[Balance]:
    """The accounts that have anything, and their sum, which is the same on both sides."""
    rows = []
    for kind in AccountKind:
        amount = Decimal(kept.get(kind, "0"))
        if amount:
            is_debit = (kind in DEBIT_NORMAL) == (amount > 0)
            sides = (abs(amount), ZERO) if is_debit else (ZERO, abs(amount))
            rows.append(Balance(kind.label, *sides))
    total = (sum((r.debit for r in rows), ZERO), sum((r.credit for r in rows), ZERO))
    return [*rows, Balance(_("Together"), *total)]


def journals_url(month: date) -> str:
    """The journals dated in the month."""
    return list_url(
        "finance.accountingtransaction",
        posted_at_from_0=month.isoformat(),
        posted_at_from_1="00:00:00",
        posted_at_to_0=(month + MONTH - DAY).isoformat(),
        posted_at_to_1="23:59:59",
    )


def _closing(month: OpenMonth, at: datetime) -> dict[str, Any]:
    proofs = book_proofs()
    broken = [proof for proof in proofs if proof.faults]
    return {
        "month": month,
        "proofs": proofs,
        "broken": broken,
        "looked_at": sum(proof.looked_at for proof in proofs),
        "balances": balances_of(balances_before(local_midnight(month.month + MONTH))),
        "proposed": adjustments_waiting_in(month.month),
        "proposed_url": list_url("finance.adjustment", status__exact="proposed"),
        "journals_url": journals_url(month.month),
        "may_close": month.can_close and not broken,
    }
