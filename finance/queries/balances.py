"""Balances as people see them."""

from decimal import Decimal

from django.db.models import Sum

from core.money import ZERO
from finance.models import Account, LedgerEntry
from finance.states import DEBIT_NORMAL, PLATFORM_ACCOUNTS, AccountKind


def bonus_available(user_id: int) -> Decimal:
    """What the person may spend or withdraw, UZS."""
    account = Account.objects.filter(kind=AccountKind.BONUS_AVAILABLE, user_id=user_id).first()
    return account.balance if account else ZERO


def agency_balances(agency_id: int) -> dict[str, Decimal]:
    """``agency_pending`` and ``agency_available`` of an agency, UZS."""
    kinds = (AccountKind.AGENCY_PENDING, AccountKind.AGENCY_AVAILABLE)
    rows = Account.objects.filter(agency_id=agency_id, kind__in=kinds)
    found = dict(rows.values_list("kind", "balance"))
    return {str(kind): found.get(kind, ZERO) for kind in kinds}


def platform_balances() -> dict[str, Decimal]:
    """The platform's own accounts, summed from their lines, in their natural direction, UZS."""
    rows = (
        LedgerEntry.objects.filter(account__kind__in=PLATFORM_ACCOUNTS)
        .values_list("account__kind")
        .annotate(debit=Sum("debit"), credit=Sum("credit"))
    )
    sums = {kind: (debit, credit) for kind, debit, credit in rows}
    balances = {}
    for kind in PLATFORM_ACCOUNTS:
        debit, credit = sums.get(kind, (ZERO, ZERO))
        balances[str(kind)] = debit - credit if kind in DEBIT_NORMAL else credit - debit
    return balances
