"""Posting to the ledger: the one place that writes journals and balances."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.actor import Actor
from core.acts import require_transaction
from core.money import ZERO
from finance.models import Account, AccountingTransaction, LedgerEntry
from finance.services.locks import lock_accounts
from finance.states import PLATFORM_ACCOUNTS, JournalStatus


@dataclass(frozen=True, slots=True)
class Line:
    """A debit or a credit of the account that ``kind`` and the owner name, UZS."""

    kind: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    agency_id: int | None = None
    user_id: int | None = None

    @property
    def owner(self) -> tuple[str, int | None, int | None]:
        return (self.kind, self.agency_id, self.user_id)


@dataclass(frozen=True, slots=True)
class About:
    """What a journal belongs to."""

    booking_id: int | None = None
    agency_id: int | None = None
    payout_id: int | None = None
    memo: str = ""


def post(
    type: str,
    lines: Sequence[Line],
    *,
    about: About,
    by: Actor,
    at: datetime,
    reverses: AccountingTransaction | None = None,
) -> AccountingTransaction | None:
    """Post a journal of ``type`` (JournalType) and move the balances it touches.

    Lines of nothing are dropped; a journal of nothing is not posted (None). That debits equal
    credits is checked by the database when the act commits.
    """
    require_transaction()
    lines = [line for line in lines if line.debit or line.credit]
    if not lines:
        return None
    accounts = _accounts(lines)

    journal = AccountingTransaction.objects.create(
        type=type,
        booking_id=about.booking_id,
        agency_id=about.agency_id,
        payout_id=about.payout_id,
        memo=about.memo,
        reverses=reverses,
        created_by_id=by.user_id,
        posted_at=at,
    )
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            transaction=journal,
            account=accounts[line.owner],
            debit=line.debit,
            credit=line.credit,
        )
        for line in lines
    )
    _move_balances(lines, accounts)
    return journal


def mirror(
    journal: AccountingTransaction, *, type: str, by: Actor, at: datetime, memo: str = ""
) -> AccountingTransaction | None:
    """Post the mirror of a journal, naming it, and mark it reversed."""
    require_transaction()
    entries = journal.entries.select_related("account")
    lines = [
        Line(
            entry.account.kind,
            debit=entry.credit,
            credit=entry.debit,
            agency_id=entry.account.agency_id,
            user_id=entry.account.user_id,
        )
        for entry in entries
    ]
    about = About(booking_id=journal.booking_id, agency_id=journal.agency_id, memo=memo)
    AccountingTransaction.objects.filter(pk=journal.pk).update(status=JournalStatus.REVERSED)
    return post(type, lines, about=about, by=by, at=at, reverses=journal)


def account_of(kind: str, *, agency_id: int | None = None, user_id: int | None = None) -> Account:
    """The account, made when it is first needed."""
    owner: dict[str, Any] = {"agency_id": agency_id, "user_id": user_id}
    return Account.objects.get_or_create(kind=kind, **owner)[0]


def _accounts(lines: Sequence[Line]) -> dict[tuple[str, int | None, int | None], Account]:
    owners = sorted({line.owner for line in lines}, key=str)
    return {owner: account_of(owner[0], agency_id=owner[1], user_id=owner[2]) for owner in owners}


def _move_balances(
    lines: Sequence[Line], accounts: dict[tuple[str, int | None, int | None], Account]
) -> None:
    moves: dict[int, Decimal] = {}
    for line in lines:
        account = accounts[line.owner]
        if account.kind not in PLATFORM_ACCOUNTS:
            amount = account.natural(line.debit, line.credit)
            moves[account.pk] = moves.get(account.pk, ZERO) + amount
    for account in lock_accounts(moves).values():
        account.balance += moves[account.pk]
        account.save(update_fields=["balance"])
