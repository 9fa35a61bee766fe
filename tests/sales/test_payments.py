"""Paying through a provider: PAYME.md, section 1.8, row by row."""

from datetime import timedelta
from decimal import Decimal

import pytest
from constance.test import override_config

from core.models import EventLog
from finance.models import AccountingTransaction, PaymentTransaction
from finance.models.payment import TIMED_OUT
from sales.queries.payable import (
    AlreadyPaid,
    NotApprovedYet,
    NotPayable,
    PayableNotFound,
    PaymentUnderWay,
    WrongAmount,
    check_payable,
)
from sales.services.attempts import (
    PaymentClosed,
    PaymentNotFound,
    PaymentTimedOut,
    sweep_timed_out_payments,
    time_out_payment,
)
from sales.services.cancel import cancel_booking
from sales.services.pay import perform_payment
from sales.services.take_back import cancel_payment
from tests.cast import PAYME
from tests.factories import NOW

ID = "66b0c2f1e1a5d1a2b3c4d5e6"
TWELVE_HOURS = NOW + timedelta(hours=12)
OVERDUE = TWELVE_HOURS + timedelta(milliseconds=1)


def give_up(payment, *, code=3, at=NOW):
    return cancel_payment(provider_id=payment.payme_invoice_id, code=code, by=PAYME, at=at)


# --- open


def test_an_unknown_id_opens_a_payment(cast):
    booking = cast.approved(seats=2)
    at = NOW.replace(microsecond=123_456)

    payment = cast.open(booking, provider_id=ID, at=at)

    payment.refresh_from_db()
    assert payment.state == "created"
    assert payment.amount == booking.final_price == Decimal(2_000_000)
    assert (payment.payme_invoice_id, payment.agency) == (ID, cast.silk)
    assert payment.account == {"order_id": booking.code}
    assert payment.created_at == NOW.replace(microsecond=123_000), "whole milliseconds"
    assert EventLog.objects.get(action="payment.created").details["payment_id"] == payment.pk


def test_opening_a_known_id_again_answers_the_stored_row(cast):
    booking = cast.approved()
    first = cast.open(booking, provider_id=ID)

    again = cast.open(booking, provider_id=ID, at=NOW + timedelta(hours=11))

    assert again.pk == first.pk
    assert again.created_at == first.created_at
    assert PaymentTransaction.objects.count() == 1
    assert EventLog.objects.filter(action="payment.created").count() == 1


def test_opening_a_known_id_past_twelve_hours_gives_it_up_and_that_stands(cast):
    booking = cast.approved()
    payment = cast.open(booking, provider_id=ID)

    with pytest.raises(PaymentTimedOut):
        cast.open(booking, provider_id=ID, at=OVERDUE)

    payment.refresh_from_db()
    assert (payment.state, payment.cancel_code) == ("cancelled", TIMED_OUT)
    assert payment.cancelled_at == OVERDUE


def test_twelve_hours_are_counted_from_the_providers_own_time(cast):
    booking = cast.approved()
    cast.open(booking, provider_id=ID, provider_time=NOW - timedelta(hours=11))

    with pytest.raises(PaymentTimedOut):
        cast.open(booking, provider_id=ID, at=NOW + timedelta(hours=1, seconds=1))


@pytest.mark.parametrize("end", ["cancelled", "performed", "refunded"])
def test_opening_a_known_id_that_no_longer_waits_is_refused(cast, end):
    booking = cast.approved()
    payment = cast.open(booking, provider_id=ID)
    if end != "cancelled":
        cast.perform(payment)
    if end != "performed":
        give_up(payment)

    with pytest.raises(PaymentClosed):
        cast.open(booking, provider_id=ID)


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        ("requested", NotApprovedYet),
        ("rejected", NotPayable),
        ("cancelled", NotPayable),
        ("lapsed", NotPayable),
        ("paid", AlreadyPaid),
    ],
)
def test_a_new_id_is_refused_by_the_state_of_the_booking(cast, state, refusal):
    booking, at = cast.request(), NOW
    if state in ("lapsed", "paid"):
        cast.approve(booking)
        booking.refresh_from_db()
    if state == "lapsed":
        at = booking.expires_at
    elif state == "paid":
        cast.pay(booking)
    elif state == "cancelled":
        cancel_booking(booking_id=booking.pk, by=cast.traveller.actor("api"), at=NOW)
    elif state == "rejected":
        from sales.services.reject import reject_booking

        reject_booking(
            booking_id=booking.pk, reason="Full.", by=cast.silk_manager.actor("bot"), at=NOW
        )

    with pytest.raises(refusal):
        check_payable(reference=booking.code, amount=booking.final_price, at=at)
    with pytest.raises(refusal):
        cast.open(booking, at=at)
    assert PaymentTransaction.objects.filter(state="created").count() == 0


