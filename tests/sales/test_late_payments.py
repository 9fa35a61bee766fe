"""A hold lasts an hour, a provider's transaction twelve: what happens to money that comes late."""

from datetime import timedelta

import pytest

from sales.services.holds import sweep_lapsed_holds
from sales.services.pay import NoSeatForMoney
from tests import factories
from tests.factories import NOW

LATE = NOW + timedelta(hours=2)


@pytest.fixture
def late(cast):
    """Two seats whose payment was begun in time, and whose hold has ended since."""

    def make(**request):
        booking = cast.approved(**{"seats": 2} | request)
        payment = cast.open(booking)
        sweep_lapsed_holds(at=LATE)
        booking.refresh_from_db()
        assert booking.status == "expired"
        return booking, payment

    return make


def taken(session):
    session.refresh_from_db()
    return session.seats_taken


def test_with_room_the_booking_is_seated_again_and_paid(cast, late):
    booking, payment = late()
    assert taken(cast.silk_session) == 0

    cast.perform(payment, at=LATE)

    booking.refresh_from_db()
    assert (booking.status, booking.paid_at, booking.cancelled_at) == ("paid", LATE, None)
    assert taken(cast.silk_session) == 2
    assert cast.balance("agency_pending", cast.silk) == 1_800_000


def test_without_room_the_money_is_not_taken(cast, late):
    booking, payment = late()
    cast.paid(seats=19, by=cast.second_traveller, at=LATE)

    with pytest.raises(NoSeatForMoney):
        cast.perform(payment, at=LATE)

    booking.refresh_from_db()
    payment.refresh_from_db()
    assert (booking.status, payment.state) == ("expired", "created")
    assert taken(cast.silk_session) == 19


def test_a_hold_that_lapsed_with_nobody_noticing_still_has_its_seats(cast):
    booking = cast.approved(seats=20)
    payment = cast.open(booking)

    cast.perform(payment, at=LATE)

    booking.refresh_from_db()
    assert booking.status == "paid"
    assert taken(cast.silk_session) == 20


def test_lapsed_holds_of_others_make_room(cast, late):
    booking, payment = late()
    other = cast.approved(seats=20, by=cast.second_traveller, at=LATE)

    cast.perform(payment, at=LATE + timedelta(hours=1))

    booking.refresh_from_db()
    other.refresh_from_db()
    assert (booking.status, other.status) == ("paid", "expired")
    assert taken(cast.silk_session) == 2


def test_the_bonus_is_reserved_again(cast, late):
    cast.give_bonus(cast.traveller, 100_000)
    booking, payment = late(bonus="all")
    assert cast.balance("bonus_available", cast.traveller) == 100_000

    cast.perform(payment, at=LATE)

    assert cast.balance("bonus_available", cast.traveller) == 0
    assert cast.balance("bonus_reserved", cast.traveller) == 0
    sale = booking.journals.get(type="sale")
    assert sale.entries.get(account__kind="bonus_reserved").debit == 100_000


def test_bonus_spent_elsewhere_meanwhile_refuses_the_money_and_the_seats(cast, late):
    cast.give_bonus(cast.traveller, 100_000)
    booking, payment = late(bonus="all")
    cast.request(bonus="all", at=LATE, session=cast.nomad_session)

    with pytest.raises(NoSeatForMoney):
        cast.perform(payment, at=LATE)

    booking.refresh_from_db()
    assert booking.status == "expired"
    assert taken(cast.silk_session) == 0, "the seats it had taken again are rolled back"


def test_the_promo_use_is_taken_again(cast, late):
    factories.promo_code(code="ONE", usage_limit=1)
    booking, payment = late(promo_code="ONE")

    cast.perform(payment, at=LATE)

    booking.refresh_from_db()
    assert booking.status == "paid"


def test_a_promo_use_gone_to_somebody_else_refuses_the_money(cast, late):
    factories.promo_code(code="ONE", usage_limit=1)
    booking, payment = late(promo_code="ONE")
    cast.request(promo_code="ONE", by=cast.second_traveller, at=LATE)

    with pytest.raises(NoSeatForMoney):
        cast.perform(payment, at=LATE)

    booking.refresh_from_db()
    assert booking.status == "expired"


def test_a_session_cancelled_meanwhile_refuses_the_money(cast, late):
    _booking, payment = late()
    cast.silk_session.refresh_from_db()
    cast.silk_session.cancel(at=LATE, note="")
    cast.silk_session.save()

    with pytest.raises(NoSeatForMoney):
        cast.perform(payment, at=LATE)


def test_a_tour_that_has_run_takes_no_late_money(cast, late):
    """The seat that would be sold is in a bus that has come back."""
    _booking, payment = late()
    cast.silk_session.refresh_from_db()
    cast.silk_session.complete()
    cast.silk_session.save()

    with pytest.raises(NoSeatForMoney):
        cast.perform(payment, at=LATE)


def test_a_session_closed_for_new_requests_still_takes_late_money(cast, late):
    booking, payment = late()
    cast.silk_session.refresh_from_db()
    cast.silk_session.close()
    cast.silk_session.save()

    cast.perform(payment, at=LATE)

    booking.refresh_from_db()
    assert booking.status == "paid"
