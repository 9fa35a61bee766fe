"""Refunds owed, decided and carried out. Building blocks, and the acts that move no money."""

from datetime import datetime
from decimal import Decimal

from constance import config
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act, require_transaction
from core.locks import lock_row
from core.money import ZERO, som
from core.refusals import Conflict, Invalid
from core.services.events import record
from core.services.proposals import check_other_person
from finance.models import PaymentTransaction, Refund
from finance.services.locks import lock_payment
from finance.states import (
    OPEN_REFUNDS,
    RefundMethod,
    RefundSource,
    RefundStatus,
)
from partners.roles import require


class NothingPaid(Conflict):
    message = _("Nothing was paid for this booking, or it has been given back already.")


class RefundOpen(Conflict):
    message = _("Another refund of this payment is not finished yet.")


class MoreThanPaid(Invalid):
    message = _("At most {left} is left of this payment.")
    field = "amount"


class WholeOnly(Invalid):
    message = _("Payme gives back whole payments only; give a part back by hand.")
    field = "method"


class RefundMoved(Conflict):
    message = _("This refund is “{status}”; that is no longer possible.")
    for_good = True

    @classmethod
    def of(cls, refund: Refund) -> "RefundMoved":
        return cls(status=refund.get_status_display())


class WhyRefund(Invalid):
    message = _("Say why.")
    field = "reason"


def owe_refund(
    payment: PaymentTransaction | None,
    *,
    amount: Decimal,
    source: str,
    reason: str,
    by: Actor,
    at: datetime,
    method: str | None = None,
) -> Refund:
    """Owe ``amount`` UZS of a locked, performed payment.

    Without ``method`` a whole refund goes through the provider, a part of it by hand. When that
    makes it more than REFUND_APPROVAL_LIMIT of the payment, parts given back before included, it
    waits for a second pair of eyes. Refuses with NothingPaid, RefundOpen,
    MoreThanPaid and WholeOnly.
    """
    require_transaction()
    if payment is None or not payment.left:
        raise NothingPaid
    left = payment.left
    if payment.refunds.filter(status__in=OPEN_REFUNDS).exists():
        raise RefundOpen
    if not ZERO < amount <= left:
        raise MoreThanPaid(left=som(left))
    is_whole = amount == payment.amount
    method = method or (RefundMethod.PROVIDER if is_whole else RefundMethod.BY_HAND)
    if method == RefundMethod.PROVIDER and not is_whole:
        raise WholeOnly

    refund = Refund(
        payment=payment,
        amount=amount,
        reason=reason,
        source=source,
        method=method,
        created_by_id=by.user_id,
        created_at=at,
    )
    if payment.refund_total + amount <= config.REFUND_APPROVAL_LIMIT:
        refund.approve(by_id=None)
    refund.save()
    _count(payment)
    return refund


@act
def approve_refund(*, refund_id: int, by: Actor, at: datetime) -> Refund:
    """The second pair of eyes agrees. Refuses with NotFound, NotAllowed, RefundMoved and
    OwnProposal."""
    refund = _lock_refund(refund_id)

    require(by, "finance.refund", "approve")
    if refund.status != RefundStatus.REQUESTED:
        raise RefundMoved.of(refund)
    check_other_person(refund.created_by_id, by)

    refund.approve(by_id=by.person_id)
    refund.save()

    _record("refund.approved", refund, by, at)
    return refund


@act
def reject_refund(*, refund_id: int, reason: str, by: Actor, at: datetime) -> Refund:
    """The money stays; only what has not been sent. Refuses with NotFound, NotAllowed, WhyRefund
    and RefundMoved."""
    refund = _lock_refund(refund_id)

    require(by, "finance.refund", "reject")
    if not reason.strip():
        raise WhyRefund
    if refund.status not in (RefundStatus.REQUESTED, RefundStatus.APPROVED, RefundStatus.FAILED):
        raise RefundMoved.of(refund)

    refund.reject(note=reason.strip())
    refund.save()
    _count(refund.payment)

    _record("refund.rejected", refund, by, at, reason=reason.strip())
    return refund


def complete_refund(payment: PaymentTransaction, *, reason: str, at: datetime) -> Refund:
    """The provider has given everything back: the refund that was owed is done, or one is made."""
    require_transaction()
    refund = payment.refunds.filter(status__in=OPEN_REFUNDS).first()
    if refund is None:
        refund = Refund(payment=payment, reason=reason, source=RefundSource.PROVIDER, created_at=at)
    # The provider knows whole refunds only.
    refund.amount = payment.amount
    refund.method = RefundMethod.PROVIDER
    refund.complete(at=at)
    refund.save()
    _count(payment)
    return refund


def _lock_refund(refund_id: int) -> Refund:
    """The refund, under its payment's lock."""
    payment_id = Refund.objects.filter(pk=refund_id).values_list("payment_id", flat=True).first()
    if payment_id is not None:
        lock_payment(payment_id)
    return lock_row(Refund, pk=refund_id)


def _count(payment: PaymentTransaction) -> None:
    """What refunds that stand take of the payment; more than it is refused by the database."""
    standing = payment.refunds.exclude(status=RefundStatus.REJECTED)
    payment.refund_total = standing.aggregate(total=Sum("amount"))["total"] or ZERO
    payment.save(update_fields=["refund_total"])


def _record(action: str, refund: Refund, by: Actor, at: datetime, **details: str) -> None:
    payment = refund.payment
    record(
        action,
        payment.booking,
        by=by,
        at=at,
        agency_id=payment.agency_id,
        refund_id=refund.pk,
        amount=refund.amount,
        **details,
    )


@act
def send_refund(*, refund_id: int, by: Actor, at: datetime) -> Refund:
    """Claim an approved refund, or one that Payme refused, before Payme is asked for it. Refuses
    with NotFound, NotAllowed, WholeOnly and RefundMoved."""
    refund = _lock_refund(refund_id)

    require(by, "finance.refund", "send")
    if refund.method != RefundMethod.PROVIDER:
        raise WholeOnly
    if refund.status not in (RefundStatus.APPROVED, RefundStatus.FAILED):
        raise RefundMoved.of(refund)

    refund.send(at=at)
    refund.save()

    _record("refund.sent", refund, by, at)
    return refund


@act
def fail_refund(*, refund_id: int, note: str, by: Actor, at: datetime) -> Refund:
    """Payme has not given the money back; one that it has meanwhile stays done."""
    refund = _lock_refund(refund_id)
    if refund.status != RefundStatus.SENT:
        return refund

    refund.fail(note=note)
    refund.save()

    _record("refund.failed", refund, by, at, note=refund.note)
    return refund


@act
def note_refund(*, refund_id: int, note: str, by: Actor, at: datetime) -> Refund:
    """What is known of a refund that has been sent and not answered for; it stays sent."""
    refund = _lock_refund(refund_id)
    if refund.status != RefundStatus.SENT or refund.note == note[:300]:
        return refund

    refund.note = note[:300]
    refund.save(update_fields=["note"])

    _record("refund.unclear", refund, by, at, note=refund.note)
    return refund