def test_the_expiry_that_opening_found_stands(cast):
    booking = cast.approved(seats=3)

    with pytest.raises(NotPayable):
        cast.open(booking, at=NOW + timedelta(minutes=60))

    booking.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert (booking.status, cast.silk_session.seats_taken) == ("expired", 0)


def test_an_unknown_reference_is_refused(cast):
    booking = cast.approved()
    booking.code = "NOPE"

    with pytest.raises(PayableNotFound):
        check_payable(reference="NOPE", amount=booking.final_price, at=NOW)
    with pytest.raises(PayableNotFound):
        cast.open(booking)


@pytest.mark.parametrize("difference", [Decimal("0.01"), Decimal("-0.01"), Decimal(1)])
def test_another_amount_is_refused(cast, difference):
    booking = cast.approved()

    with pytest.raises(WrongAmount):
        cast.open(booking, amount=booking.final_price + difference)
    with pytest.raises(WrongAmount):
        check_payable(reference=booking.code, amount=booking.final_price + difference, at=NOW)


def test_a_second_id_is_refused_while_one_waits(cast):
    booking = cast.approved()
    cast.open(booking)

    with pytest.raises(PaymentUnderWay):
        check_payable(reference=booking.code, amount=booking.final_price, at=NOW)
    with pytest.raises(PaymentUnderWay):
        cast.open(booking)


def test_a_cancelled_payment_does_not_block_a_new_one(cast):
    booking = cast.approved()
    give_up(cast.open(booking))

    assert check_payable(reference=booking.code, amount=booking.final_price, at=NOW) == booking
    second = cast.open(booking)
    assert second.state == "created"
    assert cast.perform(second).state == "performed"


def test_an_overdue_payment_makes_room_for_a_new_one(cast):
    booking = cast.approved()
    with override_config(PIN_MINUTES=24 * 60):
        old = cast.open(booking)
    booking.refresh_from_db()

    new = cast.open(booking, at=OVERDUE)

    old.refresh_from_db()
    assert (old.state, old.cancel_code, new.state) == ("cancelled", TIMED_OUT, "created")


# --- the hold is pinned


def test_opening_pins_the_hold_for_twenty_minutes_at_least(cast):
    booking = cast.approved()
    at = NOW + timedelta(minutes=55)

    cast.open(booking, at=at)

    booking.refresh_from_db()
    assert booking.expires_at == at + timedelta(minutes=20)


def test_opening_never_shortens_the_hold(cast):
    booking = cast.approved()

    cast.open(booking, at=NOW + timedelta(minutes=1))

    booking.refresh_from_db()
    assert booking.expires_at == NOW + timedelta(minutes=60)


def test_opening_again_does_not_pin_again(cast):
    booking = cast.approved()
    cast.open(booking, provider_id=ID, at=NOW + timedelta(minutes=55))

    cast.open(booking, provider_id=ID, at=NOW + timedelta(minutes=70))

    booking.refresh_from_db()
    assert booking.expires_at == NOW + timedelta(minutes=75)


# --- perform


def test_performing_pays_the_booking_once(cast):
    booking = cast.approved(seats=2)
    payment = cast.open(booking)
    at = NOW + timedelta(minutes=5)

    performed = cast.perform(payment, at=at)

    booking.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert (performed.state, performed.performed_at) == ("performed", at)
    assert (booking.status, booking.paid_at, booking.expires_at) == ("paid", at, None)
    assert cast.silk_session.seats_taken == 2


def test_performing_again_answers_the_stored_row_and_posts_nothing(cast):
    payment = cast.open(cast.approved())
    first = cast.perform(payment)

    again = cast.perform(payment, at=NOW + timedelta(days=2))

    assert again.performed_at == first.performed_at == NOW
    assert AccountingTransaction.objects.filter(type="sale").count() == 1
    assert EventLog.objects.filter(action="booking.paid").count() == 1


