"""The statement of a person's bonus: every movement, told from the lines of his accounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from django.db import models
from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from core.money import ZERO
from finance.models import AccountingTransaction, LedgerEntry
from finance.states import USER_ACCOUNTS, AccountKind, JournalType


class Movement(models.TextChoices):
    """What a journal did to a person's bonus."""

    EARNED = "earned", _("earned by a booking")
    MATURED = "matured", _("can be used")
    TAKEN_BACK = "taken_back", _("taken back: the booking was refunded")
    RESERVED = "reserved", _("set aside for a booking")
    RETURNED = "returned", _("back from a booking that was not paid")
    SPENT = "spent", _("spent on a booking")
    REFUNDED = "refunded", _("back with a refund")
    WITHDRAWN = "withdrawn", _("withdrawal to a card")
    BROUGHT_BACK = "brought_back", _("a withdrawal came back")
    GRANTED = "granted", _("granted by the platform")
    CORRECTED = "corrected", _("taken by the platform")


@dataclass(frozen=True, slots=True)
class Moved:
    """One journal as its person sees it: what it added to each part of his bonus, and what was
    available after it, UZS. ``note`` is the platform's reason of a grant or a correction."""

    id: int
    at: datetime
    what: Movement
    available: Decimal
    pending: Decimal
    reserved: Decimal
    balance: Decimal
    booking_id: int | None
    withdrawal_id: int | None
    note: str


def movements_of(
    user_id: int, *, before: int | None = None, limit: int | None = None
) -> list[Moved]:
    """The movements, newest first: of those before the journal ``before`` the last ``limit``."""
    lines = LedgerEntry.objects.filter(account__user_id=user_id, account__kind__in=USER_ACCOUNTS)
    if before is not None:
        lines = lines.filter(transaction_id__lt=before)
    journals = lines.order_by("-transaction_id").values_list("transaction_id", flat=True)
    shown = list(journals.distinct()[:limit])
    if not shown:
        return []

    balance = _available(lines.filter(transaction_id__lt=shown[-1]))
    entries = lines.filter(transaction_id__gte=shown[-1]).select_related("transaction", "account")
    movements = []
    grouped = groupby(
        entries.order_by("transaction_id", "pk"), key=lambda entry: entry.transaction_id
    )
    for _id, group in grouped:
        moved = _moved(list(group), balance)
        balance = moved.balance
        movements.append(moved)
    return movements[::-1]


def _available(lines: QuerySet[LedgerEntry]) -> Decimal:
    sums = lines.filter(account__kind=AccountKind.BONUS_AVAILABLE).aggregate(
        total=Sum(F("credit") - F("debit"))
    )
    return sums["total"] or ZERO


def _moved(lines: list[LedgerEntry], before: Decimal) -> Moved:
    journal = lines[0].transaction
    added = {kind: _added(lines, kind) for kind in USER_ACCOUNTS}
    available = added[AccountKind.BONUS_AVAILABLE]
    return Moved(
        id=journal.pk,
        at=journal.posted_at,
        what=_what(journal, added),
        available=available,
        pending=added[AccountKind.BONUS_PENDING],
        reserved=added[AccountKind.BONUS_RESERVED],
        balance=before + available,
        booking_id=journal.booking_id,
        withdrawal_id=journal.withdrawal_id,
        note=journal.memo if journal.type == JournalType.ADJUSTMENT else "",
    )


def _added(lines: Iterable[LedgerEntry], kind: str) -> Decimal:
    return sum((line.credit - line.debit for line in lines if line.account.kind == kind), ZERO)


def _what(journal: AccountingTransaction, added: dict[AccountKind, Decimal]) -> Movement:
    """Told by the journal's type and by which parts grew and shrank."""
    available, pending, reserved = (
        added[kind]
        for kind in (
            AccountKind.BONUS_AVAILABLE,
            AccountKind.BONUS_PENDING,
            AccountKind.BONUS_RESERVED,
        )
    )
    if journal.withdrawal_id:
        return Movement.WITHDRAWN if available < 0 else Movement.BROUGHT_BACK
    if journal.type == JournalType.ADJUSTMENT:
        return Movement.GRANTED if available > 0 else Movement.CORRECTED
    if journal.type == JournalType.REFUND:
        return Movement.REFUNDED
    if reserved:
        if not available:
            return Movement.SPENT
        return Movement.RESERVED if reserved > 0 else Movement.RETURNED
    if pending > 0:
        return Movement.EARNED
    return Movement.MATURED if available > 0 else Movement.TAKEN_BACK
