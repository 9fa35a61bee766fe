"""The months that could be closed, and what passed through the books in them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Min, Sum
from django.db.models.functions import TruncMonth

from core.clock import TASHKENT, local_date, local_midnight
from core.models.proposal import ProposalStatus
from core.money import ZERO
from finance.models import AccountingTransaction, Adjustment, ClosedMonth, LedgerEntry
from finance.queries.months import MONTH, month_of


@dataclass(frozen=True, slots=True)
class OpenMonth:
    """A month that is not closed; only the first of them can be, once it is over."""

    month: date
    journals: int
    turnover: Decimal
    is_over: bool
    is_next: bool

    @property
    def can_close(self) -> bool:
        return self.is_over and self.is_next


def open_months(at: datetime) -> list[OpenMonth]:
    """From the first that is not closed up to the present one, oldest first."""
    first = first_open_month()
    if first is None:
        return []
    present = month_of(local_date(at))
    found = turnover_by_month(first)
    months = []
    month = first
    while month <= present:
        journals, turnover = found.get(month, (0, ZERO))
        months.append(OpenMonth(month, journals, turnover, month < present, month == first))
        month += MONTH
    return months


def first_open_month() -> date | None:
    """The month after the last closed one, or the first with a journal; None without journals."""
    last = ClosedMonth.objects.order_by("-month").first()
    if last is not None:
        return last.month + MONTH
    first = AccountingTransaction.objects.aggregate(first=Min("posted_at"))["first"]
    return month_of(local_date(first)) if first else None


def months_waiting(at: datetime) -> int:
    """How many months are over and not closed."""
    first = first_open_month()
    if first is None:
        return 0
    present = month_of(local_date(at))
    return max(0, (present.year - first.year) * 12 + present.month - first.month)


def turnover_by_month(since: date) -> dict[date, tuple[int, Decimal]]:
    """Journals and the sum of their debits by local month, from ``since`` on."""
    rows = (
        LedgerEntry.objects.filter(transaction__posted_at__gte=local_midnight(since))
        .order_by()
        .values_list(TruncMonth("transaction__posted_at", tzinfo=TASHKENT))
        .annotate(Count("transaction", distinct=True), Sum("debit"))
    )
    return {month.date(): (journals, turnover) for month, journals, turnover in rows}


def adjustments_waiting_in(month: date) -> int:
    """Postings by hand proposed for a day of the month: once it is closed they are refused."""
    return Adjustment.objects.filter(
        status=ProposalStatus.PROPOSED, day__gte=month, day__lt=month + MONTH
    ).count()
