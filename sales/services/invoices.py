"""Asking for the money of a booking by an invoice to a phone."""

from datetime import datetime

from core.actor import Actor
from core.acts import act
from core.services.events import record
from finance.models import Invoice
from finance.services.invoices import intend_invoice
from partners.roles import require
from sales.queries.payable import check_payable
from sales.services.holds import lock_deal


@act
def draft_invoice(*, booking_id: int, phone: str, by: Actor, at: datetime) -> Invoice:
    """Write down an invoice for an approved, unpaid booking before Payme is asked to send it.

    Refuses with NotAllowed, NotFound, NotAPhone, InvoiceUnclear and what ``check_payable`` refuses.
    """
    require(by, "finance.invoice", "add")
    booking, _session = lock_deal(booking_id, at=at)

    check_payable(reference=booking.code, amount=booking.final_price, at=at)

    invoice = intend_invoice(
        booking_id=booking.pk, amount=booking.final_price, phone=phone, by=by, at=at
    )

    record(
        "invoice.asked",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        invoice_id=invoice.pk,
        amount=invoice.amount,
        phone=f"+{invoice.phone}",
    )
    return invoice
