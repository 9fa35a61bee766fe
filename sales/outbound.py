"""Deals' way to Payme: invoices to a phone, and what became of invoices and refunds.

Claim -> carry -> record, as in ``finance.outbound``; looking up never does anything at Payme.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core.actor import Actor, job
from core.refusals import NotFound, Refusal
from finance.models import Invoice, Refund
from finance.outbound import payme
from finance.providers.payme.detail import detail_of
from finance.providers.payme.subscribe import (
    Down,
    Receipt,
    ReceiptState,
    Refused,
    SubscribeError,
    Unknown,
)
from finance.services.invoices import (
    InvoiceMoved,
    record_failed,
    record_lost,
    record_receipt,
    record_sent,
)
from finance.services.refund import RefundMoved, fail_refund, note_refund
from finance.states import InvoiceStatus, RefundStatus
from partners.roles import Role, require
from sales.models import Booking
from sales.queries.fiscal import receipt_lines
from sales.services.invoices import draft_invoice
from sales.services.take_back import cancel_payment

# Payme's own reason for money that went back; it is what CancelTransaction would have said.
REFUND = 5
# After that the job asks what became of a refund that was sent.
SILENCE = timedelta(minutes=10)


def send_invoice(*, booking_id: int, phone: str, by: Actor, at: datetime) -> Invoice:
    """Have Payme send a bill for the booking to ``phone``; the invoice says what came of it.

    Refuses with what ``draft_invoice`` refuses.
    """
    invoice = draft_invoice(booking_id=booking_id, phone=phone, by=by, at=at)
    what: dict[str, Any] = {"invoice_id": invoice.pk, "by": by, "at": at}
    try:
        receipt = _make_receipt(invoice)
    except (Refused, Down) as error:
        return record_failed(error=_said(error), **what)
    except Unknown as error:
        return record_lost(error=_said(error), **what)
    record_receipt(receipt_id=receipt.id, **what)
    return send_again(**what)


def send_again(*, invoice_id: int, by: Actor, at: datetime) -> Invoice:
    """Have Payme send an invoice whose receipt is made. Refuses with NotAllowed, NotFound and
    InvoiceMoved."""
    require(by, "finance.invoice", "add")
    invoice = _invoice(invoice_id)
    if invoice.status != InvoiceStatus.CREATED:
        raise InvoiceMoved.of(invoice)
    what: dict[str, Any] = {"invoice_id": invoice_id, "by": by, "at": at}
    try:
        payme().send(invoice.receipt_id, phone=invoice.phone)
    except Down:
        # The receipt is there; it can be sent again.
        return invoice
    except Refused as error:
        return record_failed(error=_said(error), **what)
    except Unknown as error:
        return record_lost(error=_said(error), **what)
    return record_sent(**what)


def look_up_invoice(*, invoice_id: int, by: Actor, at: datetime) -> Invoice:
    """Ask Payme what became of an invoice whose sending it did not answer.

    A receipt that waits can be sent again; a cancelled one has failed. One that Payme calls paid is
    marked so by the payment itself. Refuses with NotAllowed, NotFound, and with InvoiceMoved when
    there is no receipt to ask after.
    """
    require(by, "finance.invoice", "add")
    invoice = _invoice(invoice_id)
    if invoice.status != InvoiceStatus.UNKNOWN or not invoice.receipt_id:
        raise InvoiceMoved.of(invoice)
    what: dict[str, Any] = {"invoice_id": invoice_id, "by": by, "at": at}
    try:
        receipt = payme().get(invoice.receipt_id)
    except Down:
        return invoice
    except Refused as error:
        return record_failed(error=_said(error), **what)
    if receipt.state == ReceiptState.CREATED:
        return record_receipt(receipt_id=receipt.id, **what)
    if receipt.state in (ReceiptState.CANCELLING, ReceiptState.CANCELLED):
        return record_failed(error=_("Payme has cancelled it."), **what)
    return invoice


def look_up_refund(*, refund_id: int, by: Actor, at: datetime) -> Refund:
    """Ask Payme what became of a refund that was sent.

    Given back: completed by the act behind CancelTransaction. Still paid: failed, to be sent again
    or done by hand. Anything else stays sent, with a note. Refuses with NotAllowed, NotFound and
    RefundMoved.
    """
    if by.role != Role.SYSTEM:
        require(by, "finance.refund", "send")
    refund = Refund.objects.select_related("payment").filter(pk=refund_id).first()
    if refund is None:
        raise NotFound
    if refund.status != RefundStatus.SENT:
        raise RefundMoved.of(refund)
    what: dict[str, Any] = {"refund_id": refund_id, "by": by, "at": at}
    try:
        _settle_refund(refund, payme().get(refund.payment.payme_invoice_id), what)
    except SubscribeError as error:
        note_refund(note=_said(error), **what)
    return Refund.objects.get(pk=refund_id)


def look_up_sent_refunds(*, at: datetime) -> int:
    """Ask Payme about every refund it has been silent on; returns how many were asked about."""
    silent = Refund.objects.filter(status=RefundStatus.SENT, sent_at__lt=at - SILENCE)
    asked = 0
    for refund_id in list(silent.values_list("pk", flat=True)):
        with suppress(Refusal):
            look_up_refund(refund_id=refund_id, by=job(), at=at)
            asked += 1
    return asked


def _settle_refund(refund: Refund, receipt: Receipt, what: dict[str, Any]) -> None:
    payment = refund.payment
    if receipt.state == ReceiptState.PAID:
        fail_refund(note=_("Payme has not given the money back."), **what)
    elif receipt.state != ReceiptState.CANCELLED:
        note_refund(note=_("Payme is still at it (state %s).") % receipt.state, **what)
    else:
        try:
            cancel_payment(
                provider_id=payment.payme_invoice_id,
                cashbox=payment.cashbox,
                code=REFUND,
                by=what["by"],
                at=what["at"],
            )
        except Refusal as refusal:
            note_refund(note=_("Payme has given it back: %s") % refusal.detail, **what)


def _make_receipt(invoice: Invoice) -> Receipt:
    rows = Booking.objects.select_related("session__tour")
    booking = rows.get(pk=invoice.booking_id)
    lines = receipt_lines(booking)
    title = f"{booking.session.tour.title_ru}, {booking.session.date_start:%d.%m.%Y}"
    return payme().create(
        amount=invoice.amount,
        account={settings.PAYME_ACCOUNT_FIELD: booking.code},
        description=f"{booking.code}: {title}"[:200],
        detail=detail_of(lines) if lines else None,
    )


def _invoice(invoice_id: int) -> Invoice:
    invoice = Invoice.objects.filter(pk=invoice_id).first()
    if invoice is None:
        raise NotFound
    return invoice


def _said(error: SubscribeError) -> str:
    """What went wrong, in words for the staff."""
    if isinstance(error, Refused):
        return _("Payme refused: %s") % error
    if isinstance(error, Down):
        return _("Payme was not reached; nothing was sent.")
    return _("Payme did not answer (%s): look it up.") % error
