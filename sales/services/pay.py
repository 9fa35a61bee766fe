"""Paying a booking through a provider: open and perform. Provider-neutral.

A hold lasts an hour, a provider's transaction twelve. Opening is refused once the hold is gone, and
pins it: the seats stay at least PIN_MINUTES more. Performing after the hold has ended seats the
booking again when there is room, else it is refused: money is never taken for a seat that is not
there.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from constance import config
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog.models import TourSession
from catalog.services.seats import take_seats
from catalog.states import OVER
from core.actor import Actor
from core.acts import act
from core.clock import local_date
from core.refusals import Refusal
from core.services.events import record
from finance.models import PaymentTransaction
from finance.queries.payments import find_payment
from finance.services.bonus import reserve_bonus
from finance.services.cases import note_late
from finance.services.invoices import mark_invoice_paid
from finance.services.locks import lock_payment
from finance.services.post import About
from finance.states import PaymentState, Provider
from sales.models import Booking
from sales.queries.payable import check_payable
from sales.queries.promo import check_promo
from sales.queries.transport_room import check_transport_room
from sales.services.attempts import (
    PaymentClosed,
    PaymentTimedOut,
    lock_payment_deal,
    time_out,
    time_out_old,
    whole_milliseconds,
)
from sales.services.holds import end_holds, lock_rows
from sales.services.settle import settle
from sales.services.split import receivers_of
from sales.states import BookingStatus


class NoSeatForMoney(PaymentClosed):
    """The hold had ended and the seats are gone: the money is not taken."""

    message = _("The seats are no longer free; nothing was paid.")
    # What is left is the case that the money is for.
    commits = True


@dataclass(frozen=True, slots=True)
class Attempt:
    """A provider's wish to take money for a booking."""

    provider_id: str
    provider_time: datetime
    reference: str
    amount: Decimal
    account: dict[str, Any] = field(default_factory=dict)
    cashbox: str = ""


@act
def open_payment(*, attempt: Attempt, by: Actor, at: datetime) -> PaymentTransaction:
    """Accept a provider's transaction for an approved booking and pin its hold.

    A repeat of a known id answers the stored row. Refuses with what ``check_payable`` refuses,
    PaymentClosed (known, but no longer waiting) and PaymentTimedOut.
    """
    known = find_payment(attempt.provider_id, cashbox=attempt.cashbox)
    if known is not None:
        return _repeat(known, at)
    booking_id = Booking.objects.filter(code=attempt.reference).values_list("pk", flat=True).first()
    if booking_id is not None:
        deal = lock_rows(booking_id, at=at)
        # The same id may have been written while this call waited for the lock.
        known = find_payment(attempt.provider_id, cashbox=attempt.cashbox)
        if known is not None:
            return _repeat(known, at)
        time_out_old(deal.booking, at)
        end_holds(deal.session, deal.lapsed, at=at)
    booking = check_payable(reference=attempt.reference, amount=attempt.amount, at=at)

    payment = PaymentTransaction.objects.create(
        booking=booking,
        agency_id=booking.agency_id,
        amount=booking.final_price,
        provider=Provider.PAYME,
        payme_invoice_id=attempt.provider_id,
        cashbox=attempt.cashbox,
        provider_time=attempt.provider_time,
        account=attempt.account,
        receivers=receivers_of(booking, cashbox=attempt.cashbox),
        created_at=whole_milliseconds(at),
    )
    _pin_hold(booking, at)

    record(
        "payment.created",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        payment_id=payment.pk,
        amount=payment.amount,
    )
    return payment


@act
def perform_payment(
    *, provider_id: str, by: Actor, at: datetime, cashbox: str = ""
) -> PaymentTransaction:
    """The provider has the money: pay the booking, once.

    Refuses with PaymentNotFound, PaymentClosed, PaymentTimedOut and NoSeatForMoney; after the last
    a case tells of the money until the provider has taken it back.
    """
    payment, booking, session = lock_payment_deal(provider_id, cashbox, at)

    if payment.state == PaymentState.PERFORMED:
        return payment
    if payment.state != PaymentState.CREATED:
        raise PaymentClosed
    if payment.is_timed_out(at):
        time_out(payment, at)
        raise PaymentTimedOut
    try:
        seat_again_if_needed(booking, session, by=by, at=at)
    except NoSeatForMoney:
        _refuse_late(payment, booking, by=by, at=at)
        raise

    payment.perform(at=whole_milliseconds(at))
    payment.save(update_fields=["state", "performed_at"])
    settle(booking, direct=payment.direct_amount, by=by, at=at)
    mark_invoice_paid(payment, by=by, at=at)
    return payment


def _pin_hold(booking: Booking, at: datetime) -> None:
    pinned = at + timedelta(minutes=config.PIN_MINUTES)
    if booking.expires_at is not None and booking.expires_at < pinned:
        booking.expires_at = pinned
        booking.save(update_fields=["expires_at"])


def _repeat(known: PaymentTransaction, at: datetime) -> PaymentTransaction:
    payment = lock_payment(known.pk)
    if payment.is_timed_out(at):
        time_out(payment, at)
        raise PaymentTimedOut
    if payment.state != PaymentState.CREATED:
        raise PaymentClosed
    return payment


def _refuse_late(payment: PaymentTransaction, booking: Booking, *, by: Actor, at: datetime) -> None:
    note_late(payment, by=by, at=at)
    record(
        "payment.late",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        payment_id=payment.pk,
        amount=payment.amount,
    )


def seat_again_if_needed(
    booking: Booking, session: TourSession, *, by: Actor, at: datetime
) -> None:
    """An ended hold gets its seats, promo use and bonus back, all or nothing of it, or the money is
    refused with NoSeatForMoney. A building block.

    So is money for a session that will not run, although its booking has not been ended yet.
    """
    if session.status in OVER:
        raise NoSeatForMoney
    if booking.status == BookingStatus.APPROVED:
        return
    if booking.status != BookingStatus.EXPIRED or session.date_start <= local_date(at):
        raise NoSeatForMoney
    try:
        with transaction.atomic():
            _seat_again(booking, session, by=by, at=at)
    except Refusal as refusal:
        raise NoSeatForMoney from refusal


def _seat_again(booking: Booking, session: TourSession, *, by: Actor, at: datetime) -> None:
    if booking.promo_code is not None:
        check_promo(booking.promo_code, session=session, user_id=booking.user_id, at=at)
    check_transport_room(session, booking.transport_code, booking.seats_reserved, at=at)
    take_seats(session, booking.seats_reserved)
    about = About(booking_id=booking.pk, agency_id=booking.agency_id, memo="paid late")
    reserve_bonus(user_id=booking.user_id, amount=booking.bonus_used, about=about, by=by, at=at)
