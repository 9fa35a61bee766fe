"""Invoices to a phone: the intent before Payme is asked, and what came of it."""

import re
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act, require_transaction
from core.locks import lock_row
from core.refusals import Conflict, Invalid
from core.services.events import record
from finance.models import Invoice, PaymentTransaction
from finance.states import InvoiceStatus, PaymentState
from partners.roles import require

# Payme may have been asked, and nobody knows what it did.
UNCLEAR = (InvoiceStatus.NEW, InvoiceStatus.UNKNOWN)
# A payment with the receipt's id may still come.
PAYABLE = (InvoiceStatus.CREATED, InvoiceStatus.SENT, InvoiceStatus.UNKNOWN)
_LOCAL, _WHOLE = re.compile(r"\d{9}"), re.compile(r"998\d{9}")


class NotAPhone(Invalid):
    message = _("Write the phone as +998 90 123 45 67.")
    field = "phone"


class InvoiceUnclear(Conflict):
    message = _("It is not clear what became of an earlier invoice: look it up or close it first.")


class InvoiceMoved(Conflict):
    message = _("This invoice is “{status}”; that is no longer possible.")

    @classmethod
    def of(cls, invoice: Invoice) -> "InvoiceMoved":
        return cls(status=invoice.get_status_display())


def normal_phone(text: str) -> str:
    """``998XXXXXXXXX``. Refuses with NotAPhone."""
    digits = re.sub(r"\D", "", text)
    if _LOCAL.fullmatch(digits):
        digits = f"998{digits}"
    if not _WHOLE.fullmatch(digits):
        raise NotAPhone
    return digits


def intend_invoice(
    *, booking_id: int, amount: Decimal, phone: str, by: Actor, at: datetime
) -> Invoice:
    """Write an invoice down before Payme is asked for it; the booking is locked. A building block.

    Refuses with NotAPhone and InvoiceUnclear.
    """
    require_transaction()
    number = normal_phone(phone)
    if Invoice.objects.filter(booking_id=booking_id, status__in=UNCLEAR).exists():
        raise InvoiceUnclear
    return Invoice.objects.create(
        booking_id=booking_id,
        amount=amount,
        phone=number,
        created_by_id=by.person_id,
        created_at=at,
    )


@act
def record_receipt(*, invoice_id: int, receipt_id: str, by: Actor, at: datetime) -> Invoice:
    """Payme has made, or is found to have, the invoice's receipt. Refuses with InvoiceMoved."""
    invoice = _lock(invoice_id)
    if invoice.status not in UNCLEAR:
        raise InvoiceMoved.of(invoice)

    invoice.create(receipt_id=receipt_id)
    invoice.save()
    return invoice


@act
def record_sent(*, invoice_id: int, by: Actor, at: datetime) -> Invoice:
    """Payme has sent it to the phone. One that has been paid meanwhile stays paid. Refuses with
    InvoiceMoved."""
    invoice = _lock(invoice_id)
    if invoice.status == InvoiceStatus.PAID:
        return invoice
    if invoice.status not in (InvoiceStatus.CREATED, InvoiceStatus.UNKNOWN):
        raise InvoiceMoved.of(invoice)

    invoice.send(at=at)
    invoice.save()

    _record("invoice.sent", invoice, by, at, phone=f"+{invoice.phone}")
    return invoice


@act
def record_lost(*, invoice_id: int, error: str, by: Actor, at: datetime) -> Invoice:
    """Payme was asked and did not answer: what it did is not known. What is known already stays."""
    invoice = _lock(invoice_id)
    if invoice.status not in (InvoiceStatus.NEW, InvoiceStatus.CREATED):
        return invoice

    invoice.lose(error=error)
    invoice.save()

    _record("invoice.unknown", invoice, by, at)
    return invoice


@act
def record_failed(*, invoice_id: int, error: str, by: Actor, at: datetime) -> Invoice:
    """Payme refuses the invoice, or has cancelled it. One that was paid or sent stays so."""
    invoice = _lock(invoice_id)
    if invoice.status not in (*UNCLEAR, InvoiceStatus.CREATED):
        return invoice

    invoice.fail(error=error)
    invoice.save()

    _record("invoice.failed", invoice, by, at, error=invoice.error)
    return invoice


@act
def close_invoice(*, invoice_id: int, by: Actor, at: datetime) -> Invoice:
    """Staff give up an invoice that nobody can look up; should it be paid all the same, the
    payment is judged by the booking as any other. Refuses with NotAllowed and InvoiceMoved."""
    invoice = _lock(invoice_id)

    require(by, "finance.invoice", "add")
    if invoice.status not in UNCLEAR:
        raise InvoiceMoved.of(invoice)

    invoice.fail(error=str(_("Closed by hand.")))
    invoice.save()

    _record("invoice.closed", invoice, by, at)
    return invoice


def mark_invoice_paid(payment: PaymentTransaction, *, by: Actor, at: datetime) -> None:
    """The payment with the invoice's receipt has been performed. A building block."""
    require_transaction()
    rows = Invoice.objects.select_for_update().filter(receipt_id=payment.payme_invoice_id)
    invoice = rows.filter(status__in=PAYABLE).first()
    if invoice is not None and payment.state == PaymentState.PERFORMED:
        invoice.pay()
        invoice.save(update_fields=["status"])


def _lock(invoice_id: int) -> Invoice:
    return lock_row(Invoice, pk=invoice_id)


def _record(action: str, invoice: Invoice, by: Actor, at: datetime, **details: str) -> None:
    booking = invoice.booking
    record(
        action,
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        invoice_id=invoice.pk,
        amount=invoice.amount,
        **details,
    )
