"""Payme's seven methods over a real socket: every row of its tables (PAYME.md 1.6, 1.8, 5)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from catalog.models import TourSession
from core.clock import local_midnight
from finance.models import AccountingTransaction, PaymentTransaction, ProviderCall
from sales.models import Booking
from sales.services.attempts import sweep_timed_out_payments
from sales.services.holds import sweep_lapsed_holds
from tests import factories
from tests.api.payme_side import TWELVE_HOURS, code_of, ms, new_id, order, stored
from tests.factories import FIRST_DAY, NOW

CHECK, CREATE = "CheckPerformTransaction", "CreateTransaction"
HALF_A_DAY = timedelta(hours=12)
TICK = timedelta(milliseconds=1)


def status(booking: Booking) -> str:
    return Booking.objects.get(pk=booking.pk).status


def taken(session: TourSession) -> int:
    return TourSession.objects.get(pk=session.pk).seats_taken


def sales() -> int:
    return AccountingTransaction.objects.filter(type="sale").count()


# --- the way it goes


def test_a_booking_is_paid(payme, cast):
    booking = cast.approved(seats=2)
    payme_id = new_id()

    assert payme.ok(CHECK, **order(booking)) == {"allow": True}
    assert not PaymentTransaction.objects.exists()
    created = payme.create(booking, payme_id)["result"]
    row = stored(payme_id)
    assert created == {"create_time": ms(NOW), "transaction": str(row.pk), "state": 1}
    performed = payme.ok("PerformTransaction", id=payme_id)
    assert performed == {"transaction": str(row.pk), "perform_time": ms(NOW), "state": 2}

    assert status(booking) == "paid"
    assert row.amount == Decimal("2000000.00")
    assert row.account == {"order_id": booking.code}
    assert cast.balance("agency_pending", cast.silk) == Decimal("1800000.00")
    assert sales() == 1


def test_repeats_get_the_stored_answer_also_much_later(payme, cast, clock):
    booking, other = cast.approved(), cast.approved()
    paid, refused = new_id(), new_id()
    script = [
        (CREATE, {"id": paid, "time": ms(NOW)} | order(booking)),
        ("PerformTransaction", {"id": paid}),
        (CREATE, {"id": refused, "time": ms(NOW)} | order(other)),
        ("CancelTransaction", {"id": refused, "reason": 3}),
        ("CancelTransaction", {"id": paid, "reason": 5}),
    ]

    for method, params in script:
        first = payme.call(method, params)
        clock.shift(timedelta(seconds=7, microseconds=123_456))
        assert payme.call(method, params) == first, method
        assert "result" in first, first
    assert sales() == 1
    assert AccountingTransaction.objects.filter(type="refund").count() == 1


def test_the_account_is_read_leniently_and_kept_as_sent(payme, cast):
    booking = cast.approved()
    account = {"order_id": f" {booking.code.lower()} ", "name": "Дилноза", "n": 1.5}

    assert payme.check_perform(booking, account=account)["result"] == {"allow": True}
    payme_id = new_id()
    assert payme.create(booking, payme_id, account=account)["result"]["state"] == 1
    assert stored(payme_id).account == account


# --- CheckPerformTransaction and CreateTransaction refuse alike


def both(payme, booking, **changes):
    """The one code with which both refuse."""
    before = PaymentTransaction.objects.count()
    codes = {code_of(payme.check_perform(booking, **changes))}
    codes.add(code_of(payme.create(booking, **changes)))
    assert PaymentTransaction.objects.count() == before
    [code] = codes
    return code


def test_the_amount_is_the_bookings_in_whole_tiyin(payme, cast):
    booking = cast.approved()
    tiyin = order(booking)["amount"]
    wrong = [tiyin + 1, tiyin - 1, tiyin // 100, 1, 0, -tiyin, True, False, None, 10**30]
    wrong += [float(tiyin), tiyin + 0.5, str(tiyin), "", [tiyin], {"amount": tiyin}]

    for amount in wrong:
        assert both(payme, booking, amount=amount) == -31001, amount
    assert payme.check_perform(booking)["result"] == {"allow": True}


def test_an_account_that_is_none(payme, cast):
    booking = cast.approved()
    accounts = [None, 17, booking.code, [booking.code], True, {}, {"order": booking.code}]
    values = ["", " ", "NOBODY", "x" * 5000, "\x00", None, True, 0, -1, 10**40, 1.5, [], {}]
    accounts += [{"order_id": value} for value in values]

    for account in accounts:
        assert both(payme, booking, account=account) == -31050, account
    params = order(booking)
    del params["account"]
    assert payme.no(CHECK, **params) == -31050
    assert payme.no(CREATE, id=new_id(), time=ms(NOW), **params) == -31050


def test_a_booking_that_cannot_be_paid_now(payme, cast, states):
    codes = {
        "requested": -31054,
        "paid": -31051,
        "rejected": -31052,
        "cancelled": -31052,
        "expired": -31052,
    }

    for state, code in codes.items():
        assert both(payme, states[state]) == code, state
        # Its state comes before the amount: the payer is told what matters.
        assert both(payme, states[state], amount=1) == code, state


def test_a_hold_that_has_lapsed_unswept_cannot_be_paid(payme, cast, clock):
    booking = cast.approved()
    clock.shift(timedelta(minutes=60))

    assert both(payme, booking) == -31052
    assert status(booking) == "expired"
    assert taken(cast.silk_session) == 0


def test_create_wants_an_id_and_a_time(payme, cast):
    booking = cast.approved()

    for payme_id in (None, 17, True, ["x"], "x" * 65, "\x00"):
        params = {"id": payme_id, "time": ms(NOW)} | order(booking)
        assert payme.no(CREATE, **params) == -32600, payme_id
    for time in (None, "x", str(ms(NOW)), 1.5, True, 10**18, -(10**18), 10**30):
        params = {"id": new_id(), "time": time} | order(booking)
        assert payme.no(CREATE, **params) == -32600, time
    assert not PaymentTransaction.objects.exists()


def test_a_second_transaction_while_one_waits_is_refused_and_the_first_goes_on(payme, cast):
    booking = cast.approved()
    first = payme.opened(booking)

    assert both(payme, booking) == -31053
    assert payme.ok("PerformTransaction", id=first)["state"] == 2
    assert both(payme, booking) == -31051


def test_after_a_cancelled_one_a_new_one_is_accepted(payme, cast):
    booking = cast.approved()

    for _ in range(3):
        first = payme.opened(booking)
        payme.ok("CancelTransaction", id=first, reason=3)
        assert payme.check_perform(booking)["result"] == {"allow": True}
    payme.performed(booking)

    assert status(booking) == "paid"
    states = PaymentTransaction.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["cancelled"] * 3 + ["performed"]


def test_the_same_id_for_another_booking_is_the_first_bookings(payme, cast):
    one, two = cast.approved(), cast.approved()
    payme_id = payme.opened(one)
    first = payme.create(one, payme_id)

    assert payme.create(two, payme_id) == first
    assert stored(payme_id).booking == one


# --- twelve hours


def test_create_is_repeated_for_twelve_hours_and_then_refused(payme, cast, clock):
    booking = cast.approved()
    payme_id = payme.opened(booking)
    first = payme.create(booking, payme_id)

    clock.shift(HALF_A_DAY)
    assert payme.create(booking, payme_id) == first
    clock.shift(TICK)
    assert code_of(payme.create(booking, payme_id)) == -31008
    timed_out(payme, payme_id)
    assert code_of(payme.create(booking, payme_id)) == -31008


def test_perform_after_twelve_hours_is_refused_and_takes_no_money(payme, cast, clock):
    booking = cast.approved()
    payme_id = payme.opened(booking)
    clock.shift(HALF_A_DAY + TICK)

    assert payme.no("PerformTransaction", id=payme_id) == -31008
    timed_out(payme, payme_id)
    assert payme.no("PerformTransaction", id=payme_id) == -31008
    assert status(booking) != "paid"
    assert sales() == 0


def timed_out(payme, payme_id):
    """The refusal has not rolled back the cancellation it found."""
    row = stored(payme_id)
    assert (row.state, row.cancel_code) == ("cancelled", 4)
    checked = payme.ok("CheckTransaction", id=payme_id)
    assert (checked["state"], checked["reason"]) == (-1, 4)
    assert checked["cancel_time"] > 0
    assert checked["perform_time"] == 0


def test_the_sweep_gives_up_what_is_past_its_time(payme, cast, clock):
    old, young = cast.approved(), cast.approved()
    first = payme.opened(old)
    clock.shift(timedelta(minutes=1))
    second = payme.opened(young, at=NOW + timedelta(minutes=1))
    clock.move_to(NOW + HALF_A_DAY + TICK)

    assert sweep_timed_out_payments(at=NOW + HALF_A_DAY + TICK) == 1

    timed_out(payme, first)
    assert stored(second).state == "created"


def test_twelve_hours_are_counted_from_paymes_own_time(payme, cast, clock):
    booking = cast.approved()
    payme_id = payme.opened(booking, at=NOW - HALF_A_DAY)
    assert payme.create(booking, payme_id)["result"]["state"] == 1

    clock.shift(TICK)

    assert payme.no("PerformTransaction", id=payme_id) == -31008


def test_an_old_one_past_its_time_makes_room_for_a_new_one(payme, cast, clock):
    booking = cast.approved()
    first = payme.opened(booking, at=NOW - HALF_A_DAY)
    clock.shift(TICK)

    assert payme.check_perform(booking)["result"] == {"allow": True}
    second = payme.opened(booking)
    assert payme.ok("PerformTransaction", id=second)["state"] == 2
    timed_out(payme, first)


# --- the hold


def test_creating_pins_the_hold_for_twenty_minutes(payme, cast, clock):
    booking = cast.approved()
    clock.shift(timedelta(minutes=59))
    payme_id = payme.opened(booking)

    booking.refresh_from_db()
    assert booking.expires_at == NOW + timedelta(minutes=79)
    clock.shift(timedelta(minutes=15))
    sweep_lapsed_holds(at=NOW + timedelta(minutes=74))
    assert payme.ok("PerformTransaction", id=payme_id)["state"] == 2


def test_creating_early_does_not_shorten_the_hold(payme, cast):
    booking = cast.approved()
    payme.opened(booking)

    booking.refresh_from_db()
    assert booking.expires_at == NOW + timedelta(minutes=60)


@pytest.mark.parametrize("swept", [True, False])
def test_a_late_payment_gets_its_seats_again_when_there_is_room(payme, cast, clock, swept):
    booking = cast.approved(seats=2)
    payme_id = payme.opened(booking)
    clock.shift(timedelta(hours=2))
    if swept:
        assert sweep_lapsed_holds(at=NOW + timedelta(hours=2)) == 1
        assert (status(booking), taken(cast.silk_session)) == ("expired", 0)

    assert payme.ok("PerformTransaction", id=payme_id)["state"] == 2

    assert status(booking) == "paid"
    assert taken(cast.silk_session) == 2


def test_a_late_payment_without_room_is_refused_and_takes_no_money(payme, cast, clock):
    booking = cast.approved(seats=12)
    payme_id = payme.opened(booking)
    clock.shift(timedelta(hours=2))
    later = NOW + timedelta(hours=2)
    cast.approved(by=cast.second_traveller, seats=12, at=later)

    assert payme.no("PerformTransaction", id=payme_id) == -31008

    assert status(booking) == "expired"
    assert taken(cast.silk_session) == 12
    assert sales() == 0
    assert payme.ok("CheckTransaction", id=payme_id)["state"] == 1


def test_a_booking_cancelled_meanwhile_is_not_paid(payme, cast, line):
    booking = cast.approved()
    payme_id = payme.opened(booking)
    assert line(cast.traveller).post(f"/bookings/{booking.pk}/cancel/").status_code == 200

    assert payme.no("PerformTransaction", id=payme_id) == -31008
    assert (status(booking), sales()) == ("cancelled", 0)


# --- CancelTransaction


def test_giving_up_a_waiting_one_leaves_the_hold_alone(payme, cast):
    booking = cast.approved(seats=2)
    payme_id = payme.opened(booking)

    answer = payme.ok("CancelTransaction", id=payme_id, reason=3)

    expected = {"transaction": str(stored(payme_id).pk), "cancel_time": ms(NOW), "state": -1}
    assert answer == expected
    assert (status(booking), taken(cast.silk_session)) == ("approved", 2)
    assert payme.no("PerformTransaction", id=payme_id) == -31008
    assert code_of(payme.create(booking, payme_id)) == -31008
    assert sales() == 0


def test_taking_a_performed_one_back_frees_the_seats_and_mirrors_the_sale(payme, cast, clock):
    cast.give_bonus(cast.traveller, 1000)
    booking = cast.approved(seats=2, bonus=Decimal(1000), referral_code="MADINA")
    payme_id = payme.performed(booking)
    clock.shift(timedelta(hours=1))

    assert payme.ok("CancelTransaction", id=payme_id, reason=5)["state"] == -2

    assert (status(booking), taken(cast.silk_session)) == ("cancelled", 0)
    assert cast.balance("agency_pending", cast.silk) == 0
    assert cast.balance("bonus_pending", cast.blogger) == 0
    assert cast.balance("bonus_available", cast.traveller) == 1000
    checked = payme.ok("CheckTransaction", id=payme_id)
    assert (checked["state"], checked["reason"]) == (-2, 5)
    assert checked["perform_time"] == ms(NOW)
    assert checked["cancel_time"] == ms(NOW + timedelta(hours=1))
    assert payme.no("PerformTransaction", id=payme_id) == -31008


@pytest.mark.parametrize("performed", [True, False])
def test_the_first_reason_and_time_stay(payme, cast, clock, performed):
    booking = cast.approved()
    payme_id = payme.performed(booking) if performed else payme.opened(booking)
    first = payme.ok("CancelTransaction", id=payme_id, reason=5)
    clock.shift(timedelta(minutes=5))

    assert payme.ok("CancelTransaction", id=payme_id, reason=10) == first
    assert payme.ok("CheckTransaction", id=payme_id)["reason"] == 5


def test_any_small_integer_is_a_reason_and_nothing_else(payme, cast):
    payme_id = payme.opened(cast.approved())
    for reason in (None, "5", 1.5, True, [5], 10**6, 2**63):
        assert payme.no("CancelTransaction", id=payme_id, reason=reason) == -32600, reason

    assert payme.ok("CancelTransaction", id=payme_id, reason=-32768)["state"] == -1
    other = payme.opened(cast.approved())
    assert payme.ok("CancelTransaction", id=other, reason=77)["state"] == -1


def test_the_money_of_a_tour_that_has_begun_stays(payme, cast, clock):
    booking = cast.approved()
    payme_id = payme.performed(booking)
    clock.move_to(local_midnight(FIRST_DAY) - TICK)
    assert status(booking) == "paid"

    clock.move_to(local_midnight(FIRST_DAY))
    assert payme.no("CancelTransaction", id=payme_id, reason=5) == -31007
    assert status(booking) == "paid"
    clock.move_to(local_midnight(FIRST_DAY) - TICK)
    assert payme.ok("CancelTransaction", id=payme_id, reason=5)["state"] == -2


def test_an_unknown_transaction_is_minus_31003(payme, cast):
    payme.opened(cast.approved())

    for payme_id in (new_id(), "x", "'; --", "я" * 64):
        assert payme.no("CheckTransaction", id=payme_id) == -31003
        assert payme.no("PerformTransaction", id=payme_id) == -31003
        assert payme.no("CancelTransaction", id=payme_id, reason=1) == -31003
    for payme_id in (None, 17, "", "x" * 65):
        assert payme.no("CheckTransaction", id=payme_id) == -32600


def test_another_cashboxs_transaction_is_unknown(payme, cast):
    row = factories.payment(booking=cast.approved(), cashbox="another")

    assert payme.no("CheckTransaction", id=row.payme_invoice_id) == -31003


# --- CheckTransaction and GetStatement


def test_unset_times_are_zero_and_an_unset_reason_is_null(payme, cast):
    payme_id = payme.opened(cast.approved())

    assert payme.ok("CheckTransaction", id=payme_id) == {
        "create_time": ms(NOW),
        "perform_time": 0,
        "cancel_time": 0,
        "transaction": str(stored(payme_id).pk),
        "state": 1,
        "reason": None,
    }


def test_the_statement_is_by_paymes_time_ascending_both_ends_included(payme, cast):
    late, early, middle = (cast.approved() for _ in range(3))
    payme_ids = {}
    for name, booking, minutes in (("late", late, 3), ("early", early, 1), ("middle", middle, 2)):
        payme_ids[name] = payme.opened(booking, at=NOW - timedelta(minutes=minutes * -1))
    payme.ok("PerformTransaction", id=payme_ids["middle"])
    payme.ok("CancelTransaction", id=payme_ids["late"], reason=3)

    def told(start, end):
        rows = payme.ok("GetStatement", **{"from": start, "to": end})["transactions"]
        return [row["id"] for row in rows]

    one, three = ms(NOW) + 60_000, ms(NOW) + 180_000
    in_order = [payme_ids[name] for name in ("early", "middle", "late")]
    assert told(one, three) == in_order
    assert told(one + 1, three) == in_order[1:]
    assert told(one, three - 1) == in_order[:2]
    assert told(one, one) == in_order[:1]
    assert told(three, one) == []
    assert told(0, 1) == []
    assert told(-62_135_596_800_000, 253_402_300_799_000) == in_order

    rows = payme.ok("GetStatement", **{"from": one, "to": three})["transactions"]
    assert [row["state"] for row in rows] == [1, 2, -1]
    assert rows[1] == {
        "id": payme_ids["middle"],
        "time": ms(NOW) + 120_000,
        "amount": 100_000_000,
        "account": {"order_id": middle.code},
        "create_time": ms(NOW),
        "perform_time": ms(NOW),
        "cancel_time": 0,
        "transaction": str(stored(payme_ids["middle"]).pk),
        "state": 2,
        "reason": None,
        "receivers": None,
    }


def test_a_statement_wants_two_times(payme):
    for bad in (None, "x", "0", 1.5, True, 10**20, -(10**17)):
        assert payme.no("GetStatement", **{"from": bad, "to": TWELVE_HOURS}) == -32600, bad
        assert payme.no("GetStatement", **{"from": 0, "to": bad}) == -32600, bad
    assert payme.no("GetStatement", **{"from": 0}) == -32600
    assert ProviderCall.objects.filter(method="GetStatement", code=-32600).count() == 15
