"""Balances as people see them."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet, Sum

from core.money import ZERO
from finance.models import Account, LedgerEntry
from finance.states import AGENCY_ACCOUNTS, DEBIT_NORMAL, PLATFORM_ACCOUNTS, AccountKind


def bonus_available(user_id: int) -> Decimal:
    """What the person may spend or withdraw, UZS."""
    account = Account.objects.filter(kind=AccountKind.BONUS_AVAILABLE, user_id=user_id).first()
    return account.balance if account else ZERO


def agency_balances(agency_id: int) -> dict[str, Decimal]:
    """``agency_pending``, ``agency_available`` and ``agency_reserve`` of an agency, UZS."""
    rows = Account.objects.filter(agency_id=agency_id, kind__in=AGENCY_ACCOUNTS)
    found = dict(rows.values_list("kind", "balance"))
    return {str(kind): found.get(kind, ZERO) for kind in AGENCY_ACCOUNTS}


def platform_balances() -> dict[str, Decimal]:
    """The platform's own accounts, summed from their lines, in their natural direction, UZS."""
    return _summed(
        LedgerEntry.objects.filter(account__kind__in=PLATFORM_ACCOUNTS), PLATFORM_ACCOUNTS
    )


def balances_before(instant: datetime) -> dict[str, Decimal]:
    """Every kind of account, summed from the lines posted before ``instant``, UZS."""
    rows = LedgerEntry.objects.filter(transaction__posted_at__lt=instant)
    return _summed(rows, tuple(AccountKind))


def _summed(rows: QuerySet[LedgerEntry], kinds: Iterable[AccountKind]) -> dict[str, Decimal]:
    sums = {
        kind: (debit, credit)
        for kind, debit, credit in rows.values_list("account__kind").annotate(
            debit=Sum("debit"), credit=Sum("credit")
        )
    }
    balances = {}
    for kind in kinds:
        debit, credit = sums.get(kind, (ZERO, ZERO))
        balances[str(kind)] = debit - credit if kind in DEBIT_NORMAL else credit - debit
    return balances
