"""Fiscal receipts: what the tax committee's operator made of a payment, and of its return."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.refusals import NotFound
from core.services.events import record
from finance.models import PaymentTransaction
from finance.queries.payments import find_payment
from finance.services.locks import lock_payment
from finance.states import PaymentState


class NoFiscalPayment(NotFound):
    """No such payment, or none that such a receipt could be of."""

    message = _("There is no payment for this receipt.")


ACCEPTED = 0


@act
def keep_fiscal_receipt(
    *,
    provider_id: str,
    cashbox: str,
    receipt: Mapping[str, Any],
    is_refund: bool,
    by: Actor,
    at: datetime,
) -> PaymentTransaction:
    """Keep the fiscal receipt of a performed payment, or, apart from it, that of its refund.

    The newest one counts, because a receipt is made again when it was wrong; only one that was not
    accepted never replaces one that was. The log keeps them all. The same again changes nothing.
    Refuses with NoFiscalPayment.
    """
    known = find_payment(provider_id, cashbox=cashbox)
    if known is None:
        raise NoFiscalPayment
    payment = lock_payment(known.pk)

    fitting = [PaymentState.REFUNDED, *([] if is_refund else [PaymentState.PERFORMED])]
    if payment.state not in fitting:
        raise NoFiscalPayment
    field = "fiscal_cancel" if is_refund else "fiscal_perform"
    kept = getattr(payment, field)
    if kept == receipt:
        return payment

    if receipt["status_code"] == ACCEPTED or not is_accepted(kept):
        setattr(payment, field, dict(receipt))
        payment.save(update_fields=[field])

    record(
        "payment.fiscalised" if receipt["status_code"] == ACCEPTED else "payment.not_fiscalised",
        payment.booking,
        by=by,
        at=at,
        agency_id=payment.agency_id,
        payment_id=payment.pk,
        receipt=receipt["receipt_id"] or receipt["message"] or receipt["status_code"],
        of_refund=is_refund,
    )
    return payment


def is_accepted(receipt: Mapping[str, Any] | None) -> bool:
    """Whether there is a receipt and the tax committee has taken it."""
    return receipt is not None and receipt.get("status_code") == ACCEPTED
