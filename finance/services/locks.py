"""Money's row locks. Order: PaymentTransaction before Account (core.locks)."""

from collections.abc import Iterable

from core.acts import require_transaction
from core.locks import lock_row
from finance.models import Account, PaymentTransaction


def lock_payment(payment_id: int) -> PaymentTransaction:
    """The payment, locked: its state moves once."""
    return lock_row(PaymentTransaction, pk=payment_id)


def lock_accounts(account_ids: Iterable[int]) -> dict[int, Account]:
    """Accounts by id, locked in the order of their ids."""
    require_transaction()
    rows = Account.objects.select_for_update().filter(pk__in=account_ids).order_by("pk")
    return {account.pk: account for account in rows}
