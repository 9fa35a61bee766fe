"""Everything that happened to the money of one booking, in order, as its reader may see it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from constance import config

from core.clock import local_date
from core.money import ZERO
from finance.models import (
    AccountingTransaction,
    CommissionRate,
    LedgerEntry,
    MoneyCase,
    PaymentTransaction,
    Payout,
    ReferralBonus,
    Refund,
)
from finance.queries.bookings import RESERVE, held_for
from finance.queries.payments import without_receipt
from finance.states import (
    AccountKind,
    BonusStatus,
    JournalType,
    PaymentState,
    PayoutStatus,
)
from partners.models import User
from sales.models import Booking
from sales.queries.releases import released_at


class Happened(StrEnum):
    """What a step is about; the words for it are the reader's."""

    REQUESTED = "requested"
    PAYMENT = "payment"
    RECEIPT_MISSING = "receipt_missing"
    JOURNAL = "journal"
    REFUND = "refund"
    CASE = "case"
    PAYOUT = "payout"
    # still to come
    RELEASE_DUE = "release_due"
    RESERVE_DUE = "reserve_due"
    BONUS_DUE = "bonus_due"


@dataclass(frozen=True, slots=True)
class Step:
    """``row`` is what it is about; ``lines`` are those of its journal that the reader may see."""

    what: Happened
    at: datetime
    row: Any
    lines: list[LedgerEntry] = field(default_factory=list)
    amount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Place:
    """What stands on a kind of account of the booking's money: debits less credits, UZS."""

    kind: AccountKind
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Coming:
    """What comes next: ``day`` is local."""

    what: Happened
    day: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class MoneyStory:
    booking: Booking
    # The approved rate that it was asked for under; None when the agency's own counted.
    rate: CommissionRate | None
    steps: list[Step]
    places: list[Place]
    # Went straight to the agency's own cashbox: in no journal.
    direct: Decimal
    coming: list[Coming]
    sees_all: bool

    @property
    def balance(self) -> Decimal:
        """Zero when the reader sees every line."""
        return sum((place.amount for place in self.places), ZERO)


def money_story(booking: Booking, *, reader: User, at: datetime) -> MoneyStory:
    """The story for ``reader``: an agency's owner sees his own side's lines only."""
    lines = list(
        LedgerEntry.objects.for_user(reader)
        .filter(transaction__booking_id=booking.pk)
        .select_related("account__agency", "account__user", "transaction__created_by")
        .order_by("transaction_id", "pk")
    )
    payments = list(PaymentTransaction.objects.filter(booking=booking).order_by("pk"))
    steps = [
        Step(Happened.REQUESTED, booking.created_at, booking),
        *(Step(Happened.PAYMENT, payment.created_at, payment) for payment in payments),
        *_missing_receipts(booking, at),
        *_journals(lines),
        *_refunds(booking),
        *_payouts(lines),
    ]
    sees_all = reader.sees_all_agencies
    if sees_all:
        steps += _cases(booking)
    return MoneyStory(
        booking=booking,
        rate=rate_behind(booking),
        steps=sorted(steps, key=lambda step: step.at),
        places=_places(lines),
        direct=sum((p.direct_amount for p in payments if p.state == PaymentState.PERFORMED), ZERO),
        coming=list(_coming(booking, sees_all=sees_all)),
        sees_all=sees_all,
    )


def rate_behind(booking: Booking) -> CommissionRate | None:
    """The approved rate that ``rate_for`` found when the booking was asked for."""
    day = local_date(booking.created_at)
    rates = CommissionRate.objects.in_force(day).filter(
        agency_id=booking.agency_id,
        percent=booking.commission_percent,
        decided_at__lte=booking.created_at,
    )
    found = rates.filter(tour_id=booking.session.tour_id).first()
    return found or rates.filter(tour__isnull=True).first()


def _missing_receipts(booking: Booking, at: datetime) -> Iterator[Step]:
    rows = PaymentTransaction.objects.filter(booking=booking)
    for payment in without_receipt(rows, at):
        since = payment.cancelled_at or payment.performed_at
        yield Step(Happened.RECEIPT_MISSING, since or payment.created_at, payment)


def _journals(lines: Iterable[LedgerEntry]) -> list[Step]:
    """A step for each journal of which the reader sees a line."""
    steps: dict[int, Step] = {}
    for line in lines:
        journal = line.transaction
        step = steps.setdefault(
            journal.pk, Step(Happened.JOURNAL, journal.posted_at, journal, lines=[])
        )
        step.lines.append(line)
    return list(steps.values())


def _refunds(booking: Booking) -> Iterator[Step]:
    rows = Refund.objects.filter(payment__booking=booking)
    for refund in rows.select_related("created_by", "approved_by").order_by("pk"):
        yield Step(Happened.REFUND, refund.created_at, refund, amount=refund.amount)


def _cases(booking: Booking) -> Iterator[Step]:
    for case in MoneyCase.objects.filter(booking=booking).select_related("closed_by"):
        yield Step(Happened.CASE, case.created_at, case, amount=case.amount)


def _payouts(lines: list[LedgerEntry]) -> Iterator[Step]:
    """The payouts whose statements contain what the booking's releases made available: the first
    debit of a payout after the line, on the same account."""
    available = [
        line
        for line in lines
        if line.account.kind == AccountKind.AGENCY_AVAILABLE
        and line.transaction.type == JournalType.RELEASE
    ]
    found: dict[int, tuple[Payout, Decimal]] = {}
    for line in available:
        debit = (
            LedgerEntry.objects.filter(
                account_id=line.account_id, pk__gt=line.pk, transaction__payout__isnull=False
            )
            .filter(debit__gt=0)
            .select_related("transaction__payout__approved_by", "transaction__payout__created_by")
            .order_by("pk")
            .first()
        )
        payout = debit.transaction.payout if debit else None
        if payout is not None and payout.status != PayoutStatus.CANCELLED:
            known = found.get(payout.pk, (payout, ZERO))[1]
            found[payout.pk] = (payout, known + line.credit - line.debit)
    for payout, amount in found.values():
        yield Step(Happened.PAYOUT, payout.approved_at or payout.created_at, payout, amount=amount)


def _places(lines: Iterable[LedgerEntry]) -> list[Place]:
    sums: dict[str, Decimal] = {}
    for line in lines:
        kind = line.account.kind
        sums[kind] = sums.get(kind, ZERO) + line.debit - line.credit
    return [Place(kind, sums[kind]) for kind in AccountKind if sums.get(kind)]


def _coming(booking: Booking, *, sees_all: bool) -> Iterator[Coming]:
    held = held_for(booking.pk)
    if held.pending > 0:
        days = config.RELEASE_DAYS + 1
        day = booking.session.date_end + timedelta(days=days)
        yield Coming(Happened.RELEASE_DUE, day, held.pending)
    since = released_at(booking.pk)
    if held.reserve > 0 and since is not None:
        due = since + timedelta(days=config.RESERVE_DAYS)
        yield Coming(Happened.RESERVE_DUE, local_date(due), held.reserve)
    bonus = ReferralBonus.objects.filter(booking=booking, status=BonusStatus.PENDING).first()
    if sees_all and bonus is not None:
        left = bonus.kept
        yield Coming(Happened.BONUS_DUE, local_date(bonus.available_at), left)


def is_reserve(journal: AccountingTransaction) -> bool:
    """A release of what was held back, not of what was pending."""
    return journal.type == JournalType.RELEASE and journal.memo == RESERVE
