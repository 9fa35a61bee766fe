"""Payments as a provider asks for them."""

from datetime import datetime

from django.db.models import QuerySet

from finance.models import PaymentTransaction
from finance.states import Provider


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
