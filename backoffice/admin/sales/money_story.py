"""One page that tells where a booking's money came from, where it went, and where it is now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import floatformat
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from backoffice.admin.base import BaseAdmin, staff
from backoffice.admin.display import COLOURS, change_url, page_url
from backoffice.admin.sales.price import commission_of, price_lines
from core.clock import now
from core.money import som
from finance.models import AccountingTransaction, LedgerEntry
from finance.states import AccountKind, JournalType, PaymentState, RefundStatus
from sales.models import Booking
from sales.queries.money_story import (
    Coming,
    Happened,
    MoneyStory,
    Step,
    is_reserve,
    money_story,
)


@dataclass(frozen=True, slots=True)
class Told:
    """A step as it is read: what, when, who, and the lines behind it."""

    at: datetime
    icon: str
    title: str
    url: str
    sentences: list[str]
    who: str
    badge: str = ""
    colour: str = "plain"
    lines: list[LedgerEntry] | None = None


@dataclass(frozen=True, slots=True)
class Stands:
    """Where some of the money is now."""

    title: str
    debit: Decimal
    credit: Decimal


class TellsMoney(BaseAdmin):
    """The button on a booking's page."""

    def has_money_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.view_ledgerentry", object_id)

    def money_actions(self, request: HttpRequest) -> list[Any]:
        if not self.has_money_permission(request):
            return []
        actions = self._get_base_actions_detail()
        return [each for each in actions if each.method.original_function_name == "money"]

    @action(description=gettext_lazy("Money"), url_path="money", permissions=["money"], icon="paid")
    def money(self, request: HttpRequest, object_id: str) -> HttpResponse:
        booking = self.own_or_404(request, object_id)
        return story_page(request, self, booking)


def story_page(request: HttpRequest, admin: ModelAdmin, booking: Booking) -> HttpResponse:
    booking = Booking.objects.select_related(
        "session__tour__agency", "user", "promotion", "promo_code", "agency"
    ).get(pk=booking.pk)
    story = money_story(booking, reader=staff(request), at=now())
    context = {
        **admin.admin_site.each_context(request),
        "title": _("The money of booking %(code)s") % {"code": booking.code},
        "opts": admin.opts,
        "booking": booking,
        "back": change_url(booking),
        "colour": COLOURS["booking"].get(booking.status, "plain"),
        "price": price_lines(booking),
        "commission": commission_of(booking),
        "rate": _rate(story),
        "steps": [_tell(step, story) for step in story.steps],
        "stands": [_stands(place.kind, place.amount) for place in story.places],
        "total": sum((place.amount for place in story.places if place.amount > 0), Decimal()),
        "sees_all": story.sees_all,
        "direct": story.direct,
        "coming": [_coming(each) for each in story.coming],
    }
    return TemplateResponse(request, "admin/sales/money_story.html", context)


def _rate(story: MoneyStory) -> str:
    """Why this rate and no other."""
    rate = story.rate
    if rate is None:
        return _("the agency's own rate on that day")
    if rate.tour_id:
        return _("agreed for this tour, from %(day)s") % {"day": _day(rate.valid_from)}
    return _("agreed for the agency, from %(day)s") % {"day": _day(rate.valid_from)}


def _stands(kind: AccountKind, amount: Decimal) -> Stands:
    sides = (amount, Decimal()) if amount > 0 else (Decimal(), -amount)
    return Stands(str(kind.label), *sides)


# --- steps in words


def _tell(step: Step, story: MoneyStory) -> Told:
    return _WORDS[step.what](step, story)


def _requested(step: Step, story: MoneyStory) -> Told:
    booking = story.booking
    facts = {"percent": floatformat(booking.commission_percent, -2), "why": _rate(story)}
    return Told(
        at=step.at,
        icon="inbox",
        title=_("Asked for: %(amount)s to pay") % {"amount": som(booking.final_price)},
        url="",
        sentences=[
            _("Price and commission were frozen: %(percent)s %%, %(why)s.") % facts,
        ],
        who=str(booking.user),
    )


def _payment(step: Step, story: MoneyStory) -> Told:
    payment = step.row
    said = []
    if payment.performed_at:
        said.append(_("Performed %(at)s.") % {"at": _clock(payment.performed_at)})
    if payment.direct_amount:
        facts = {"direct": som(payment.direct_amount), "ours": _ours(payment)}
        said.append(_("Straight to the agency's cashbox: %(direct)s, to ours: %(ours)s.") % facts)
    if payment.cancelled_at:
        facts = {"at": _clock(payment.cancelled_at), "code": payment.cancel_code}
        said.append(_("Cancelled %(at)s, reason %(code)s.") % facts)
    if payment.state == PaymentState.CREATED:
        said.append(_("Payme has not confirmed it yet."))
    said += _receipts(payment)
    if payment.cashbox:
        said.append(_("Cashbox %(id)s.") % {"id": payment.cashbox})
    return Told(
        at=step.at,
        icon="credit_card",
        title=_("Payme %(id)s: %(amount)s")
        % {"id": payment.payme_invoice_id, "amount": som(payment.amount)},
        url=page_url("finance.paymenttransaction", payment.pk),
        sentences=said,
        who=str(payment.get_provider_display()),
        badge=payment.get_state_display(),
        colour=COLOURS["payment"].get(payment.state, "plain"),
    )


def _ours(payment: Any) -> str:
    return som(payment.amount - payment.direct_amount)


def _receipts(payment: Any) -> list[str]:
    said = []
    if _accepted(payment.fiscal_perform):
        said.append(_("The fiscal receipt of the sale is there."))
    if _accepted(payment.fiscal_cancel):
        said.append(_("The fiscal receipt of the refund is there."))
    return said


