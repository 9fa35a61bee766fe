"""Attempts to pay: finding, locking and timing them out. What opening, performing and cancelling
share."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from catalog.models import TourSession
from core.actor import Actor, job
from core.acts import act
from core.refusals import Conflict, NotFound
from core.services.events import record
from core.sweeps import one_of_many
from finance.models import PaymentTransaction
from finance.models.payment import TIMED_OUT
from finance.queries.payments import find_payment
from finance.services.locks import lock_payment
from sales.models import Booking
from sales.services.holds import end_holds, lock_deal_with_promo


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
    given_up = 0
    for pk in list(PaymentTransaction.objects.timed_out(at).values_list("pk", flat=True)):
        with one_of_many("payment not given up", payment=pk):
            given_up += time_out_payment(payment_id=pk, by=job(), at=at)
    return given_up


def lock_payment_deal(
    provider_id: str, cashbox: str, at: datetime
) -> tuple[PaymentTransaction, Booking, TourSession]:
    """Lock a payment with its booking and session, in order. Refuses with PaymentNotFound."""
    known = find_payment(provider_id, cashbox=cashbox)
    if known is None:
        raise PaymentNotFound
    deal = lock_deal_with_promo(known.booking_id, at=at)
    payment = lock_payment(known.pk)
    end_holds(deal.session, deal.lapsed, at=at)
    return payment, deal.booking, deal.session


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
