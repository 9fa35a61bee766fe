"""Money's row locks. Order: PaymentTransaction before Account (core.locks)."""

from collections.abc import Iterable

from core.acts import require_transaction
from core.locks import lock_row
from finance.models import Account, PaymentTransaction
from finance.states import PaymentState


def lock_payment(payment_id: int) -> PaymentTransaction:
    """The payment, locked: its state moves once."""
    return lock_row(PaymentTransaction, pk=payment_id)


def lock_performed_payment(booking_id: int) -> PaymentTransaction | None:
    """The booking's performed payment, locked; None when there is none. The booking is locked."""
    known = PaymentTransaction.objects.filter(
        booking_id=booking_id, state=PaymentState.PERFORMED
    ).first()
    return lock_payment(known.pk) if known else None


def lock_accounts(account_ids: Iterable[int]) -> dict[int, Account]:
    """Accounts by id, locked in the order of their ids."""
    require_transaction()
    rows = Account.objects.select_for_update().filter(pk__in=account_ids).order_by("pk")
    return {account.pk: account for account in rows}