def _accepted(receipt: Any) -> bool:
    return bool(receipt) and receipt.get("status_code") == 0


def _receipt_missing(step: Step, story: MoneyStory) -> Told:
    return Told(
        at=step.at,
        icon="receipt_long",
        title=_("A fiscal receipt is missing"),
        url=page_url("finance.paymenttransaction", step.row.pk),
        sentences=[],
        who="",
        badge=_("missing"),
        colour="warning",
    )


def _journal(step: Step, story: MoneyStory) -> Told:
    journal: AccountingTransaction = step.row
    title, icon = _journal_words(journal, step.lines)
    return Told(
        at=step.at,
        icon=icon,
        title=title,
        url=change_url(journal),
        sentences=[],
        who=str(journal.created_by or _("by itself")),
        lines=step.lines,
    )


def _journal_words(journal: AccountingTransaction, lines: list[LedgerEntry]) -> tuple[str, str]:
    if is_reserve(journal):
        return _("The reserve became available"), "lock_open"
    if journal.type == JournalType.BONUS:
        return _bonus_words(lines), "redeem"
    found = {
        JournalType.SALE: (_("Sold: each party has its share"), "sell"),
        JournalType.REFUND: (_("Given back: each party gives its part"), "undo"),
        JournalType.RELEASE: (_("The tour is over: the agency's money is released"), "lock_open"),
        JournalType.ADJUSTMENT: (
            _("Posted by hand: %(memo)s") % {"memo": journal.memo},
            "edit_note",
        ),
    }
    return found.get(JournalType(journal.type), (str(journal), "menu_book"))


def _bonus_words(lines: list[LedgerEntry]) -> str:
    """Told by where it went: a bonus has no states of its own in the ledger."""
    credited = {line.account.kind for line in lines if line.credit}
    debited = {line.account.kind for line in lines if line.debit}
    if AccountKind.BONUS_RESERVED in credited:
        return _("The traveller's bonus was set aside")
    if AccountKind.BONUS_RESERVED in debited:
        return _("The traveller's bonus was given back")
    if AccountKind.REFERRAL_EXPENSE in debited:
        return _("The partner who brought the traveller earned a bonus")
    if AccountKind.REFERRAL_EXPENSE in credited:
        return _("The partner's bonus was taken back")
    return _("The partner's bonus became available")


def _refund(step: Step, story: MoneyStory) -> Told:
    refund = step.row
    said = [refund.reason] if refund.reason else []
    if refund.approved_by:
        said.append(_("Approved by %(who)s.") % {"who": refund.approved_by})
    if refund.done_at:
        said.append(_("Carried out %(at)s.") % {"at": _clock(refund.done_at)})
    if refund.status == RefundStatus.REQUESTED:
        said.append(_("It waits for a second pair of eyes."))
    facts = {"amount": som(refund.amount), "how": refund.get_method_display()}
    return Told(
        at=step.at,
        icon="undo",
        title=_("Refund of %(amount)s, %(how)s") % facts,
        url=change_url(refund),
        sentences=said,
        who=str(refund.created_by or refund.get_source_display()),
        badge=refund.get_status_display(),
        colour=COLOURS["refund"].get(refund.status, "plain"),
    )


def _case(step: Step, story: MoneyStory) -> Told:
    case = step.row
    said = [case.note] if case.note else []
    return Told(
        at=step.at,
        icon="help_center",
        title=str(case),
        url=change_url(case),
        sentences=said,
        who=str(case.closed_by or ""),
        badge=case.get_decision_display() if case.decision else case.get_status_display(),
        colour="success" if case.closed_at else "warning",
    )


def _payout(step: Step, story: MoneyStory) -> Told:
    payout = step.row
    facts = {"number": payout.pk, "amount": som(step.amount)}
    said = [_("Of it from this booking: %(amount)s.") % facts]
    if payout.paid_at:
        facts = {"at": _clock(payout.paid_at), "reference": payout.bank_reference}
        said.append(_("The bank carried it out %(at)s, order %(reference)s.") % facts)
    return Told(
        at=step.at,
        icon="account_balance",
        title=_("In payout №%(number)s of %(amount)s")
        % {"number": payout.pk, "amount": som(payout.amount)},
        url=change_url(payout),
        sentences=said,
        who=str(payout.approved_by or payout.created_by),
        badge=payout.get_status_display(),
        colour=COLOURS["payout"].get(payout.status, "plain"),
    )


_WORDS: dict[Happened, Callable[[Step, MoneyStory], Told]] = {
    Happened.REQUESTED: _requested,
    Happened.PAYMENT: _payment,
    Happened.RECEIPT_MISSING: _receipt_missing,
    Happened.JOURNAL: _journal,
    Happened.REFUND: _refund,
    Happened.CASE: _case,
    Happened.PAYOUT: _payout,
}


def _coming(coming: Coming) -> str:
    """What comes next."""
    facts = {"day": _day(coming.day), "amount": som(coming.amount)}
    if coming.what == Happened.RELEASE_DUE:
        return _("On %(day)s %(amount)s becomes available to the agency.") % facts
    if coming.what == Happened.RESERVE_DUE:
        return _("On %(day)s the reserve of %(amount)s becomes available to the agency.") % facts
    return _("On %(day)s the partner's bonus of %(amount)s can be used.") % facts


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _clock(at: datetime) -> str:
    return f"{timezone.localtime(at):%d.%m.%Y %H:%M}"
