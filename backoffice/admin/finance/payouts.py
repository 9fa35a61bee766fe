"""Payouts to agencies: the list, the queue's address, and the page of one with its statement."""

from collections.abc import Collection
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from backoffice.admin.base import HistoryAdmin, OwnPage, ReadOnly, Steps, staff
from backoffice.admin.bulk import bulk_page
from backoffice.admin.core.sentences import events_of
from backoffice.admin.display import (
    COLOURS,
    change_url,
    link,
    money,
    page_url,
    state_badge,
    two_lines,
)
from backoffice.admin.finance.dialogs import OrderDialog, Reference, Why
from backoffice.admin.finance.many import PAYOUTS
from backoffice.admin.finance.payout_queue import queue_page
from backoffice.admin.finance.statements import downloads, lines_for, statement_file
from backoffice.admin.navigation import sees_queue
from core.clock import now
from finance.models import Payout
from finance.queries.doubts import Doubt, payout_doubts
from finance.queries.payouts import Destination, destination_of
from finance.queries.statements import payout_statement, statement_since_last
from finance.services.payouts import approve_payout, cancel_payout, fail_payout, pay_payout
from finance.states import PayoutStatus
from partners.models import User


class PayoutDialog(OrderDialog):
    model = Payout


class ApproveDialog(PayoutDialog):
    """Says where the money goes and what its page warns of, once more."""

    def doubts(self, order: Payout) -> list[Doubt]:
        return list(payout_doubts(order, now()))

    def destination(self, order: Payout) -> Destination | None:
        return destination_of(order, now())


class WhyDialog(Why, PayoutDialog):
    """Says why."""


class ReferenceDialog(Reference, PayoutDialog):
    """Says under which number."""


@admin.register(Payout)
class PayoutAdmin(OwnPage, Steps, ReadOnly, HistoryAdmin):
    agency_path = "agency_id"
    agency_filter = "agency"
    event_name = "payout"
    list_display = ("number", "state", "agency", "amount_shown", "period", "people", "register")
    linked = ("agency",)
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("source", ChoicesDropdownFilter),
        ("period_end", RangeDateFilter),
        ("paid_at", RangeDateFilter),
    )
    list_select_related = ("agency", "created_by", "approved_by", "register")
    search_fields = ("agency__name", "bank_reference", "register__number")
    search_help_text = _("Agency, bank's order or register")
    ordering = ("-id",)
    fields = ("agency",)
    readonly_fields = fields
    change_form_template = "admin/finance/payout.html"
    actions = ["approve_selected"]
    actions_detail = ["approve", "pay", "withdraw", "fail", "cancel"]
    empty_title = _("No payouts yet")
    empty_text = _("They are made from the queue, three times a month or when an agency asks.")

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("queue/", wrap(self.queue), name="finance_payout_queue"),
            path(
                "<int:object_id>/statement/", wrap(self.statement), name="finance_payout_statement"
            ),
            *super().get_urls(),
        ]

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = list(super().get_list_display(request))
        if not staff(request).sees_all_agencies:
            shown.remove("register")
        return shown

    # --- pages

    def queue(self, request: HttpRequest) -> HttpResponse:
        if not sees_queue(request):
            raise PermissionDenied
        return queue_page(request, self)

    def statement(self, request: HttpRequest, object_id: int) -> HttpResponse:
        payout = self.own_or_404(request, object_id)
        if not self.has_view_permission(request, payout):
            raise PermissionDenied
        statement = payout_statement(payout)
        if statement is None:
            raise Http404
        return statement_file(request, statement, name=f"payout-{payout.pk}")

    def page_of(self, request: HttpRequest, obj: Payout) -> dict[str, Any]:
        return _tell(obj, staff(request))

    # --- one payout's way

    def fit(self, request: HttpRequest, obj: Payout) -> Collection[str]:
        return _fitting(obj, staff(request))

    def has_approve_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.approve_payout", object_id)

    def has_cancel_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.cancel_payout", object_id)

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.settle_payout", object_id)

    @action(
        description=_("Approve"),
        url_path="approve",
        permissions=["approve"],
        icon="check",
        variant=ActionVariant.SUCCESS,
        dialog={
            "title": _("Approve this payout?"),
            "description": _(
                "The amount leaves the agency's balance and waits for a register to the bank; the "
                "bank details stay as they are now. Until it is sent it can be called off."
            ),
            "form_class": ApproveDialog,
            "form_submit_text": _("Approve"),
        },
    )
    def approve(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        payout = self.own_or_404(request, object_id)
        work = partial(approve_payout, payout_id=payout.pk)
        return self.do(request, payout, work, done=_("The payout is approved."))

    @action(
        description=_("Paid"),
        url_path="pay",
        permissions=["settle"],
        icon="payments",
        variant=ActionVariant.SUCCESS,
        dialog={
            "title": _("Has the bank paid it?"),
            "description": _(
                "The agency's owners are told. Should the money come back later, “Came back” puts "
                "it on the balance again."
            ),
            "form_class": ReferenceDialog,
            "form_submit_text": _("Paid"),
        },
    )
    def pay(self, request: HttpRequest, form: ReferenceDialog, object_id: str) -> HttpResponse:
        payout = self.own_or_404(request, object_id)
        reference = form.cleaned_data["reference"]
        work = partial(pay_payout, payout_id=payout.pk, reference=reference)
        return self.do(request, payout, work, done=_("The payout is paid."))

    @action(
        description=_("Withdraw the payout"),
        url_path="withdraw",
        permissions=["settle"],
        icon="undo",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Withdraw this payout?"),
            "description": _(
                "The bank has not been told of it. The amount returns to the agency's balance, and "
                "its owners are told the reason. Another payout can then be made."
            ),
            "form_class": WhyDialog,
            "form_submit_text": _("Withdraw the payout"),
        },
    )
    def withdraw(self, request: HttpRequest, form: WhyDialog, object_id: str) -> HttpResponse:
        """The same act as ``fail``, in the words of one that has not left yet."""
        return self._give_back(request, form, object_id)

    @action(
        description=_("Came back"),
        url_path="fail",
        permissions=["settle"],
        icon="undo",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Has the money come back?"),
            "description": _(
                "The amount returns to the agency's balance, and its owners are told the reason. "
                "Another payout can then be made."
            ),
            "form_class": WhyDialog,
            "form_submit_text": _("Back to the balance"),
        },
    )
    def fail(self, request: HttpRequest, form: WhyDialog, object_id: str) -> HttpResponse:
        return self._give_back(request, form, object_id)

    def _give_back(self, request: HttpRequest, form: WhyDialog, object_id: str) -> HttpResponse:
        payout = self.own_or_404(request, object_id)
        work = partial(fail_payout, payout_id=payout.pk, reason=form.cleaned_data["reason"])
        return self.do(request, payout, work, done=_("The money is back on the balance."))

    @action(
        description=_("Cancel payout"),
        url_path="cancel",
        permissions=["cancel"],
        icon="close",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Cancel this payout?"),
            "description": _(
                "No money has moved yet; it stays on the agency's balance. It cannot be taken up "
                "again, but another can be made."
            ),
            "form_class": WhyDialog,
            "form_submit_text": _("Cancel payout"),
        },
    )
    def cancel(self, request: HttpRequest, form: WhyDialog, object_id: str) -> HttpResponse:
        payout = self.own_or_404(request, object_id)
        work = partial(cancel_payout, payout_id=payout.pk, reason=form.cleaned_data["reason"])
        return self.do(request, payout, work, done=_("The payout is cancelled."))

    @admin.action(description=_("Approve the selected payouts"), permissions=["approve"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Payout]) -> HttpResponse:
        return bulk_page(request, self, queryset, PAYOUTS)

    # --- columns

    @display(description="№", ordering="id")
    def number(self, payout: Payout) -> str:
        return str(payout.pk)

    @display(description=_("period"), ordering="period_end")
    def period(self, payout: Payout) -> str:
        return f"{payout.period_start:%d.%m.%Y} – {payout.period_end:%d.%m.%Y}"

    @display(description=_("amount"), ordering="amount")
    def amount_shown(self, payout: Payout) -> Any:
        return money(payout.amount)

    @display(description=_("status"), ordering="status")
    def state(self, payout: Payout) -> SafeString:
        return state_badge("payout", payout.status, payout.get_status_display())

    @display(description=_("made · approved"))
    def people(self, payout: Payout) -> SafeString:
        return two_lines(payout.created_by, payout.approved_by or "")


