"""Refunds that staff ask for and carry out. Whole ones through the provider end in
``sales.services.take_back``; what moves no money is in ``finance.services.refund``."""

from datetime import datetime
from decimal import Decimal

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.refusals import NotFound
from core.services.events import record
from finance.models import Refund
from finance.services.proof import check_proof
from finance.services.refund import RefundMoved, WhyRefund, owe_refund
from finance.states import AccountKind, RefundMethod, RefundSource, RefundStatus
from partners.roles import require
from sales.services.holds import lock_paid_deal
from sales.services.settle import give_back


@act
def ask_refund(
    *, booking_id: int, amount: Decimal, method: str, reason: str, by: Actor, at: datetime
) -> Refund:
    """Owe the traveller ``amount`` UZS of what he paid; the booking itself stays as it is.

    A whole refund through the provider cancels the booking once the provider has carried it out.
    Refuses with NotAllowed, NotFound, WhyRefund, NothingPaid, RefundOpen, MoreThanPaid, WholeOnly.
    """
    require(by, "finance.refund", "add")
    deal = lock_paid_deal(booking_id, at=at)
    booking = deal.booking

    if not reason.strip():
        raise WhyRefund

    refund = owe_refund(
        deal.payment,
        amount=amount,
        method=method,
        source=RefundSource.STAFF,
        reason=reason.strip(),
        by=by,
        at=at,
    )

    record(
        "refund.asked",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        refund_id=refund.pk,
        amount=amount,
        reason=refund.reason,
    )
    return refund


@act
def finish_by_hand(
    *, refund_id: int, reference: str, proof: str, by: Actor, at: datetime
) -> Refund:
    """The bank has returned an approved refund: post every party's share of it.

    ``proof`` is the name of a file in the private storage. A refund that Payme refused can be
    carried out so, too. Refuses with NotFound, NotAllowed, NoReference, NoProof and RefundMoved.
    """
    require(by, "finance.refund", "complete")
    booking_id = (
        Refund.objects.filter(pk=refund_id).values_list("payment__booking_id", flat=True).first()
    )
    if booking_id is None:
        raise NotFound
    booking = lock_paid_deal(booking_id, at=at).booking
    refund = lock_row(Refund, pk=refund_id)

    check_proof(reference=reference, proof=proof)
    by_hand = refund.method == RefundMethod.BY_HAND and refund.status == RefundStatus.APPROVED
    if not (by_hand or refund.status == RefundStatus.FAILED):
        raise RefundMoved.of(refund)

    refund.method = RefundMethod.BY_HAND
    refund.reference = reference.strip()
    refund.proof.name = proof
    refund.complete(at=at)
    refund.save()

    give_back(
        booking,
        back=refund.amount,
        cash_account=AccountKind.BANK,
        memo=refund.memo,
        by=by,
        at=at,
    )

    record(
        "refund.done",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        refund_id=refund.pk,
        payment_id=refund.payment_id,
        amount=refund.amount,
        reference=refund.reference,
    )
    return refund
