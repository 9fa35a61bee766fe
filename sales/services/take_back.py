"""A payment is given up or taken back: what a provider's cancel does. Provider-neutral."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from catalog.models import TourSession
from catalog.services.seats import give_back_seats
from core.actor import Actor
from core.acts import act
from core.clock import local_date
from core.refusals import Conflict
from core.services.events import record
from finance.models import PaymentTransaction
from finance.services.cases import settle_late
from finance.services.refund import complete_refund
from finance.states import AccountKind, PaymentState, RefundMethod, RefundStatus
from sales.models import Booking
from sales.services.attempts import lock_payment_deal, whole_milliseconds
from sales.services.settle import give_back
from sales.states import BookingStatus, CancelReason


class TourHasRun(Conflict):
    """The service was rendered: the provider may not take the money back by itself."""

    message = _("The tour has begun; ask the platform for a refund.")


class GivenBackByHand(Conflict):
    """Part of the money has gone back another way: the whole of it is not there any more."""

    message = _("Part of this payment has been returned by hand; it cannot be taken back whole.")


@act
def cancel_payment(
    *, provider_id: str, code: int, by: Actor, at: datetime, cashbox: str = ""
) -> PaymentTransaction:
    """The provider gives up a waiting payment, or takes a performed one back whole.

    With one that came too late the case of its money ends, also when its time was over before. A
    refund ends the booking, frees its seats and mirrors its sale. A repeat answers the stored
    row. Refuses with PaymentNotFound, GivenBackByHand, and with TourHasRun unless the platform
    itself has asked the provider for it.
    """
    payment, booking, session = lock_payment_deal(provider_id, cashbox, at)

    if payment.state == PaymentState.CREATED:
        _give_up(payment, booking, code=code, by=by, at=at)
    elif payment.state == PaymentState.PERFORMED:
        _check_refundable(payment, booking, session, at)
        _take_back(payment, booking, session, code=code, by=by, at=at)
    if payment.state == PaymentState.CANCELLED:
        settle_late(payment, by=by, at=at)
    return payment


def _check_refundable(
    payment: PaymentTransaction, booking: Booking, session: TourSession, at: datetime
) -> None:
    if payment.refunds.filter(status=RefundStatus.DONE).exists():
        raise GivenBackByHand
    has_run = booking.status == BookingStatus.PAID and session.date_start <= local_date(at)
    asked = payment.refunds.filter(status=RefundStatus.SENT, method=RefundMethod.PROVIDER)
    if has_run and not asked.exists():
        raise TourHasRun


def _give_up(
    payment: PaymentTransaction, booking: Booking, *, code: int, by: Actor, at: datetime
) -> None:
    payment.cancel(at=whole_milliseconds(at), code=code)
    payment.save(update_fields=["state", "cancelled_at", "cancel_code"])
    record(
        "payment.cancelled",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        payment_id=payment.pk,
        reason=code,
    )


def _take_back(
    payment: PaymentTransaction,
    booking: Booking,
    session: TourSession,
    *,
    code: int,
    by: Actor,
    at: datetime,
) -> None:
    payment.refund(at=whole_milliseconds(at), code=code)
    payment.save(update_fields=["state", "cancelled_at", "cancel_code"])
    if booking.status == BookingStatus.PAID:
        booking.cancel(at=at, reason=CancelReason.REFUND, note="")
        booking.save()
        give_back_seats(session, booking.seats_reserved)
    refund = complete_refund(payment, reason=booking.cancel_note, at=at)

    give_back(
        booking,
        back=payment.amount,
        cash_account=AccountKind.PAYME,
        direct=payment.direct_amount,
        memo=refund.memo,
        by=by,
        at=at,
    )

    record(
        "booking.refunded",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        payment_id=payment.pk,
        refund_id=refund.pk,
        amount=payment.amount,
    )
