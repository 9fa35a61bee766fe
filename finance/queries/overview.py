"""Figures for the staff's first page."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from core.clock import TASHKENT, local_date, local_midnight
from core.models.proposal import ProposalStatus
from core.money import ZERO
from finance.models import (
    Account,
    Adjustment,
    CommissionRate,
    LedgerEntry,
    PaymentTransaction,
    Refund,
)
from finance.states import (
    AGENCY_ACCOUNTS,
    OPEN_REFUNDS,
    AccountKind,
    PaymentState,
    RefundStatus,
)

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pile:
    """So many, together UZS."""

    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Owed:
    """What the platform owes one agency, UZS; ``accounts`` are the ids by kind."""

    agency_id: int
    name: str
    balances: dict[str, Decimal]
    accounts: dict[str, int]

    @property
    def total(self) -> Decimal:
        return sum(self.balances.values(), ZERO)


def pile_of(rows: QuerySet[Any]) -> Pile:
    """Rows with an ``amount``, counted and summed."""
    found = rows.aggregate(n=Count("pk"), total=Sum("amount"))
    return Pile(found["n"], found["total"] or ZERO)


def takings_of(day: date) -> Pile:
    """Payments performed on the local ``day`` and not refunded."""
    return pile_of(
        PaymentTransaction.objects.filter(
            state=PaymentState.PERFORMED,
            performed_at__gte=local_midnight(day),
            performed_at__lt=local_midnight(day + DAY),
        )
    )


def takings_today(at: datetime) -> Pile:
    """Payments performed since midnight in Tashkent and not refunded."""
    return takings_of(local_date(at))


# --- commission


@dataclass(frozen=True, slots=True)
class Trend:
    """Commission by day of a month and of the one before, less what refunds took back, UZS."""

    first: date
    days: list[Decimal]
    days_before: list[Decimal]
    # The month before up to the same day of the month.
    before: Decimal

    @property
    def total(self) -> Decimal:
        return sum(self.days, ZERO)


def commission_by_day(start: date, end: date) -> dict[date, Decimal]:
    """Commission of each local day from ``start`` up to before ``end`` that had any, UZS."""
    # By its id: of an account that every sale touches the planner knows how much it has.
    own = list(Account.objects.filter(kind=AccountKind.COMMISSION).values_list("pk", flat=True))
    rows = (
        LedgerEntry.objects.filter(
            account__in=own,
            transaction__posted_at__gte=local_midnight(start),
            transaction__posted_at__lt=local_midnight(end),
        )
        .order_by()
        .values_list(TruncDate("transaction__posted_at", tzinfo=TASHKENT))
        .annotate(Sum("tiyin"))
    )
    return {day: Decimal(tiyin) / 100 for day, tiyin in rows}


def commission_trend(at: datetime) -> Trend:
    """This month beside the last one."""
    today = local_date(at)
    first = today.replace(day=1)
    earlier = first - relativedelta(months=1)
    found = commission_by_day(earlier, today + DAY)
    before = _days(earlier, first, found)
    same_day = min(today, first + relativedelta(months=1) - DAY).day
    return Trend(
        first=first,
        days=_days(first, today + DAY, found),
        days_before=before,
        before=sum(before[:same_day], ZERO),
    )


def _days(start: date, end: date, found: dict[date, Decimal]) -> list[Decimal]:
    return [found.get(start + n * DAY, ZERO) for n in range((end - start).days)]


# --- what waits for somebody


def refunds_waiting() -> Pile:
    """Refunds that wait for a second pair of eyes."""
    return pile_of(Refund.objects.filter(status=RefundStatus.REQUESTED))


def open_refunds_by_status() -> dict[str, Pile]:
    """How many of the refunds that are owed stand where, and of how much."""
    owed = Refund.objects.filter(status__in=OPEN_REFUNDS).order_by()
    rows = owed.values_list("status").annotate(Count("pk"), Sum("amount"))
    return {status: Pile(n, total) for status, n, total in rows}


def adjustments_waiting() -> Pile:
    """Postings by hand that wait for a second pair of eyes."""
    return pile_of(Adjustment.objects.filter(status=ProposalStatus.PROPOSED))


def rates_waiting() -> int:
    """Commission rates that wait for a second pair of eyes."""
    return CommissionRate.objects.filter(status=ProposalStatus.PROPOSED).count()


def below_zero() -> QuerySet[Account]:
    """Kept accounts of agencies and people that owe the platform."""
    return Account.objects.filter(balance__lt=0)


# --- what is owed


def owed_to_agencies(limit: int) -> list[Owed]:
    """The agencies the platform owes most, or that owe it, all balances together."""
    rows = (
        Account.objects.filter(kind__in=AGENCY_ACCOUNTS)
        .exclude(balance=0)
        .values_list("agency_id", "agency__name", "kind", "pk", "balance")
    )
    found: dict[int, Owed] = {}
    for agency_id, name, kind, pk, balance in rows:
        owed = found.setdefault(agency_id, Owed(agency_id, name or "", {}, {}))
        owed.balances[kind] = balance
        owed.accounts[kind] = pk
    return sorted(found.values(), key=lambda owed: (-owed.total, owed.name))[:limit]