def test_performing_an_unknown_id_is_refused(cast):
    with pytest.raises(PaymentNotFound):
        perform_payment(provider_id=ID, by=PAYME, at=NOW)


def test_performing_past_twelve_hours_gives_it_up_and_that_stands(cast):
    booking = cast.approved()
    payment = cast.open(booking)

    with pytest.raises(PaymentTimedOut):
        cast.perform(payment, at=OVERDUE)

    payment.refresh_from_db()
    booking.refresh_from_db()
    assert (payment.state, payment.cancel_code) == ("cancelled", TIMED_OUT)
    assert booking.status != "paid"


def test_performing_at_twelve_hours_sharp_is_in_time(cast):
    booking = cast.approved()
    payment = cast.open(booking)

    assert cast.perform(payment, at=TWELVE_HOURS).state == "performed"


@pytest.mark.parametrize("after", ["cancelled", "refunded"])
def test_performing_what_was_cancelled_is_refused(cast, after):
    payment = cast.open(cast.approved())
    if after == "refunded":
        cast.perform(payment)
    give_up(payment)

    with pytest.raises(PaymentClosed):
        cast.perform(payment)


def test_a_booking_the_traveller_cancelled_meanwhile_takes_no_money(cast):
    booking = cast.approved()
    payment = cast.open(booking)
    cancel_booking(booking_id=booking.pk, by=cast.traveller.actor("api"), at=NOW)

    with pytest.raises(PaymentClosed):
        cast.perform(payment)

    payment.refresh_from_db()
    assert payment.state == "created"
    assert not AccountingTransaction.objects.filter(type="sale").exists()


# --- cancel before it is performed


def test_cancelling_a_waiting_payment_leaves_the_booking_payable(cast):
    booking = cast.approved()
    payment = cast.open(booking)

    cancelled = give_up(payment, code=10, at=NOW + timedelta(minutes=1))

    booking.refresh_from_db()
    assert (cancelled.state, cancelled.cancel_code) == ("cancelled", 10)
    assert cancelled.cancelled_at == NOW + timedelta(minutes=1)
    assert booking.status == "approved"
    assert EventLog.objects.filter(action="payment.cancelled").count() == 1


def test_cancelling_again_answers_the_first_time_and_reason(cast):
    payment = cast.open(cast.approved())
    give_up(payment, code=3)

    again = give_up(payment, code=5, at=NOW + timedelta(days=1))

    assert (again.cancel_code, again.cancelled_at) == (3, NOW)
    assert EventLog.objects.filter(action="payment.cancelled").count() == 1


def test_cancelling_an_unknown_id_is_refused(cast):
    with pytest.raises(PaymentNotFound):
        cancel_payment(provider_id=ID, code=3, by=PAYME, at=NOW)


def test_the_same_id_in_another_cashbox_is_another_payment(cast):
    payment = cast.open(cast.approved(), provider_id=ID)

    with pytest.raises(PaymentNotFound):
        perform_payment(provider_id=ID, cashbox="5e730e8e0b852a417aa49ceb", by=PAYME, at=NOW)

    payment.refresh_from_db()
    assert payment.state == "created"


# --- the sweep


def test_the_sweep_gives_up_what_is_overdue_and_nothing_else(cast):
    overdue = cast.open(cast.approved())
    young = cast.open(
        cast.approved(by=cast.second_traveller), provider_time=NOW + timedelta(hours=1)
    )

    assert sweep_timed_out_payments(at=TWELVE_HOURS) == 0
    assert sweep_timed_out_payments(at=OVERDUE) == 1
    assert sweep_timed_out_payments(at=OVERDUE) == 0

    overdue.refresh_from_db()
    young.refresh_from_db()
    assert (overdue.state, overdue.cancel_code, young.state) == ("cancelled", TIMED_OUT, "created")


def test_a_payment_performed_meanwhile_is_not_timed_out(cast):
    payment = cast.open(cast.approved())
    cast.perform(payment)

    assert time_out_payment(payment_id=payment.pk, by=PAYME, at=OVERDUE) is False
    payment.refresh_from_db()
    assert payment.state == "performed"
