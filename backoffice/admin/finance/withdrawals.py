"""Withdrawals of bonus to cards: the queue, the page of one, and what the bank answers.

A card is four digits here; its number is written into the register's file alone.
"""

from collections.abc import Collection
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateTimeFilter,
)
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from backoffice.admin.base import HistoryAdmin, OwnPage, ReadOnly, Steps, staff
from backoffice.admin.bulk import bulk_page, together_page
from backoffice.admin.display import badge, list_url, money, state_badge, two_lines
from backoffice.admin.finance import many
from backoffice.admin.finance.answers import answers_page
from backoffice.admin.finance.dialogs import OrderDialog, Reference, Why
from backoffice.admin.finance.withdrawals_page import fitting_steps, tell_withdrawal
from core.clock import now
from finance.models import ReferralPayoutRequest
from finance.queries.doubts import Doubt, doubts_of
from finance.queries.withdrawals import cooling_down, waiting_for, with_doubts
from finance.services.withdrawal_registers import (
    WITHDRAWALS,
    are_sent_by_hand,
)
from finance.services.withdrawals import (
    approve_withdrawal,
    fail_withdrawal,
    pay_withdrawal,
    reject_withdrawal,
)

LABEL = "finance.referralpayoutrequest"


class WaitsFilter(DropdownFilter):
    """Whose turn it is."""

    title = _("waits")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("me", _("for me")), ("card", _("until the card cools down"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "me":
                return waiting_for(queryset, staff(request).pk, now())
            case "card":
                return cooling_down(queryset, now())
        return queryset


class WithdrawalDialog(OrderDialog):
    model = ReferralPayoutRequest


class ApproveDialog(WithdrawalDialog):
    """Says what its page warns of once more."""

    def doubts(self, order: ReferralPayoutRequest) -> list[Doubt]:
        row = with_doubts(ReferralPayoutRequest.objects.filter(pk=order.pk)).get()
        return list(doubts_of(row, now()))


class WhyDialog(Why, WithdrawalDialog):
    """Says why."""


class ReferenceDialog(Reference, WithdrawalDialog):
    """Says under which number."""


@admin.register(ReferralPayoutRequest)
class WithdrawalAdmin(OwnPage, Steps, ReadOnly, HistoryAdmin):
    event_name = "withdrawal"
    list_display = ("number", "person", "amount_shown", "card_shown", "state", "doubts")
    linked = ("user",)
    list_filter = (
        WaitsFilter,
        ("status", ChoicesDropdownFilter),
        ("card_system", ChoicesDropdownFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("user", "register")
    list_before_template = "admin/finance/withdrawals_top.html"
    search_fields = (
        "user__first_name",
        "user__last_name",
        "user__phone",
        "provider_reference",
        "register__number",
    )
    search_help_text = _("Name, phone, reference or register")
    ordering = ("-id",)
    fields = ("user",)
    readonly_fields = fields
    change_form_template = "admin/finance/withdrawal.html"
    actions = ["approve_selected", "reject_selected", "send_selected"]
    actions_list = ["answers"]
    actions_detail = ["approve", "reject", "pay", "fail"]
    empty_title = _("No withdrawals yet")
    empty_text = _("Partners ask for them in the Mini App.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_doubts(super().get_queryset(request))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        top = {"status_tabs": _tabs(request), "are_sent_by_hand": are_sent_by_hand()}
        return super().changelist_view(request, {**top, **(extra_context or {})})

    def get_actions(self, request: HttpRequest) -> Any:
        found = super().get_actions(request)
        if not are_sent_by_hand():
            found.pop("send_selected", None)
        return found

    def page_of(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return tell_withdrawal(obj, staff(request), now())

    # --- one withdrawal's way

    def fit(self, request: HttpRequest, obj: Any) -> Collection[str]:
        return fitting_steps(obj, staff(request), now())

    def has_approve_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.approve_referralpayoutrequest", object_id)

    def has_reject_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.reject_referralpayoutrequest", object_id)

    def has_send_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.send_referralpayoutrequest", object_id)

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.settle_referralpayoutrequest", object_id)

    @action(
        description=_("Approve"),
        url_path="approve",
        permissions=["approve"],
        icon="check",
        variant=ActionVariant.SUCCESS,
        dialog={
            "title": _("Approve this withdrawal?"),
            "description": _(
                "It may then be handed over to be paid to the card; the person is told. The money "
                "left his balance when he asked. Until it is paid it can be called off."
            ),
            "form_class": ApproveDialog,
            "form_submit_text": _("Approve"),
        },
    )
    def approve(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.own_or_404(request, object_id)
        work = partial(approve_withdrawal, withdrawal_id=row.pk)
        return self.do(request, row, work, done=_("The withdrawal is approved."))

    @action(
        description=_("Reject"),
        url_path="reject",
        permissions=["reject"],
        icon="close",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Reject this withdrawal?"),
            "description": _("The money returns to the person's balance; he is told the reason."),
            "form_class": WhyDialog,
            "form_submit_text": _("Reject"),
        },
    )
    def reject(self, request: HttpRequest, form: WhyDialog, object_id: str) -> HttpResponse:
        row = self.own_or_404(request, object_id)
        reason = form.cleaned_data["reason"]
        work = partial(reject_withdrawal, withdrawal_id=row.pk, reason=reason)
        return self.do(request, row, work, done=_("The withdrawal is rejected."))

    @action(
        description=_("Paid"),
        url_path="pay",
        permissions=["settle"],
        icon="payments",
        variant=ActionVariant.SUCCESS,
        dialog={
            "title": _("Has the card got the money?"),
            "description": _(
                "The person is told, and the card number is erased: it cannot be sent there again."
            ),
            "form_class": ReferenceDialog,
            "form_submit_text": _("Paid"),
        },
    )
    def pay(self, request: HttpRequest, form: ReferenceDialog, object_id: str) -> HttpResponse:
        row = self.own_or_404(request, object_id)
        reference = form.cleaned_data["reference"]
        work = partial(pay_withdrawal, withdrawal_id=row.pk, reference=reference)
        return self.do(request, row, work, done=_("The withdrawal is paid."))

    @action(
        description=_("Came back"),
        url_path="fail",
        permissions=["settle"],
        icon="undo",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Has the money come back, or do you call the withdrawal off?"),
            "description": _("The money returns to the person's balance; he is told the reason."),
            "form_class": WhyDialog,
            "form_submit_text": _("Back to the balance"),
        },
    )
    def fail(self, request: HttpRequest, form: WhyDialog, object_id: str) -> HttpResponse:
        row = self.own_or_404(request, object_id)
        reason = form.cleaned_data["reason"]
        work = partial(fail_withdrawal, withdrawal_id=row.pk, reason=reason)
        return self.do(request, row, work, done=_("The money is back on the balance."))

    # --- several at once

    @admin.action(description=_("Approve the selected withdrawals"), permissions=["approve"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return bulk_page(request, self, queryset, many.WITHDRAWALS)

    @admin.action(description=_("Reject the selected withdrawals"), permissions=["reject"])
    def reject_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return bulk_page(request, self, queryset, many.REJECTED_WITHDRAWALS)

    @admin.action(description=_("Make a register of the selected"), permissions=["send"])
    def send_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return together_page(request, self, queryset, many.REGISTER)

    @action(
        description=_("Import the bank's answer"),
        url_path="answers",
        permissions=["settle"],
        icon="upload_file",
    )
    def answers(self, request: HttpRequest) -> HttpResponse:
        return answers_page(request, self, WITHDRAWALS, back=list_url(LABEL))

    # --- columns

    @display(description="№", ordering="id")
    def number(self, row: ReferralPayoutRequest) -> str:
        return row.number

    @display(description=_("partner"), ordering="created_at")
    def person(self, row: ReferralPayoutRequest) -> SafeString:
        return two_lines(row.user, f"{timezone.localtime(row.created_at):%d.%m.%Y %H:%M}")

    @display(description=_("amount"), ordering="amount")
    def amount_shown(self, row: ReferralPayoutRequest) -> Any:
        return money(row.amount)

    @display(description=_("card"))
    def card_shown(self, row: ReferralPayoutRequest) -> SafeString:
        return two_lines(row.card, row.get_card_system_display())

    @display(description=_("status"), ordering="status")
    def state(self, row: ReferralPayoutRequest) -> SafeString:
        colour = state_badge("withdrawal", row.status, row.get_status_display())
        return two_lines(colour, row.register or "")

    @display(description=_("mind"))
    def doubts(self, row: ReferralPayoutRequest) -> Any:
        found = [badge(doubt.short, doubt.weight) for doubt in doubts_of(row, now())]
        return format_html_join(" ", "{}", ((each,) for each in found)) or "–"


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """All, and the two piles that somebody has to look at."""
    rows = ReferralPayoutRequest.objects.for_user(staff(request))
    counts = {
        "": 0,
        "me": waiting_for(rows, staff(request).pk, now()).count(),
        "card": cooling_down(rows, now()).count(),
    }
    titles = {"": gettext("All"), "me": gettext("Wait for me"), "card": gettext("Cool down")}
    return [
        {
            "title": title,
            "n": counts[key],
            "url": list_url(LABEL, **({"waits": key} if key else {})),
            "on": request.GET.get("waits", "") == key,
        }
        for key, title in titles.items()
    ]
