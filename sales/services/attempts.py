"""Attempts to pay: finding, locking and timing them out. What opening, performing and cancelling
share."""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from catalog.models import TourSession
from catalog.services.locks import lock_promo_code
from core.actor import Actor, job
from core.acts import act
from core.refusals import Conflict, NotFound
from core.services.events import record
from finance.models import PaymentTransaction
from finance.models.payment import TIMED_OUT
from finance.queries.payments import find_payment
from finance.services.locks import lock_payment
from sales.models import Booking
from sales.services.holds import Deal, end_holds, lock_rows


class PaymentNotFound(NotFound):
    message = _("There is no such payment.")


class PaymentClosed(Conflict):
    """The payment is no longer in a state in which this can be done."""

    message = _("This payment can no longer be continued.")


class PaymentTimedOut(PaymentClosed):
    """The provider took longer than it may; the cancellation it found stands."""

    message = _("This payment was not confirmed in time.")
    commits = True


@act
def time_out_payment(*, payment_id: int, by: Actor, at: datetime) -> bool:
    """Give up one waiting payment that is past its twelve hours; False when it is not."""
    payment = lock_payment(payment_id)
    if not payment.is_timed_out(at):
        return False
    time_out(payment, at)
    return True


def sweep_timed_out_payments(*, at: datetime) -> int:
    """Give up every payment past its time; returns how many."""
    due = list(PaymentTransaction.objects.timed_out(at).values_list("pk", flat=True))
    return sum(time_out_payment(payment_id=pk, by=job(), at=at) for pk in due)


def lock_payment_deal(
    provider_id: str, cashbox: str, at: datetime
) -> tuple[PaymentTransaction, Booking, TourSession]:
    """Lock a payment with its booking and session, in order. Refuses with PaymentNotFound."""
    known = find_payment(provider_id, cashbox=cashbox)
    if known is None:
        raise PaymentNotFound
    deal = lock_deal_to_pay(known.booking_id, at=at)
    payment = lock_payment(known.pk)
    end_holds(deal.session, deal.lapsed, at=at)
    return payment, deal.booking, deal.session


def lock_deal_to_pay(booking_id: int, *, at: datetime) -> Deal:
    """Lock a booking that may be paid late with its promo code and session, in order; what has
    lapsed beside it is still to be ended, once payments are locked.

    The booking itself is not among that: money that comes late still finds its seats when nobody
    has taken the lock since.
    """
    promo_id = Booking.objects.values_list("promo_code_id", flat=True).get(pk=booking_id)
    if promo_id is not None:
        # A late payment takes the promo use again, and promo codes are locked first.
        lock_promo_code(promo_id)
    deal = lock_rows(booking_id, at=at)
    others = [lapsed for lapsed in deal.lapsed if lapsed.pk != booking_id]
    return replace(deal, lapsed=others)


def time_out_old(booking: Booking, at: datetime) -> None:
    """An earlier attempt past its twelve hours makes room for a new one."""
    for payment in booking.payments.timed_out(at):
        time_out(lock_payment(payment.pk), at)


def time_out(payment: PaymentTransaction, at: datetime) -> None:
    """Give a locked payment up because its twelve hours are over."""
    payment.cancel(at=whole_milliseconds(at), code=TIMED_OUT)
    payment.save(update_fields=["state", "cancelled_at", "cancel_code"])
    record(
        "payment.timed_out",
        payment.booking,
        by=job(),
        at=at,
        agency_id=payment.agency_id,
        payment_id=payment.pk,
    )


def whole_milliseconds(at: datetime) -> datetime:
    """The provider sees milliseconds and compares repeats: more is never stored."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
