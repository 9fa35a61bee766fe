"""Refunds owed and carried out. Building blocks."""

from datetime import datetime
from decimal import Decimal

from core.actor import Actor
from core.acts import require_transaction
from finance.models import PaymentTransaction, Refund
from finance.states import PaymentState, RefundSource, RefundStatus


def request_refund(
    *,
    booking_id: int,
    amount: Decimal,
    by_traveller: bool,
    reason: str,
    by: Actor,
    at: datetime,
) -> Refund | None:
    """Owe a refund of ``amount`` UZS on the booking's performed payment; None when nothing was
    paid at a provider."""
    require_transaction()
    payment = PaymentTransaction.objects.filter(
        booking_id=booking_id, state=PaymentState.PERFORMED
    ).first()
    if payment is None:
        return None
    return Refund.objects.create(
        payment=payment,
        amount=amount,
        reason=reason,
        source=RefundSource.TRAVELLER if by_traveller else RefundSource.STAFF,
        created_by_id=by.user_id,
        created_at=at,
    )


def complete_refund(payment: PaymentTransaction, *, reason: str, at: datetime) -> Refund:
    """The provider has given everything back: the refund that was owed is done, or one is made."""
    require_transaction()
    refund = payment.refunds.filter(status=RefundStatus.REQUESTED).first()
    if refund is None:
        refund = Refund(
            payment=payment,
            reason=reason,
            source=RefundSource.PROVIDER,
            created_at=at,
        )
    # The provider knows whole refunds only.
    refund.amount = payment.amount
    refund.complete(at=at)
    refund.save()
    return refund
