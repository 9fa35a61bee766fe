"""Statements of an agency's available balance: what came, what went, to the tiyin.

Nothing is stored: the ids of an account's lines are in the order in which its balance moved
(``finance.services.post``), so a payout's statement is what lies between the payout before it and
its own debit. Each statement opens with what the one before closed with.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext as _

from core.clock import local_date, local_midnight
from core.money import ZERO
from finance.models import Account, AccountingTransaction, LedgerEntry, Payout
from finance.queries.bookings import RESERVE
from finance.states import AccountKind, JournalType
from partners.models import TravelAgency


@dataclass(frozen=True, slots=True)
class StatementLine:
    """``amount`` is positive for what came to the agency; ``balance`` is after it."""

    journal: AccountingTransaction
    amount: Decimal
    balance: Decimal

    @property
    def at(self) -> datetime:
        return self.journal.posted_at

    @property
    def words(self) -> str:
        """What it was, in the reader's language."""
        return _what(self.journal, self.amount)

    @property
    def about(self) -> str:
        """The booking it belongs to: code, tour, first day."""
        booking = self.journal.booking
        if booking is None:
            return ""
        session = booking.session
        return f"{booking.code} · {session.tour.title}, {session.date_start:%d.%m.%Y}"


@dataclass(frozen=True, slots=True)
class Statement:
    """``payout`` is None for a statement of a period, or of the time since the last payout."""

    agency: TravelAgency
    start: date
    end: date
    opening: Decimal
    lines: list[StatementLine]
    payout: Payout | None = None

    @property
    def closing(self) -> Decimal:
        return self.lines[-1].balance if self.lines else self.opening

    @property
    def came(self) -> Decimal:
        return sum((line.amount for line in self.lines if line.amount > 0), ZERO)

    @property
    def went(self) -> Decimal:
        return -sum((line.amount for line in self.lines if line.amount < 0), ZERO)


def payout_statement(payout: Payout) -> Statement | None:
    """Up to and with the payout's own debit; None before its approval."""
    lines = _lines(payout.agency_id)
    debits = _payout_debits(lines)
    own = debits.filter(transaction__payout_id=payout.pk).values_list("pk", flat=True).first()
    if own is None:
        return None
    before = debits.filter(pk__lt=own).values_list("pk", flat=True).last() or 0
    return _statement(
        payout.agency,
        opening=_sum(lines.filter(pk__lte=before)),
        lines=lines.filter(pk__gt=before, pk__lte=own).order_by("pk"),
        period=(payout.period_start, payout.period_end),
        payout=payout,
    )


def statement_since_last(agency: TravelAgency, at: datetime) -> Statement:
    """What has come and gone since the last payout's debit."""
    lines = _lines(agency.pk)
    last = _payout_debits(lines).select_related("transaction").last()
    before = last.pk if last else 0
    today = local_date(at)
    begin = local_date(last.transaction.posted_at) if last else _first_day(lines) or today
    return _statement(
        agency,
        opening=_sum(lines.filter(pk__lte=before)),
        lines=lines.filter(pk__gt=before).order_by("pk"),
        period=(min(begin, today), today),
    )


def period_statement(agency: TravelAgency, start: date, end: date) -> Statement:
    """What was posted from ``start`` to ``end``, local days, both included."""
    lines = _lines(agency.pk)
    begin, over = local_midnight(start), local_midnight(end + timedelta(days=1))
    within = lines.filter(transaction__posted_at__gte=begin, transaction__posted_at__lt=over)
    return _statement(
        agency,
        opening=_sum(lines.filter(transaction__posted_at__lt=begin)),
        lines=within.order_by("transaction__posted_at", "pk"),
        period=(start, end),
    )


def _lines(agency_id: int) -> QuerySet[LedgerEntry]:
    # By the account's id the lines are found without a join.
    kind = AccountKind.AGENCY_AVAILABLE
    account = Account.objects.filter(agency_id=agency_id, kind=kind).first()
    return LedgerEntry.objects.filter(account=account) if account else LedgerEntry.objects.none()


def _payout_debits(lines: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    """The lines by which payouts took the money, oldest first."""
    rows = lines.filter(
        debit__gt=0, transaction__type=JournalType.PAYOUT, transaction__payout__isnull=False
    )
    return rows.order_by("pk")


def _first_day(lines: QuerySet[LedgerEntry]) -> date | None:
    first = lines.order_by("pk").values_list("transaction__posted_at", flat=True).first()
    return local_date(first) if first else None


def _sum(rows: QuerySet[LedgerEntry]) -> Decimal:
    total: Decimal | None = rows.aggregate(total=Sum(F("credit") - F("debit")))["total"]
    return total or ZERO


def _statement(
    agency: TravelAgency,
    *,
    opening: Decimal,
    lines: QuerySet[LedgerEntry],
    period: tuple[date, date],
    payout: Payout | None = None,
) -> Statement:
    told, balance = [], opening
    about = ("transaction__booking__session__tour", "transaction__payout")
    for entry in lines.select_related(*about):
        amount = entry.credit - entry.debit
        balance += amount
        told.append(StatementLine(entry.transaction, amount, balance))
    return Statement(agency, *period, opening, told, payout)


def _what(journal: AccountingTransaction, amount: Decimal) -> str:
    match journal.type:
        case JournalType.RELEASE if journal.memo == RESERVE:
            return _("Reserve freed")
        case JournalType.RELEASE:
            return _("Tour has run")
        case JournalType.REFUND:
            return _("Returned to the traveller")
        case JournalType.ADJUSTMENT:
            return _("Adjustment: %(memo)s") % {"memo": journal.memo}
        case JournalType.PAYOUT if amount < 0:
            return _("Payout №%(number)s") % {"number": journal.payout_id}
        case JournalType.PAYOUT:
            told = {"number": journal.payout_id, "why": journal.memo}
            return _("Payout №%(number)s came back: %(why)s") % told
    return str(journal.get_type_display())
