"""Figures for the staff's first page."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum

from core.clock import local_date, local_midnight
from core.money import ZERO
from finance.models import Account, LedgerEntry, PaymentTransaction, Refund
from finance.states import AGENCY_ACCOUNTS, AccountKind, PaymentState, RefundStatus


@dataclass(frozen=True, slots=True)
class Pile:
    """So many, together UZS."""

    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Owed:
    """What the platform owes one agency, UZS."""

    agency_id: int
    name: str
    pending: Decimal
    available: Decimal


def takings_today(at: datetime) -> Pile:
    """Payments performed since midnight in Tashkent and not refunded."""
    since = local_midnight(local_date(at))
    rows = PaymentTransaction.objects.filter(state=PaymentState.PERFORMED, performed_at__gte=since)
    found = rows.aggregate(n=Count("pk"), total=Sum("amount"))
    return Pile(found["n"], found["total"] or ZERO)


def commission_this_month(at: datetime) -> Decimal:
    """Commission earned since the first of the month, less what refunds took back, UZS."""
    since = local_midnight(local_date(at).replace(day=1))
    sums = LedgerEntry.objects.filter(
        account__kind=AccountKind.COMMISSION, transaction__posted_at__gte=since
    ).aggregate(credit=Sum("credit"), debit=Sum("debit"))
    return (sums["credit"] or ZERO) - (sums["debit"] or ZERO)


def refunds_waiting() -> Pile:
    """Refunds owed and not carried out yet."""
    rows = Refund.objects.filter(status=RefundStatus.REQUESTED)
    found = rows.aggregate(n=Count("pk"), total=Sum("amount"))
    return Pile(found["n"], found["total"] or ZERO)


def owed_to_agencies(limit: int) -> list[Owed]:
    """The agencies the platform owes most, both balances together."""
    pending = Sum("balance", filter=Q(kind=AccountKind.AGENCY_PENDING), default=ZERO)
    available = Sum("balance", filter=Q(kind=AccountKind.AGENCY_AVAILABLE), default=ZERO)
    rows = (
        Account.objects.filter(kind__in=AGENCY_ACCOUNTS)
        .values("agency_id", "agency__name")
        .annotate(pending=pending, available=available, total=Sum("balance"))
        .exclude(total=0)
        .order_by("-total")
    )
    return [
        Owed(row["agency_id"], row["agency__name"], row["pending"], row["available"])
        for row in rows[:limit]
    ]


def owed_in_all() -> Decimal:
    """What the platform owes all agencies, UZS."""
    rows = Account.objects.filter(kind__in=AGENCY_ACCOUNTS)
    return rows.aggregate(total=Sum("balance"))["total"] or ZERO
