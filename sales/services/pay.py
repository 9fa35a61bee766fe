"""Paying a booking through a provider: open, perform, cancel. Provider-neutral.

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
from django.utils.translation import gettext_lazy as _

from catalog.models import TourSession
from catalog.services.locks import lock_promo_code
from catalog.services.seats import give_back_seats, take_seats
from catalog.states import SessionStatus
from core.actor import Actor, job
from core.acts import act
from core.clock import local_date
from core.refusals import Conflict, NotFound, Refusal
from core.services.events import record
from finance.models import PaymentTransaction
from finance.models.payment import TIMED_OUT
from finance.services.bonus import reserve_bonus
from finance.services.locks import lock_payment
from finance.services.post import About
from finance.services.refund import complete_refund
from finance.services.sale import reverse_sale
from finance.states import PaymentState, Provider
from sales.models import Booking
from sales.queries.payable import check_payable
from sales.queries.promo import check_promo
from sales.services.holds import end_holds, lock_rows
from sales.services.settle import settle, withdraw_reward
from sales.states import BookingStatus, CancelReason


class PaymentNotFound(NotFound):
    message = _("There is no such payment.")


class PaymentClosed(Conflict):
    """The payment is no longer in a state in which this can be done."""

    message = _("This payment can no longer be continued.")


class PaymentTimedOut(PaymentClosed):
    """The provider took longer than it may; the cancellation it found stands."""

    message = _("This payment was not confirmed in time.")
    commits = True


class NoSeatForMoney(PaymentClosed):
    """The hold had ended and the seats are gone: the money is not taken."""

    message = _("The seats are no longer free; nothing was paid.")


class TourHasRun(Conflict):
    """The service was rendered: the provider may not take the money back by itself."""

    message = _("The tour has begun; ask the platform for a refund.")


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
    known = _find(attempt.provider_id, attempt.cashbox)
    if known is not None:
        return _repeat(known, at)
    booking_id = Booking.objects.filter(code=attempt.reference).values_list("pk", flat=True).first()
    if booking_id is not None:
        deal = lock_rows(booking_id, at=at)
        # The same id may have been written while this call waited for the lock.
        known = _find(attempt.provider_id, attempt.cashbox)
        if known is not None:
            return _repeat(known, at)
        _time_out_old(deal.booking, at)
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
        created_at=_whole_milliseconds(at),
    )
    pinned = at + timedelta(minutes=config.PIN_MINUTES)
    if booking.expires_at is not None and booking.expires_at < pinned:
        booking.expires_at = pinned
        booking.save(update_fields=["expires_at"])

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

    Refuses with PaymentNotFound, PaymentClosed, PaymentTimedOut and NoSeatForMoney.
    """
    payment, booking, session = _lock_payment_deal(provider_id, cashbox, at)

    if payment.state == PaymentState.PERFORMED:
        return payment
    if payment.state != PaymentState.CREATED:
        raise PaymentClosed
    if payment.is_timed_out(at):
        _time_out(payment, at)
        raise PaymentTimedOut
    _seat_again_if_needed(booking, session, by=by, at=at)

    payment.perform(at=_whole_milliseconds(at))
    payment.save(update_fields=["state", "performed_at"])
    settle(booking, by=by, at=at)
    return payment


@act
def cancel_payment(
    *, provider_id: str, code: int, by: Actor, at: datetime, cashbox: str = ""
) -> PaymentTransaction:
    """The provider gives up a waiting payment, or takes a performed one back whole.

    A refund ends the booking, frees its seats and mirrors its sale. A repeat answers the stored
    row. Refuses with PaymentNotFound and TourHasRun.
    """
    payment, booking, session = _lock_payment_deal(provider_id, cashbox, at)

    if payment.state == PaymentState.CREATED:
        _give_up(payment, booking, code=code, by=by, at=at)
    elif payment.state == PaymentState.PERFORMED:
        if booking.status == BookingStatus.PAID and session.date_start <= local_date(at):
            raise TourHasRun
        _take_back(payment, booking, session, code=code, by=by, at=at)
    return payment


