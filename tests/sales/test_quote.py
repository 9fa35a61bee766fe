"""Whatever is asked for, the booking costs what the quote said, to the tiyin."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sales.models import Booking
from sales.queries.offer import TooManyTravellers, Wish, quote
from sales.queries.transport_room import TransportFull
from sales.services.cancel import cancel_booking
from sales.services.request import Traveller, request_booking
from tests import factories
from tests.examples import some
from tests.factories import NOW

CENTS = Decimal("0.01")
several = settings(
    max_examples=some(30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
money = st.decimals(min_value=0, max_value=5_000_000, places=2)
percents = st.decimals(min_value=CENTS, max_value=100, places=2)
discounts = st.one_of(
    st.builds(lambda p: {"discount_percent": p}, percents),
    st.builds(
        lambda a: {"discount_amount": a},
        st.decimals(min_value=CENTS, max_value=9_000_000, places=2),
    ),
)
funded = st.sampled_from(["agency", "platform"])
kinds = st.lists(st.sampled_from(["adult", "child", "infant"]), max_size=6)


@st.composite
def deals(draw):
    """A tour's terms, what runs on it, and what a traveller asks for."""
    going = draw(kinds)
    return {
        "price": draw(money),
        "terms": {
            "child_percent": draw(st.decimals(min_value=0, max_value=100, places=2)),
            "infant_percent": draw(st.decimals(min_value=0, max_value=100, places=2)),
            "transport_options": [
                {"code": "bus", "title": "Bus", "price": str(draw(money).quantize(CENTS))}
            ],
        },
        "promotions": draw(st.lists(st.tuples(discounts, funded), max_size=3)),
        "code": draw(st.none() | st.tuples(discounts, funded)),
        "transport": draw(st.sampled_from([None, "bus"])),
        "kinds": going,
        "seats": draw(st.integers(max(1, len(going)), 8)),
        "balance": draw(money),
        "bonus": draw(st.sampled_from(["all", "half", "none"])),
    }


def stage(cast, deal):
    """The deal's session, and the wish for it."""
    tour = factories.tour(agency=cast.silk, **deal["terms"])
    session = factories.session(tour=tour, price=deal["price"])
    for number, (discount, payer) in enumerate(deal["promotions"]):
        reach = ({"tour": tour}, {"session": session}, {"agency": cast.silk})[number % 3]
        factories.promotion(**reach, **discount, funded_by=payer)
    if deal["code"]:
        discount, payer = deal["code"]
        factories.promo_code(code="CODE", agency=cast.silk, **discount, funded_by=payer)
    if deal["balance"]:
        cast.give_bonus(cast.traveller, deal["balance"])
    half = (deal["balance"] / 2).quantize(CENTS)
    return Wish(
        session_id=session.pk,
        seats=deal["seats"],
        transport=deal["transport"],
        promo_code="code" if deal["code"] else "",
        bonus={"all": "all", "half": min(half, deal["balance"]), "none": Decimal(0)}[deal["bonus"]],
        kinds=tuple(deal["kinds"]),
    )


def named(kinds):
    return [Traveller(f"Name{n}", "Karimova", kind) for n, kind in enumerate(kinds)]


@pytest.mark.usefixtures("db")
class TestQuoteAndBooking:
    @several
    @given(deal=deals())
    def test_they_agree_and_their_parts_add_up(self, cast, deal):
        with transaction.atomic():
            wish = stage(cast, deal)
            price = quote(wish, user_id=cast.traveller.pk, at=NOW).price
            booking = request_booking(
                wish=wish, travellers=named(deal["kinds"]), by=cast.traveller.actor("api"), at=NOW
            )
            booking.refresh_from_db()
            seat_prices = tuple(seat.seat_price for seat in booking.travellers.all())
            transaction.set_rollback(True)

        frozen = {
            "unit": booking.unit_price,
            "child_discount": booking.child_discount,
            "transport_total": booking.transport_total,
            "subtotal": booking.subtotal,
            "promotion_discount": booking.promotion_discount,
            "promo_discount": booking.promo_discount,
            "bonus_used": booking.bonus_used,
            "final": booking.final_price,
        }
        assert frozen == {name: getattr(price, name) for name in frozen}
        assert seat_prices == price.seat_prices
        assert sum(seat_prices) + booking.transport_total == booking.subtotal
        reductions = booking.promotion_discount + booking.promo_discount + booking.bonus_used
        assert booking.subtotal - reductions == booking.final_price
        assert min(frozen.values()) >= 0


