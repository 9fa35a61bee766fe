"""Registers: payouts or withdrawals handed to the bank together, the file, the bank's answer."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from unfold.decorators import action, display

from backoffice.admin.base import BaseAdmin, OwnPage, ReadOnly, actor, staff
from backoffice.admin.core.sentences import events_of
from backoffice.admin.display import COLOURS, change_url, list_url, money
from backoffice.admin.finance.answers import answers_page
from backoffice.admin.finance.statements import XLSX, attachment
from backoffice.admin.refusals import go, tell
from core.clock import now
from core.money import ZERO
from core.refusals import Refusal
from finance.models import Payout, PayoutRegister, ReferralPayoutRequest
from finance.providers.payouts import Order
from finance.providers.payouts.manual import AccountRegister, CardRegister, ManualRegister
from finance.queries.payouts import orders_of
from finance.services.registers import PAYOUTS
from finance.services.withdrawal_registers import show_cards
from finance.states import PayoutStatus, WithdrawalStatus
from partners.models import User


@admin.register(PayoutRegister)
class PayoutRegisterAdmin(OwnPage, ReadOnly, BaseAdmin):
    event_name = "payout_register"
    list_display = ("number", "what", "orders_n", "total", "left", "created_by", "created_at")
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
        return super().get_queryset(request).annotate(**_figures())

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:object_id>/file/", wrap(self.file), name="finance_payoutregister_file"),
            path("<int:object_id>/cards/", wrap(self.cards), name="finance_payoutregister_cards"),
            *super().get_urls(),
        ]

    def page_of(self, request: HttpRequest, obj: PayoutRegister) -> dict[str, Any]:
        reader = staff(request)
        story = _cards_story(obj, reader) if obj.is_for_cards else _payouts_story(obj)
        orders = story["orders"]
        return {
            "register": obj,
            "total": sum((row.amount for row, *_rest in orders), ZERO),
            "events": events_of(obj, reader),
            **story,
        }

    # --- its file

    def file(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The register of payouts for the bank, written anew."""
        register = self.own_or_404(request, object_id)
        if not self.has_view_permission(request, register):
            raise PermissionDenied
        if register.is_for_cards:
            raise Http404
        kind = request.GET.get("as", "")
        return _file(AccountRegister(), register.number, orders_of(register.pk), kind)

    @sensitive_variables()
    def cards(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The register of withdrawals with the card numbers: asked for by a button, never by a
        link, and written down each time."""
        if not request.user.has_perm("finance.send_referralpayoutrequest"):  # type: ignore[union-attr]
            raise PermissionDenied
        register = self.own_or_404(request, object_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        kind = request.POST.get("as", "")
        if kind not in ("csv", "xlsx"):
            raise Http404
        try:
            orders = show_cards(register_id=register.pk, by=actor(request), at=now())
        except Refusal as refusal:
            tell(request, refusal)
            return go(request, change_url(register))
        return _file(CardRegister(), register.number, orders, kind)

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
        return answers_page(request, self, PAYOUTS, back=list_url("finance.payoutregister"))

    # --- columns

    @display(description=_("of"))
    def what(self, register: PayoutRegister) -> str:
        return gettext("withdrawals") if register.is_for_cards else gettext("payouts")

    @display(description=_("orders"), ordering="n")
    def orders_n(self, register: Any) -> int:
        return int(register.n)

    @display(description=_("amount"), ordering="amount")
    def total(self, register: Any) -> Any:
        return money(register.amount)

    @display(description=_("not answered"), ordering="sent_n")
    def left(self, register: Any) -> Any:
        return register.sent_n or "–"


def _figures() -> dict[str, Any]:
    """A register has orders of one kind, so that the joins do not multiply."""
    payouts, withdrawals = Count("payouts", distinct=True), Count("withdrawals", distinct=True)
    sent = Count("payouts", filter=Q(payouts__status=PayoutStatus.SENT), distinct=True)
    processing = Q(withdrawals__status=WithdrawalStatus.PROCESSING)
    return {
        "n": payouts + withdrawals,
        "amount": Coalesce(Sum("payouts__amount"), Sum("withdrawals__amount")),
        "sent_n": sent + Count("withdrawals", filter=processing, distinct=True),
    }


def _file[Kind: Order](
    paper: ManualRegister[Kind], number: str, orders: list[Any], kind: str
) -> HttpResponse:
    match kind:
        case "csv":
            content, mime = paper.csv(number, orders), "text/csv; charset=utf-8"
        case "xlsx":
            content, mime = paper.xlsx(number, orders), XLSX
        case _unknown:
            raise Http404
    return attachment(content, mime, f"{number}.{kind}")


# --- the page's context


def _payouts_story(register: PayoutRegister) -> dict[str, Any]:
    rows: QuerySet[Payout] = register.payouts.select_related("agency")  # type: ignore[attr-defined]
    orders = list(rows.order_by("pk"))
    address = reverse("admin:finance_payoutregister_file", args=[register.pk])
    return {
        "orders": [
            (payout, change_url(payout), f"№{payout.pk}", payout.agency, _colour("payout", payout))
            for payout in orders
        ],
        "left": sum(payout.status == PayoutStatus.SENT for payout in orders),
        "files": [("XLSX", f"{address}?as=xlsx"), ("CSV", f"{address}?as=csv")],
        "answers_url": reverse("admin:finance_payoutregister_answers"),
    }


def _cards_story(register: PayoutRegister, reader: User) -> dict[str, Any]:
    rows: QuerySet[ReferralPayoutRequest] = register.withdrawals.select_related("user")  # type: ignore[attr-defined]
    orders = list(rows.order_by("pk"))
    left = sum(row.status == WithdrawalStatus.PROCESSING for row in orders)
    may_send = reader.has_perm("finance.send_referralpayoutrequest")
    return {
        "orders": [
            (row, change_url(row), row.number, row.user, _colour("withdrawal", row))
            for row in orders
        ],
        "left": left,
        "cards_url": reverse("admin:finance_payoutregister_cards", args=[register.pk])
        if left and may_send
        else "",
        "answers_url": reverse("admin:finance_referralpayoutrequest_answers"),
    }


def _colour(kind: str, row: Any) -> str:
    return COLOURS[kind].get(row.status, "plain")