@act
def time_out_payment(*, payment_id: int, by: Actor, at: datetime) -> bool:
    """Give up one waiting payment that is past its twelve hours; False when it is not."""
    payment = lock_payment(payment_id)
    if not payment.is_timed_out(at):
        return False
    _time_out(payment, at)
    return True


def sweep_timed_out_payments(*, at: datetime) -> int:
    """Give up every payment past its time; returns how many."""
    due = list(PaymentTransaction.objects.timed_out(at).values_list("pk", flat=True))
    return sum(time_out_payment(payment_id=pk, by=job(), at=at) for pk in due)


# --- beneath


def _find(provider_id: str, cashbox: str) -> PaymentTransaction | None:
    return PaymentTransaction.objects.filter(
        provider=Provider.PAYME, payme_invoice_id=provider_id, cashbox=cashbox
    ).first()


def _repeat(known: PaymentTransaction, at: datetime) -> PaymentTransaction:
    payment = lock_payment(known.pk)
    if payment.is_timed_out(at):
        _time_out(payment, at)
        raise PaymentTimedOut
    if payment.state != PaymentState.CREATED:
        raise PaymentClosed
    return payment


def _lock_payment_deal(
    provider_id: str, cashbox: str, at: datetime
) -> tuple[PaymentTransaction, Booking, TourSession]:
    known = _find(provider_id, cashbox)
    if known is None:
        raise PaymentNotFound
    promo_id = Booking.objects.values_list("promo_code_id", flat=True).get(pk=known.booking_id)
    if promo_id is not None:
        # A late payment takes the promo use again, and promo codes are locked first.
        lock_promo_code(promo_id)
    deal = lock_rows(known.booking_id, at=at)
    payment = lock_payment(known.pk)
    # The booking itself is spared: a payment that comes late still finds its seats when nobody has
    # taken the lock since.
    others = [lapsed for lapsed in deal.lapsed if lapsed.pk != known.booking_id]
    end_holds(deal.session, others, at=at)
    return payment, deal.booking, deal.session


def _time_out_old(booking: Booking, at: datetime) -> None:
    """An earlier attempt past its twelve hours makes room for a new one."""
    for payment in booking.payments.timed_out(at):
        _time_out(lock_payment(payment.pk), at)


def _time_out(payment: PaymentTransaction, at: datetime) -> None:
    payment.cancel(at=_whole_milliseconds(at), code=TIMED_OUT)
    payment.save(update_fields=["state", "cancelled_at", "cancel_code"])
    record(
        "payment.timed_out",
        payment.booking,
        by=job(),
        at=at,
        agency_id=payment.agency_id,
        payment_id=payment.pk,
    )


def _seat_again_if_needed(
    booking: Booking, session: TourSession, *, by: Actor, at: datetime
) -> None:
    """An ended hold gets its seats, promo use and bonus back, or the money is refused."""
    if booking.status == BookingStatus.APPROVED:
        return
    if booking.status != BookingStatus.EXPIRED or not _is_still_to_run(session, at):
        raise NoSeatForMoney
    try:
        if booking.promo_code is not None:
            check_promo(booking.promo_code, session=session, user_id=booking.user_id, at=at)
        take_seats(session, booking.seats_reserved)
        about = About(booking_id=booking.pk, agency_id=booking.agency_id, memo="paid late")
        reserve_bonus(user_id=booking.user_id, amount=booking.bonus_used, about=about, by=by, at=at)
    except Refusal as refusal:
        raise NoSeatForMoney from refusal


def _is_still_to_run(session: TourSession, at: datetime) -> bool:
    over = (SessionStatus.CANCELLED, SessionStatus.COMPLETED)
    return session.status not in over and local_date(at) < session.date_start


def _give_up(
    payment: PaymentTransaction, booking: Booking, *, code: int, by: Actor, at: datetime
) -> None:
    payment.cancel(at=_whole_milliseconds(at), code=code)
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
    payment.refund(at=_whole_milliseconds(at), code=code)
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


def _whole_milliseconds(at: datetime) -> datetime:
    """The provider sees milliseconds and compares repeats: more is never stored."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
