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
from finance.queries.months import first_open_instant
from finance.services.locks import lock_accounts
from finance.states import PLATFORM_ACCOUNTS, JournalStatus

type Owner = tuple[str, int | None, int | None]
type Accounts = dict[Owner, Account]


@dataclass(frozen=True, slots=True)
class Line:
    """A debit or a credit of the account that ``kind`` and the owner name, UZS."""

    kind: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    agency_id: int | None = None
    user_id: int | None = None

    @property
    def owner(self) -> Owner:
        return (self.kind, self.agency_id, self.user_id)


@dataclass(frozen=True, slots=True)
class About:
    """What a journal belongs to."""

    booking_id: int | None = None
    agency_id: int | None = None
    payout_id: int | None = None
    withdrawal_id: int | None = None
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
    """Post a journal of ``type`` (JournalType) and move the balances it touches; what it
    ``reverses`` is marked so.

    Lines of nothing are dropped; a journal of nothing is not posted (None). It is dated ``at``, or
    the first instant of the next open month when that one is closed. The kept accounts are locked
    before anything is written, so that the ids of an account's lines follow its balance. That
    debits equal credits is checked by the database when the act commits.
    """
    require_transaction()
    lines = [line for line in lines if line.debit or line.credit]
    if not lines:
        return None
    accounts = _accounts(lines)
    kept = lock_accounts(a.pk for a in accounts.values() if a.kind not in PLATFORM_ACCOUNTS)

    journal = AccountingTransaction.objects.create(
        type=type,
        booking_id=about.booking_id,
        agency_id=about.agency_id,
        payout_id=about.payout_id,
        withdrawal_id=about.withdrawal_id,
        memo=about.memo,
        reverses=reverses,
        created_by_id=by.user_id,
        posted_at=first_open_instant(at),
    )
    if reverses is not None:
        AccountingTransaction.objects.filter(pk=reverses.pk).update(status=JournalStatus.REVERSED)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            transaction=journal,
            account=accounts[line.owner],
            debit=line.debit,
            credit=line.credit,
        )
        for line in lines
    )
    _move_balances(lines, accounts, kept)
    return journal


def mirror(
    journal: AccountingTransaction, *, type: str, by: Actor, at: datetime, memo: str = ""
) -> AccountingTransaction | None:
    """Post the mirror of a journal, naming it, and mark it reversed."""
    require_transaction()
    lines = [
        Line(
            entry.account.kind,
            debit=entry.credit,
            credit=entry.debit,
            agency_id=entry.account.agency_id,
            user_id=entry.account.user_id,
        )
        for entry in journal.entries.select_related("account")
    ]
    about = About(
        booking_id=journal.booking_id,
        agency_id=journal.agency_id,
        payout_id=journal.payout_id,
        withdrawal_id=journal.withdrawal_id,
        memo=memo,
    )
    return post(type, lines, about=about, by=by, at=at, reverses=journal)


def account_of(kind: str, *, agency_id: int | None = None, user_id: int | None = None) -> Account:
    """The account, made when it is first needed."""
    owner: dict[str, Any] = {"agency_id": agency_id, "user_id": user_id}
    return Account.objects.get_or_create(kind=kind, **owner)[0]


def _accounts(lines: Sequence[Line]) -> Accounts:
    owners = sorted({line.owner for line in lines}, key=str)
    return {owner: account_of(owner[0], agency_id=owner[1], user_id=owner[2]) for owner in owners}


def _move_balances(lines: Sequence[Line], accounts: Accounts, kept: dict[int, Account]) -> None:
    for line in lines:
        account = kept.get(accounts[line.owner].pk)
        if account is not None:
            account.balance += account.natural(line.debit, line.credit)
    for account in kept.values():
        account.save(update_fields=["balance"])