def _fitting(payout: Payout, reader: User) -> set[str]:
    """What can be done with a payout in its state, by this person."""
    match payout.status:
        case PayoutStatus.CREATED if payout.created_by_id == reader.pk:
            return {"cancel"}
        case PayoutStatus.CREATED:
            return {"approve", "cancel"}
        case PayoutStatus.APPROVED:
            return {"withdraw"}
        case PayoutStatus.PAID:
            return {"fail"}
        case PayoutStatus.SENT:
            return {"pay", "fail"}
    return set()


def _tell(payout: Payout, reader: User) -> dict[str, Any]:
    """The page's context."""
    statement = payout_statement(payout) if payout.approved_at else None
    is_preview = payout.status == PayoutStatus.CREATED
    shown = statement_since_last(payout.agency, payout.created_at) if is_preview else statement
    path_of = reverse("admin:finance_payout_statement", args=[payout.pk])
    is_platform = reader.sees_all_agencies
    return {
        "payout": payout,
        "colour": COLOURS["payout"].get(payout.status, "plain"),
        "next": _what_next(payout, reader),
        "agency_url": page_url("partners.travelagency", payout.agency_id),
        "register_url": change_url(payout.register) if payout.register and is_platform else "",
        "statement": shown,
        "is_preview": is_preview,
        "lines": lines_for(shown, reader) if shown else [],
        "downloads": downloads(path_of) if statement else [],
        "events": events_of(payout, reader),
        "doubts": list(payout_doubts(payout, now())) if is_platform else [],
        # To whom a payout is shown, its bank is: the books and the agency's owner.
        "destination": destination_of(payout, now()),
    }


def _what_next(payout: Payout, reader: User) -> str:
    """Whose turn it is."""
    match payout.status:
        case PayoutStatus.CREATED if not reader.sees_all_agencies:
            return gettext("The platform has to approve it.")
        case PayoutStatus.CREATED if payout.created_by_id == reader.pk:
            return gettext("Somebody else has to approve it: you made it.")
        case PayoutStatus.CREATED:
            return gettext("It waits for your approval: look at its lines first.")
        case PayoutStatus.APPROVED if reader.sees_all_agencies:
            queue = link(reverse("admin:finance_payout_queue"), gettext("from the queue"))
            return format_html(gettext("It waits for a register: make one {queue}."), queue=queue)
        case PayoutStatus.APPROVED:
            return gettext("It goes to the bank with the next register.")
        case PayoutStatus.SENT:
            return gettext("The bank has it. Its answer is imported, or written here by hand.")
    return ""
