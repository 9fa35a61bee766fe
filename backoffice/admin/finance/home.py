"""The accountants' part of the first page: the day's money, and what waits for a pair of hands."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from backoffice.admin.charts import MAIN, PALE, Chart, Row, chart_data, chart_options
from backoffice.admin.display import change_url, list_url, page_url
from backoffice.admin.figures import Figure
from core.clock import local_date
from core.models.proposal import ProposalStatus
from core.money import ZERO, som
from core.queries.events import last_of
from finance.models import Account, Payout
from finance.queries.cases import open_cases
from finance.queries.month_list import months_waiting
from finance.queries.overview import (
    Owed,
    Pile,
    Trend,
    adjustments_waiting,
    below_zero,
    commission_trend,
    open_refunds_by_status,
    owed_to_agencies,
    rates_waiting,
    takings_today,
)
from finance.queries.payments import missing_receipts
from finance.queries.payouts import Standing, payout_queue, payouts_waiting
from finance.queries.reconciliation import unexplained_rows
from finance.queries.withdrawals import withdrawals_to_send, withdrawals_waiting
from finance.states import (
    AGENCY_ACCOUNTS,
    AccountKind,
    CaseStatus,
    PayoutStatus,
    RefundStatus,
    WithdrawalStatus,
)

AGENCIES = 12
BROKEN = "books.broken"
# A day, and some for the proof itself.
PROVED_WITHIN = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class OwedRow:
    """An agency and its balances, each a link to the lines behind it."""

    name: str
    url: str
    cells: list[tuple[Decimal, str]]
    # What holds the available money already: a payout that waits for its approval.
    payout: Payout | None = None

    @property
    def payout_url(self) -> str:
        return change_url(self.payout) if self.payout else ""


def finance_home(at: datetime) -> dict[str, Any]:
    """As many queries on a full day as on an empty one."""
    trend, queue = commission_trend(at), payout_queue(at)
    commission, waiting = _commission(trend), _waiting(at)
    held = _held(queue)
    return {
        "figures": [_takings(at), commission, *_payouts(queue), _proof(at)],
        "waiting": waiting,
        "busy": [figure for figure in waiting if figure.value != "0"],
        "idle": [figure for figure in waiting if figure.value == "0"],
        "chart": _chart(trend, commission.url),
        "owed": [_owed(row, held) for row in owed_to_agencies(AGENCIES)],
        "accounts_url": list_url("finance.account"),
        "queue_url": reverse("admin:finance_payout_queue"),
    }


# --- the day


def _takings(at: datetime) -> Figure:
    takings = takings_today(at)
    url = list_url(
        "finance.paymenttransaction",
        state__exact="performed",
        performed_at_from_0=local_date(at).isoformat(),
        performed_at_from_1="00:00:00",
    )
    note = _("payments: %(n)s") % {"n": takings.count}
    return Figure(_("Taken today"), som(takings.amount), note, url, "payments")


def _commission(trend: Trend) -> Figure:
    account = Account.objects.filter(kind=AccountKind.COMMISSION).first()
    url = list_url(
        "finance.ledgerentry",
        account__id__exact=account.pk if account else 0,
        transaction__posted_at_from_0=trend.first.isoformat(),
        transaction__posted_at_from_1="00:00:00",
    )
    return Figure(_("Commission this month"), som(trend.total), _trend_words(trend), url, "percent")


def _trend_words(trend: Trend) -> str:
    """Against the same days of last month."""
    if trend.before <= 0:
        return _("less what refunds took back")
    percent = round(100 * (trend.total - trend.before) / trend.before)
    return _("%(sign)s%(percent)s %% on the same days of last month") % {
        "sign": "+" if percent >= 0 else "−",
        "percent": abs(percent),
    }


def _payouts(queue: list[Standing]) -> list[Figure]:
    """What the queue counts: under "Can be paid out", and under "Not now"."""
    payable = [row for row in queue if row.is_payable]
    amount = sum((row.available for row in payable), ZERO)
    url = reverse("admin:finance_payout_queue")
    note = _("agencies: %(n)s; not now: %(others)s") % {
        "n": len(payable),
        "others": len(queue) - len(payable),
    }
    colour = "warning" if any(row.is_due for row in queue) else ""
    return [Figure(_("To be paid out"), som(amount), note, url, "account_balance", colour)]


def _proof(at: datetime) -> Figure:
    """How the last proof of the books went; it is made every morning."""
    proof = last_of("books.proved", BROKEN)
    url = list_url("core.eventlog", action__startswith="books.")
    if proof is None:
        return Figure(_("Books"), _("not proved yet"), _("every morning at 8"), url, "verified")
    when = date_format(timezone.localtime(proof.timestamp), "d.m.Y H:i")
    if proof.action == BROKEN:
        return Figure(_("Books"), _("do not balance"), when, url, "gpp_bad", "danger")
    is_old = proof.timestamp < at - PROVED_WITHIN
    return Figure(
        _("Books"),
        pgettext("the books", "balance"),
        when,
        url,
        "verified",
        "warning" if is_old else "",
    )


# --- what waits for somebody


def _waiting(at: datetime) -> list[Figure]:
    refunds = open_refunds_by_status()
    return [
        _refund(refunds, RefundStatus.REQUESTED, _("Refunds to approve"), "warning"),
        _refund(refunds, RefundStatus.APPROVED, _("Refunds to carry out"), "warning"),
        _refund(refunds, RefundStatus.FAILED, _("Refunds that failed"), "danger"),
        _payouts_to_approve(),
        *_withdrawals(),
        _cases(),
        _rows(),
        _receipts(at),
        _negative(),
        _adjustments(),
        _rates(),
        _months(at),
    ]


def _counted(title: str, pile: Pile, url: str, icon: str, colour: str) -> Figure:
    """Calm when there is nothing."""
    note = som(pile.amount) if pile.amount else ""
    return Figure(title, str(pile.count), note, url, icon, colour if pile.count else "")


def _refund(piles: dict[str, Pile], status: str, title: str, colour: str) -> Figure:
    url = list_url("finance.refund", status__exact=status)
    return _counted(title, piles.get(status, Pile(0, ZERO)), url, "undo", colour)


def _payouts_to_approve() -> Figure:
    url = list_url("finance.payout", status__exact=PayoutStatus.CREATED)
    return _counted(_("Payouts to approve"), payouts_waiting(), url, "account_balance", "warning")


def _withdrawals() -> list[Figure]:
    requested = list_url("finance.referralpayoutrequest", status__exact=WithdrawalStatus.REQUESTED)
    approved = list_url("finance.referralpayoutrequest", status__exact=WithdrawalStatus.APPROVED)
    icon = "credit_card"
    return [
        _counted(_("Withdrawals to approve"), withdrawals_waiting(), requested, icon, "warning"),
        _counted(_("Withdrawals to carry out"), withdrawals_to_send(), approved, icon, "warning"),
    ]


def _cases() -> Figure:
    url = list_url("finance.moneycase", status__exact=CaseStatus.OPEN)
    return _counted(_("Needs a decision"), Pile(*open_cases()), url, "help_center", "danger")


def _rows() -> Figure:
    url = list_url("finance.reconciliationrow", told="open")
    pile = Pile(*unexplained_rows())
    return _counted(_("Unexplained registry rows"), pile, url, "compare_arrows", "danger")


def _receipts(at: datetime) -> Figure:
    missing = missing_receipts(at)
    url = list_url("finance.paymenttransaction", receipt="missing")
    pile = Pile(missing.count, missing.amount)
    return _counted(_("Missing fiscal receipts"), pile, url, "receipt_long", "warning")


def _negative() -> Figure:
    rows = below_zero()
    pile = Pile(len(rows), sum((row.balance for row in rows), ZERO))
    url = list_url("finance.account", balance="negative")
    return _counted(_("Balances below zero"), pile, url, "trending_down", "danger")


def _adjustments() -> Figure:
    url = list_url("finance.adjustment", status__exact=ProposalStatus.PROPOSED)
    return _counted(_("Postings to decide"), adjustments_waiting(), url, "edit_note", "warning")


def _rates() -> Figure:
    url = list_url("finance.commissionrate", status__exact=ProposalStatus.PROPOSED)
    pile = Pile(rates_waiting(), ZERO)
    return _counted(_("Rates to decide"), pile, url, "percent", "warning")


def _months(at: datetime) -> Figure:
    pile = Pile(months_waiting(at), ZERO)
    url = list_url("finance.closedmonth")
    return _counted(_("Months to close"), pile, url, "event_available", "warning")


# --- trend and balances


def _chart(trend: Trend, url: str) -> Chart:
    """Commission by day, this month over the last."""
    length = max(len(trend.days), len(trend.days_before))
    this, last = date_format(trend.first, "F").lower(), _("last month")
    days = [_day(trend.days, n) for n in range(length)]
    before = [_day(trend.days_before, n) for n in range(length)]
    return Chart(
        title=_("Commission by day"),
        url=url,
        data=chart_data(
            [str(n + 1) for n in range(length)],
            {"label": this, "data": [float(day) for day in days], "backgroundColor": MAIN},
            {"label": last, "data": [float(day) for day in before], "backgroundColor": PALE},
        ),
        options=chart_options(),
        heads=(_("day"), this, last),
        rows=[
            Row(str(n + 1), "", (som(days[n]), som(before[n])))
            for n in range(length)
            if days[n] or before[n]
        ],
        empty="" if any(days) or any(before) else _("There was no commission in two months."),
    )


def _day(days: list[Decimal], number: int) -> Decimal:
    return days[number] if number < len(days) else ZERO


def _held(queue: list[Standing]) -> dict[int, Payout]:
    """By agency, the payout whose money still counts as available: nobody has approved it."""
    return {
        row.agency.pk: row.open_payout
        for row in queue
        if row.open_payout is not None and row.open_payout.status == PayoutStatus.CREATED
    }


def _owed(owed: Owed, held: dict[int, Payout]) -> OwedRow:
    cells = []
    for kind in AGENCY_ACCOUNTS:
        account = owed.accounts.get(kind)
        url = list_url("finance.ledgerentry", account__id__exact=account) if account else ""
        cells.append((owed.balances.get(kind, ZERO), url))
    url = page_url("partners.travelagency", owed.agency_id)
    return OwedRow(owed.name, url, cells, held.get(owed.agency_id))
