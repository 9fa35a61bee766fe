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
from finance.services.refund import complete_refund
from finance.services.sale import reverse_sale
from finance.states import PaymentState
from sales.models import Booking
from sales.services.attempts import lock_payment_deal, whole_milliseconds
from sales.services.settle import withdraw_reward
from sales.states import BookingStatus, CancelReason


class TourHasRun(Conflict):
    """The service was rendered: the provider may not take the money back by itself."""

    message = _("The tour has begun; ask the platform for a refund.")


@act
def cancel_payment(
    *, provider_id: str, code: int, by: Actor, at: datetime, cashbox: str = ""
) -> PaymentTransaction:
    """The provider gives up a waiting payment, or takes a performed one back whole.

    A refund ends the booking, frees its seats and mirrors its sale. A repeat answers the stored
    row. Refuses with PaymentNotFound and TourHasRun.
    """
    payment, booking, session = lock_payment_deal(provider_id, cashbox, at)

    if payment.state == PaymentState.CREATED:
        _give_up(payment, booking, code=code, by=by, at=at)
    elif payment.state == PaymentState.PERFORMED:
        if booking.status == BookingStatus.PAID and session.date_start <= local_date(at):
            raise TourHasRun
        _take_back(payment, booking, session, code=code, by=by, at=at)
    return payment


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
    complete_refund(payment, reason=booking.cancel_note, at=at)

    reverse_sale(booking_id=booking.pk, user_id=booking.user_id, by=by, at=at)
    withdraw_reward(booking, by=by, at=at)

    record(
        "booking.refunded",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        payment_id=payment.pk,
        amount=payment.amount,
    )
