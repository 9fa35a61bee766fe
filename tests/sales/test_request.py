"""A traveller asks for seats."""

from datetime import timedelta
from decimal import Decimal

import pytest
from constance import config
from constance.test import override_config

from catalog.queries.transport import TransportInvalid
from catalog.services.seats import SeatsUnavailable
from core.actor import job
from core.models import EventDelivery, EventLog
from core.refusals import NotFound
from finance.services.bonus import BonusInsufficient
from sales.models import Booking
from sales.queries.offer import NoSeats, SessionClosed, TooManySeats, TooManyTravellers, Wish
from sales.services.request import Traveller, request_booking
from tests import factories
from tests.factories import MILLION, NOW, POLICY


def test_a_request_waits_for_the_agency_and_takes_no_seats_yet(cast):
    booking = cast.request(seats=2)

    booking.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert booking.status == "requested"
    assert booking.agency == cast.silk
    assert booking.expires_at == NOW + timedelta(minutes=60)
    assert booking.created_at == NOW
    assert cast.silk_session.seats_taken == 0


def test_the_price_the_commission_and_the_policy_are_frozen(cast):
    booking = cast.request(seats=2, transport="bus")

    cast.silk_session.price = MILLION * 3
    cast.silk_session.save()
    cast.silk.commission_percent = Decimal("50.00")
    cast.silk.save()
    cast.silk_tour.cancellation_policy = []
    cast.silk_tour.transport_options = []
    cast.silk_tour.save()
    booking.refresh_from_db()

    assert booking.unit_price == MILLION
    assert booking.transport_total == Decimal("100000.00")
    assert booking.subtotal == booking.final_price == Decimal("2100000.00")
    assert booking.commission_percent == Decimal("10.00")
    assert booking.cancellation_policy == POLICY
    assert booking.selected_transport == {"code": "bus", "title": "Bus", "price": "50000.00"}


def test_a_request_is_logged_and_its_telling_is_owed(cast):
    booking = cast.request(seats=3)

    event = EventLog.objects.get(action="booking.requested")
    assert (event.object_id, event.object_name) == (booking.pk, booking.code)
    assert (event.user, event.role, event.source) == (cast.traveller, "traveller", "api")
    assert event.agency_id == cast.silk.pk
    assert event.details["seats"] == 3
    assert event.details["final_price"] == "3000000.00"
    assert EventDelivery.objects.filter(event=event).exists()


def test_codes_have_no_letters_that_look_alike_and_differ(cast):
    codes = {cast.request().code for _ in range(5)}

    assert len(codes) == 5
    assert not set("".join(codes)) & set("0O1IL5S2Z8BUV")


def test_travellers_are_written_down(cast):
    family = [Traveller("Dilnoza", "Karimova", "adult"), Traveller("Ali", "Karimov", "child")]

    booking = cast.request(seats=2, travellers=family)

    assert [(t.first_name, t.kind) for t in booking.travellers.all()] == [
        ("Dilnoza", "adult"),
        ("Ali", "child"),
    ]


def test_more_travellers_than_seats_are_refused(cast):
    family = [Traveller("Dilnoza", "Karimova", "adult"), Traveller("Ali", "Karimov", "child")]

    with pytest.raises(TooManyTravellers) as refusal:
        cast.request(seats=1, travellers=family)

    assert refusal.value.field == "travellers"
    assert not Booking.objects.exists()


@pytest.mark.parametrize("seats", [0, -1])
def test_no_seats_are_refused(cast, seats):
    with pytest.raises(NoSeats):
        cast.request(seats=seats)


def test_the_most_seats_one_booking_may_have_are_a_platform_setting(cast):
    with override_config(MAX_SEATS=3):
        assert cast.request(seats=3).seats_reserved == 3
        with pytest.raises(TooManySeats) as refusal:
            cast.request(seats=4)

    assert "3" in refusal.value.detail


def test_more_seats_than_are_free_are_refused_with_how_many_are_left(cast):
    cast.approved(seats=18)

    with pytest.raises(SeatsUnavailable) as refusal:
        cast.request(seats=3, by=cast.second_traveller)

    assert refusal.value.code == "seats_unavailable"
    assert refusal.value.facts == {"left": 2}
    assert cast.request(seats=2, by=cast.second_traveller).status == "requested"


def test_requests_do_not_take_seats_from_each_other(cast):
    """Seats are checked and taken at the approval; until then all may ask."""
    cast.request(seats=15)

    assert cast.request(seats=15, by=cast.second_traveller).status == "requested"


def test_an_hour_is_a_platform_setting(cast):
    with override_config(HOLD_MINUTES=15):
        assert cast.request().expires_at == NOW + timedelta(minutes=15)
    assert config.HOLD_MINUTES == 60


# --- what is not on sale


def test_a_session_that_does_not_exist_is_not_found(cast):
    with pytest.raises(NotFound):
        request_booking(wish=Wish(session_id=0, seats=1), by=cast.traveller.actor("api"), at=NOW)


