"""The months that could be closed, and what passed through the books in them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Min

from core.clock import local_date, local_midnight
from core.models.proposal import ProposalStatus
from finance.models import AccountingTransaction, Adjustment, ClosedMonth
from finance.queries.months import MONTH, month_of

# Months wait in line: the figures of those at its head are looked up.
TOLD = 3
# The lines by their journals' ids at once: the planner would rather read the whole ledger.
TURNOVER = """
    SELECT month.n, coalesce(cardinality(journal.ids), 0), coalesce(line.debits, 0)
    FROM unnest(%s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY AS month(first, after, n),
    LATERAL (
        SELECT array_agg(id) AS ids FROM finance_accountingtransaction
        WHERE posted_at >= month.first AND posted_at < month.after
    ) journal,
    LATERAL (
        SELECT sum(debit) AS debits FROM finance_ledgerentry WHERE transaction_id = ANY(journal.ids)
    ) line
    ORDER BY month.n
"""


@dataclass(frozen=True, slots=True)
class OpenMonth:
    """A month that is not closed; only the first of them can be, once it is over.

    What passed in it is told of the first few.
    """

    month: date
    journals: int | None
    turnover: Decimal | None
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
    months, month = [], first
    while month <= present:
        months.append(month)
        month += MONTH
    found: dict[date, tuple[int | None, Decimal | None]] = {**turnover_of(months[:TOLD])}
    return [
        OpenMonth(month, *found.get(month, (None, None)), month < present, month == first)
        for month in months
    ]


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


def turnover_of(months: list[date]) -> dict[date, tuple[int, Decimal]]:
    """Journals and the sum of their debits of each of ``months``."""
    firsts = [local_midnight(month) for month in months]
    afters = [local_midnight(month + MONTH) for month in months]
    with connection.cursor() as cursor:
        cursor.execute(TURNOVER, [firsts, afters])
        return {months[n - 1]: (journals, debits) for n, journals, debits in cursor}


def adjustments_waiting_in(month: date) -> int:
    """Postings by hand proposed for a day of the month: once it is closed they are refused."""
    return Adjustment.objects.filter(
        status=ProposalStatus.PROPOSED, day__gte=month, day__lt=month + MONTH
    ).count()
