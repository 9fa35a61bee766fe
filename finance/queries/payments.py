"""Payments as a provider asks for them, and those whose fiscal receipt is missing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from core.fields import MoneyField
from core.money import ZERO
from finance.models import PaymentTransaction, Refund
from finance.models.payment import PAID_WITHOUT_RECEIPT, REFUNDED_WITHOUT_RECEIPT
from finance.states import Provider, RefundStatus

# The tax committee's operator has so long to answer before a receipt counts as missing.
RECEIPT_WITHIN = timedelta(hours=1)


def find_payment(provider_id: str, *, cashbox: str) -> PaymentTransaction | None:
    """The payment with the provider's id."""
    return PaymentTransaction.objects.filter(
        provider=Provider.PAYME, payme_invoice_id=provider_id, cashbox=cashbox
    ).first()


def statement(*, start: datetime, end: datetime, cashbox: str) -> QuerySet[PaymentTransaction]:
    """Payments of any state by the provider's own time, both ends included, oldest first."""
    rows = PaymentTransaction.objects.filter(
        provider=Provider.PAYME,
        cashbox=cashbox,
        provider_time__gte=start,
        provider_time__lte=end,
    )
    return rows.order_by("provider_time", "pk")


@dataclass(frozen=True, slots=True)
class Missing:
    """How many payments, and of how much, UZS."""

    count: int
    amount: Decimal


def missing_receipts(at: datetime) -> Missing:
    """The payments that ``without_receipt`` finds, counted."""
    found = without_receipt(PaymentTransaction.objects.all(), at)
    return Missing(**found.aggregate(count=Count("pk"), amount=Sum("amount", default=ZERO)))


def without_receipt(
    rows: QuerySet[PaymentTransaction], at: datetime
) -> QuerySet[PaymentTransaction]:
    """Of ``rows`` those performed or refunded more than an hour ago, without an accepted fiscal
    receipt of it."""
    due = at - RECEIPT_WITHIN
    paid = PAID_WITHOUT_RECEIPT & Q(performed_at__lt=due)
    refunded = REFUNDED_WITHOUT_RECEIPT & Q(cancelled_at__lt=due)
    return rows.filter(paid | refunded)


def with_refunded(rows: QuerySet[PaymentTransaction]) -> QuerySet[PaymentTransaction]:
    """``rows``, each with ``refunded``: UZS of it that have gone back."""
    done = Refund.objects.filter(payment=OuterRef("pk"), status=RefundStatus.DONE)
    total = done.order_by().values("payment").annotate(total=Sum("amount")).values("total")
    return rows.annotate(refunded=Coalesce(Subquery(total), Value(ZERO), output_field=MoneyField()))
