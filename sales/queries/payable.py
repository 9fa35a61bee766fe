"""Whether a booking can be paid now, and what a provider is told when not."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from catalog.states import OVER
from core.refusals import Conflict, Invalid, NotFound
from finance.models import PaymentTransaction
from finance.states import PaymentState
from sales.models import Booking
from sales.states import BookingStatus


class PayableNotFound(NotFound):
    message = _("There is no booking with this number.")


class AlreadyPaid(Conflict):
    message = _("This booking is already paid.")


class NotPayable(Conflict):
    message = _("This booking has ended and cannot be paid.")
    # The expiry that a payment's act may have found stays.
    commits = True


class NotApprovedYet(Conflict):
    message = _("The agency has not approved this booking yet.")


class PaymentUnderWay(Conflict):
    message = _("Another payment of this booking is under way.")


class WrongAmount(Invalid):
    message = _("The amount is not the booking's.")


def check_payable(*, reference: str, amount: Decimal, at: datetime) -> Booking:
    """The booking with the code ``reference`` when a new payment of ``amount`` UZS may begin.

    Refuses with PayableNotFound, AlreadyPaid, NotApprovedYet, NotPayable (ended or lapsed, or its
    session will not run), WrongAmount and PaymentUnderWay, in this order. An earlier cancelled
    payment does not matter.
    """
    booking = (
        Booking.objects.select_related("session__tour", "agency").filter(code=reference).first()
    )
    if booking is None:
        raise PayableNotFound
    if booking.status == BookingStatus.PAID:
        raise AlreadyPaid
    if booking.is_lapsed(at):
        raise NotPayable
    if booking.status == BookingStatus.REQUESTED:
        raise NotApprovedYet
    if booking.status != BookingStatus.APPROVED or booking.session.status in OVER:
        raise NotPayable
    if amount != booking.final_price:
        raise WrongAmount
    if _has_payment_under_way(booking, at):
        raise PaymentUnderWay
    return booking


def _has_payment_under_way(booking: Booking, at: datetime) -> bool:
    waiting = PaymentTransaction.objects.filter(
        booking_id=booking.pk, state=PaymentState.CREATED
    ).first()
    return waiting is not None and not waiting.is_timed_out(at)
