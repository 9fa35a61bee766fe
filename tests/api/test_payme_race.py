"""Payme's calls at the same instant, and while somebody else holds the lock."""

import time
from datetime import timedelta

import pytest

from catalog.models import TourSession
from core.models import EventLog
from finance.models import AccountingTransaction, LedgerEntry, PaymentTransaction, ProviderCall
from sales.models import Booking
from sales.services.attempts import sweep_timed_out_payments
from tests.api.payme_side import ms, new_id, order, stored
from tests.api.together import locked, together
from tests.factories import NOW

THREADS, ROUNDS = 4, 5


def state_of(answer):
    return answer["result"]["state"] if "result" in answer else answer["error"]["code"]


def test_one_id_created_at_once_gives_equal_answers_and_one_row(payme, cast):
    for _ in range(ROUNDS):
        booking, payme_id = cast.approved(), new_id()

        answers = together([lambda b=booking, i=payme_id: payme.create(b, i)] * THREADS)

        assert all(answer == answers[0] for answer in answers), answers
        assert state_of(answers[0]) == 1
        assert PaymentTransaction.objects.filter(booking=booking).count() == 1


def test_different_ids_created_at_once_leave_one_waiting(payme, cast):
    for _ in range(ROUNDS):
        booking = cast.approved()

        answers = together([lambda b=booking: payme.create(b)] * THREADS)

        assert sorted(map(state_of, answers)) == [-31053] * (THREADS - 1) + [1]
        assert PaymentTransaction.objects.filter(booking=booking).count() == 1


def test_performing_at_once_posts_the_sale_once(payme, cast):
    for _ in range(ROUNDS):
        booking = cast.approved()
        payme_id = payme.opened(booking)

        answers = together(
            [lambda i=payme_id: payme.call("PerformTransaction", {"id": i})] * THREADS
        )

        assert all(answer == answers[0] for answer in answers), answers
        assert state_of(answers[0]) == 2
        assert AccountingTransaction.objects.filter(booking=booking, type="sale").count() == 1
    assert LedgerEntry.objects.filter(account__kind="payme").count() == ROUNDS
    assert TourSession.objects.get(pk=cast.silk_session.pk).seats_taken == ROUNDS


def test_refunding_at_once_takes_the_money_back_once(payme, cast):
    for _ in range(ROUNDS):
        booking = cast.approved()
        call = {"id": payme.performed(booking), "reason": 5}

        answers = together([lambda c=call: payme.call("CancelTransaction", c)] * THREADS)

        assert all(answer == answers[0] for answer in answers), answers
        assert state_of(answers[0]) == -2
        assert AccountingTransaction.objects.filter(booking=booking, type="refund").count() == 1
    assert TourSession.objects.get(pk=cast.silk_session.pk).seats_taken == 0
    assert cast.balance("agency_pending", cast.silk) == 0


def test_performing_and_cancelling_at_once_ends_in_one_of_two_ways(payme, cast):
    for _ in range(ROUNDS):
        booking = cast.approved()
        payme_id = payme.opened(booking)
        perform = ("PerformTransaction", {"id": payme_id})
        cancel = ("CancelTransaction", {"id": payme_id, "reason": 3})

        answers = together([lambda c=c: payme.call(*c) for c in (perform, cancel, perform, cancel)])

        row = stored(payme_id)
        posted = AccountingTransaction.objects.filter(booking=booking, type="sale").count()
        assert (row.state, posted) in (("cancelled", 0), ("refunded", 1)), answers
        assert {state_of(answers[1]), state_of(answers[3])} in ({-1}, {-2})
        assert {state_of(answers[0]), state_of(answers[2])} <= {2, -31008}
    assert (
        TourSession.objects.get(pk=cast.silk_session.pk).seats_taken
        == Booking.objects.filter(status__in=("approved", "paid")).count()
    )


@pytest.mark.parametrize("method", ["CreateTransaction", "PerformTransaction", "CancelTransaction"])
def test_a_lock_held_elsewhere_is_try_again_and_changes_nothing(payme, cast, method, request):
    if method != "PerformTransaction":  # one of them waits as long as in earnest
        request.getfixturevalue("servers_wait_shortly")
    booking = cast.approved()
    params = {"id": new_id(), "time": ms(NOW), "reason": 3} | order(booking)
    if method != "CreateTransaction":
        params["id"] = payme.opened(booking)

    with locked(cast.silk_session):
        started = time.monotonic()
        answer = payme.call(method, params)
        waited = time.monotonic() - started

    assert answer["error"]["code"] == -32400
    assert waited < 5
    assert ProviderCall.objects.filter(method=method, code=-32400).count() == 1
    assert "result" in payme.call(method, params)


def test_reading_waits_for_no_lock(payme, cast):
    booking = cast.approved()
    payme_id = payme.opened(booking)
    other = cast.approved()

    with locked(cast.silk_session), locked(other), locked(stored(payme_id)):
        assert payme.check_perform(other)["result"] == {"allow": True}
        assert payme.ok("CheckTransaction", id=payme_id)["state"] == 1
        rows = payme.ok("GetStatement", **{"from": 0, "to": ms(NOW)})["transactions"]
        assert len(rows) == 1


def test_performing_and_sweeping_past_twelve_hours_give_up_once_and_take_nothing(
    payme, cast, clock
):
    booking = cast.approved()
    payme_id = payme.opened(booking)
    clock.shift(timedelta(hours=12, milliseconds=1))
    late = NOW + timedelta(hours=12, milliseconds=1)

    codes = together(
        [lambda: payme.no("PerformTransaction", id=payme_id)] * 2
        + [lambda: sweep_timed_out_payments(at=late)] * 2
    )

    assert codes[:2] == [-31008, -31008]
    assert stored(payme_id).cancel_code == 4
    assert EventLog.objects.filter(action="payment.timed_out").count() == 1
    assert not AccountingTransaction.objects.filter(type="sale").exists()