@pytest.mark.parametrize("status", ["closed", "cancelled", "completed"])
def test_a_session_that_is_not_open_is_refused_as_closed(cast, status):
    session = factories.session(tour=cast.silk_tour, status=status)

    with pytest.raises(SessionClosed) as refusal:
        cast.request(session=session)

    assert refusal.value.code == "session_closed"


def test_sales_end_at_the_cut_off(cast):
    session = factories.session(tour=cast.silk_tour, sales_close_at=NOW + timedelta(hours=1))

    assert cast.request(session=session).status == "requested"
    with pytest.raises(SessionClosed):
        cast.request(session=session, at=NOW + timedelta(hours=1))


def test_without_a_cut_off_sales_end_when_the_first_day_begins_in_tashkent(cast):
    first_minute = cast.silk_session.sales_close_at

    assert first_minute.isoformat() == "2027-06-01T00:00:00+05:00"
    assert cast.request(at=first_minute - timedelta(seconds=1)).status == "requested"
    with pytest.raises(SessionClosed):
        cast.request(at=first_minute)


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_a_tour_that_is_not_published_is_not_found(cast, status):
    session = factories.session(tour=factories.tour(agency=cast.silk, status=status))

    with pytest.raises(NotFound):
        cast.request(session=session)


def test_a_tour_of_a_blocked_agency_is_not_found(cast):
    cast.silk.status = "blocked"
    cast.silk.save()

    with pytest.raises(NotFound):
        cast.request()


def test_a_private_session_is_not_found(cast):
    with pytest.raises(NotFound):
        cast.request(session=factories.session(tour=cast.silk_tour, is_private=True))


def test_a_transport_the_tour_does_not_have_is_refused(cast):
    with pytest.raises(TransportInvalid) as refusal:
        cast.request(transport="camel")

    assert refusal.value.field == "transport"


def test_a_clock_cannot_ask_for_seats(cast):
    with pytest.raises(RuntimeError):
        request_booking(wish=Wish(session_id=cast.silk_session.pk, seats=1), by=job(), at=NOW)


# --- bonus


def test_bonus_is_set_aside_for_the_booking(cast):
    cast.give_bonus(cast.traveller, 300_000)

    booking = cast.request(bonus=Decimal(200_000))

    assert booking.bonus_used == Decimal("200000.00")
    assert booking.final_price == Decimal("800000.00")
    assert cast.balance("bonus_available", cast.traveller) == Decimal("100000.00")
    assert cast.balance("bonus_reserved", cast.traveller) == Decimal("200000.00")


def test_all_the_bonus_is_as_much_as_fits(cast):
    cast.give_bonus(cast.traveller, 300_000)
    assert cast.request(bonus="all").final_price == Decimal("700000.00")

    cast.give_bonus(cast.traveller, 5_000_000)
    second = cast.request(bonus="all")
    assert (second.bonus_used, second.final_price) == (MILLION, Decimal("0.00"))
    assert cast.balance("bonus_available", cast.traveller) == Decimal("4000000.00")


def test_more_bonus_than_there_is_is_refused_with_the_balance(cast):
    cast.give_bonus(cast.traveller, 300_000)

    with pytest.raises(BonusInsufficient) as refusal:
        cast.request(bonus=Decimal(300_001))

    assert refusal.value.code == "bonus_insufficient"
    assert "300,000" in refusal.value.detail
    assert not Booking.objects.exists()


def test_bonus_reserved_by_one_booking_is_not_there_for_the_next(cast):
    cast.give_bonus(cast.traveller, 300_000)
    cast.request(bonus=Decimal(200_000))

    with pytest.raises(BonusInsufficient):
        cast.request(bonus=Decimal(200_000))


def test_a_negative_balance_buys_nothing(cast):
    cast.give_bonus(cast.traveller, 100)
    cast.give_bonus(cast.traveller, -500)

    assert cast.request(bonus="all").bonus_used == 0


# --- agencies that approve by themselves


def test_an_agency_that_approves_by_itself_takes_the_seats_at_once(cast):
    booking = cast.request(session=cast.swift_session, seats=4)

    cast.swift_session.refresh_from_db()
    assert booking.status == "approved"
    assert booking.approved_by is None
    assert booking.expires_at == NOW + timedelta(minutes=60)
    assert cast.swift_session.seats_taken == 4
    event = EventLog.objects.get(action="booking.approved")
    assert event.details["automatic"] is True


def test_a_booking_with_nothing_left_to_pay_is_paid_when_it_is_approved(cast):
    cast.give_bonus(cast.traveller, MILLION)

    booking = cast.request(session=cast.swift_session, bonus="all")

    assert booking.status == "paid"
    assert booking.paid_at == NOW
    assert cast.balance("bonus_reserved", cast.traveller) == 0
    assert cast.balance("agency_pending", cast.swift) == Decimal("900000.00")
