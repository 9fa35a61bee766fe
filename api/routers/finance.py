"""Payments."""

from django.http import HttpRequest
from ninja import Router

from api.auth import caller
from api.pages import Page, PageOf, newest_first
from api.schemas.base import PROBLEMS
from api.schemas.finance import PaymentOut, PaymentPage
from finance.models import PaymentTransaction

payments = Router(tags=["payments"])


@payments.get("/transactions/", response={200: PaymentPage, **PROBLEMS})
def transactions(request: HttpRequest, page: Page) -> PageOf[PaymentOut]:
    """Payments: the caller's own, his agency's, or all for the platform."""
    rows = PaymentTransaction.objects.for_user(caller(request)).select_related("booking")
    return newest_first(rows, page, _show)


def _show(payment: PaymentTransaction) -> PaymentOut:
    return PaymentOut(
        id=payment.pk,
        booking=payment.booking.code,
        agency=payment.agency_id,
        amount=payment.amount,
        provider=payment.provider,  # type: ignore[arg-type]
        state=payment.state,
        created_at=payment.created_at,
        performed_at=payment.performed_at,
        cancelled_at=payment.cancelled_at,
    )