# --- children


@pytest.fixture
def family_tour(cast):
    cast.silk_tour.child_percent = Decimal(50)
    cast.silk_tour.infant_percent = Decimal(0)
    cast.silk_tour.save()
    return cast.silk_tour


def test_a_family_pays_by_age(cast, family_tour):
    family = named(["adult", "child", "infant"])
    wish = Wish(session_id=cast.silk_session.pk, seats=4)

    booking = request_booking(wish=wish, travellers=family, by=cast.traveller.actor("api"), at=NOW)

    prices = [int(seat.seat_price) for seat in booking.travellers.all()]
    assert prices == [1_000_000, 500_000, 0, 1_000_000]
    assert (booking.child_discount, booking.final_price) == (1_500_000, 2_500_000)


def test_a_later_rule_does_not_touch_a_booking_made(cast, family_tour):
    wish = Wish(session_id=cast.silk_session.pk, seats=1, kinds=("child",))
    booking = request_booking(
        wish=wish, travellers=named(["child"]), by=cast.traveller.actor("api"), at=NOW
    )

    family_tour.child_percent = Decimal(90)
    family_tour.save()

    booking.refresh_from_db()
    assert booking.final_price == 500_000
    assert quote(wish, user_id=cast.traveller.pk, at=NOW).price.final == 900_000


def test_more_travellers_than_seats_are_refused_by_the_quote_too(cast):
    wish = Wish(session_id=cast.silk_session.pk, seats=1, kinds=("adult", "adult"))

    with pytest.raises(TooManyTravellers):
        quote(wish, user_id=cast.traveller.pk, at=NOW)


# --- places in the transport


@pytest.fixture
def small_bus(cast):
    """A bus of three places for a session of twenty seats."""
    cast.silk_tour.transport_options = [
        {"code": "bus", "title": "Bus", "price": "50000.00", "seats": 3},
        {"code": "train", "title": "Train", "price": "120000.00"},
    ]
    cast.silk_tour.save()
    return Wish(session_id=cast.silk_session.pk, seats=2, transport="bus")


def test_transport_carries_no_more_than_it_has_places(cast, small_bus):
    cast.approved(seats=2, transport="bus")

    with pytest.raises(TransportFull) as refusal:
        quote(small_bus, user_id=cast.traveller.pk, at=NOW)

    assert (refusal.value.code, refusal.value.facts) == ("seats_unavailable", {"left": 1})


def test_another_way_there_is_still_open(cast, small_bus):
    cast.approved(seats=3, transport="bus")

    for way in ("train", None):
        wish = replace(small_bus, transport=way)
        assert quote(wish, user_id=cast.traveller.pk, at=NOW).price.final > 0


def test_the_last_places_are_given_at_the_approval(cast, small_bus):
    """Requests hold no places: of two that fit one by one, the first to be approved goes."""
    first, second = (cast.request(seats=2, transport="bus") for _each in range(2))
    cast.approve(first)

    with pytest.raises(TransportFull):
        cast.approve(second)

    second.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert (second.status, cast.silk_session.seats_taken) == ("requested", 2)


def test_a_cancelled_booking_gives_its_places_back(cast, small_bus):
    booking = cast.approved(seats=3, transport="bus")
    cancel_booking(booking_id=booking.pk, by=cast.traveller.actor("api"), at=NOW)

    assert quote(small_bus, user_id=cast.traveller.pk, at=NOW).price.transport_total == 100_000


def test_places_of_a_lapsed_hold_are_free_before_anyone_ends_it(cast, small_bus, clock):
    booking = cast.approved(seats=3, transport="bus")

    assert quote(small_bus, user_id=cast.stranger.pk, at=booking.expires_at)
    assert Booking.objects.get(pk=booking.pk).status == "approved"
