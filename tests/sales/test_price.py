"""What a booking costs: the quote and the request give the same figures."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from catalog.queries.transport import TransportInvalid
from catalog.services.seats import SeatsUnavailable
from core.refusals import NotFound
from finance.services.bonus import BonusInsufficient
from sales.models import Booking
from sales.queries.offer import NoSeats, SessionClosed, TooManySeats, Wish, quote
from sales.queries.promo import PromoExhausted, PromoInvalid
from tests import factories
from tests.factories import NOW

K = Decimal(1000)


@pytest.fixture
def wish(cast):
    return Wish(session_id=cast.silk_session.pk, seats=2)


def price_of(cast, wish, at=NOW):
    return quote(wish, user_id=cast.traveller.pk, at=at).price


def test_a_quote_books_nothing(cast, wish):
    assert price_of(cast, wish).final == 2000 * K
    assert not Booking.objects.exists()


def test_quote_and_request_give_the_same_figures(cast, wish):
    cast.give_bonus(cast.traveller, 100_000)
    factories.promotion(tour=cast.silk_tour, discount_percent=Decimal("7.77"))
    factories.promo_code(code="SPRING", discount_percent=Decimal("3.33"))
    wish = replace(wish, seats=3, transport="train", promo_code="spring", bonus="all")

    price = price_of(cast, wish)
    booking = cast.request(
        seats=3, transport="train", promo_code="spring", bonus="all", by=cast.traveller
    )

    assert (
        booking.subtotal,
        booking.transport_total,
        booking.promotion_discount,
        booking.promo_discount,
        booking.bonus_used,
        booking.final_price,
    ) == (
        price.subtotal,
        price.transport_total,
        price.promotion_discount,
        price.promo_discount,
        price.bonus_used,
        price.final,
    )


def test_discounts_follow_in_their_order_each_on_what_remains(cast, wish):
    """3 360 000 - 10 % promotion = 3 024 000 - 5 % code = 2 872 800 - bonus 72 800."""
    cast.give_bonus(cast.traveller, 72_800)
    factories.promotion(tour=cast.silk_tour, discount_percent=10)
    factories.promo_code(code="FIVE", discount_percent=5)
    wish = replace(wish, seats=3, transport="train", promo_code="FIVE", bonus="all")

    price = price_of(cast, wish)

    assert price.subtotal == 3360 * K
    assert price.promotion_discount == 336 * K
    assert price.promo_discount == Decimal(151_200)
    assert price.bonus_used == Decimal(72_800)
    assert price.final == 2800 * K


def test_the_best_single_promotion_applies(cast, wish):
    factories.promotion(tour=cast.silk_tour, discount_percent=10)
    best = factories.promotion(session=cast.silk_session, discount_amount=300 * K)
    factories.promotion(tour=cast.nomad_tour, discount_percent=90)

    price = price_of(cast, wish)

    assert price.promotion.key == best.pk
    assert price.final == 1700 * K


@pytest.mark.parametrize(
    "change",
    [
        {"valid_from": NOW + timedelta(seconds=1)},
        {"valid_to": NOW},
        {"is_active": False},
    ],
    ids=["not yet", "no longer", "stopped"],
)
def test_a_promotion_out_of_its_time_does_not_count(cast, wish, change):
    factories.promotion(tour=cast.silk_tour, **change)

    assert price_of(cast, wish).promotion is None


def test_nothing_goes_below_zero(cast, wish):
    factories.promotion(tour=cast.silk_tour, discount_amount=1500 * K)
    factories.promo_code(code="BIG", discount_amount=9000 * K)
    cast.give_bonus(cast.traveller, 500_000)

    price = price_of(cast, replace(wish, promo_code="BIG", bonus="all"))

    assert price.promo_discount == 500 * K
    assert price.bonus_used == 0
    assert price.final == 0


def test_tiyin_are_rounded_half_up(cast, wish):
    session = factories.session(tour=cast.silk_tour, price=Decimal("333.35"))
    factories.promotion(session=session, discount_percent=Decimal("10.00"))

    price = price_of(cast, Wish(session_id=session.pk, seats=1))

    assert price.promotion_discount == Decimal("33.34")
    assert price.final == Decimal("300.01")


# --- promo codes, and the reason why not


def test_a_promo_code_is_good_in_any_case_and_with_spaces_around(cast, wish):
    code = factories.promo_code(code="Navruz")

    booking = cast.request(promo_code="  nAVRUZ ")

    assert booking.promo_code == code
    assert booking.promo_discount == 100 * K
    assert booking.promo_funded_by == "platform"


def test_an_unknown_promo_code_is_refused(cast, wish):
    with pytest.raises(PromoInvalid) as refusal:
        price_of(cast, replace(wish, promo_code="NOPE"))

    assert (refusal.value.code, refusal.value.field) == ("promo_invalid", "promo_code")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"valid_from": NOW + timedelta(seconds=1)}, "not valid yet"),
        ({"valid_to": NOW}, "has expired"),
        ({"is_active": False}, "has been stopped"),
    ],
)
def test_a_promo_code_out_of_its_time_says_why(cast, wish, change, reason):
    factories.promo_code(code="SPRING", **change)

    with pytest.raises(PromoInvalid) as refusal:
        cast.request(promo_code="SPRING")

    assert reason in refusal.value.detail


@pytest.mark.parametrize("of", ["agency", "tour", "session"])
def test_a_promo_code_is_good_only_for_what_it_names(cast, of):
    mine = {"agency": cast.silk, "tour": cast.silk_tour, "session": cast.silk_session}
    factories.promo_code(code="MINE", **{of: mine[of]})

    assert cast.request(promo_code="MINE").promo_discount == 100 * K
    with pytest.raises(PromoInvalid) as refusal:
        cast.request(promo_code="MINE", session=cast.nomad_session)

    reason = "for tours of another agency" if of == "agency" else "not for this tour"
    assert reason in refusal.value.detail


def test_a_promo_code_may_be_used_up(cast):
    factories.promo_code(code="TWO", usage_limit=2)
    cast.request(promo_code="TWO")
    cast.request(promo_code="TWO", by=cast.second_traveller)

    with pytest.raises(PromoExhausted) as refusal:
        cast.request(promo_code="TWO", by=cast.stranger)

    assert refusal.value.code == "promo_exhausted"


def test_a_promo_code_may_be_used_once_per_person(cast):
    factories.promo_code(code="ONCE", per_user_limit=1)
    cast.request(promo_code="ONCE")

    with pytest.raises(PromoExhausted) as refusal:
        cast.request(promo_code="ONCE")

    assert "already" in refusal.value.detail
    assert cast.request(promo_code="ONCE", by=cast.second_traveller).promo_discount


def test_a_use_comes_back_when_the_booking_ends(cast):
    from sales.services.cancel import cancel_booking
    from sales.services.reject import reject_booking

    factories.promo_code(code="ONE", usage_limit=1)
    first = cast.request(promo_code="ONE")
    cancel_booking(booking_id=first.pk, by=cast.traveller.actor("api"), at=NOW)
    second = cast.request(promo_code="ONE")
    manager = cast.silk_manager.actor("bot")
    reject_booking(booking_id=second.pk, reason="No guide.", by=manager, at=NOW)

    assert cast.request(promo_code="ONE").promo_discount == 100 * K


def test_a_lapsed_hold_no_longer_uses_the_code_even_before_the_job_has_come(cast):
    factories.promo_code(code="ONE", usage_limit=1)
    cast.request(promo_code="ONE")

    with pytest.raises(PromoExhausted):
        cast.request(promo_code="ONE", session=cast.nomad_session, at=NOW + timedelta(minutes=59))
    late = cast.request(
        promo_code="ONE", session=cast.nomad_session, at=NOW + timedelta(minutes=60)
    )
    assert late.promo_discount == 100 * K


def test_a_paid_booking_has_spent_its_use(cast):
    factories.promo_code(code="ONE", usage_limit=1)
    cast.paid(promo_code="ONE")

    with pytest.raises(PromoExhausted):
        cast.request(promo_code="ONE", at=NOW + timedelta(days=1))


# --- the quote refuses as the request would


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"session_id": 0}, NotFound),
        ({"seats": 0}, NoSeats),
        ({"seats": 21}, TooManySeats),
        ({"seats": 10}, SeatsUnavailable),
        ({"transport": "camel"}, TransportInvalid),
        ({"promo_code": "NOPE"}, PromoInvalid),
        ({"bonus": Decimal(1)}, BonusInsufficient),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(value),
)
def test_a_quote_refuses_what_the_request_refuses(cast, wish, change, refusal):
    cast.approved(seats=11, by=cast.second_traveller)
    wish = replace(wish, **change)

    with pytest.raises(refusal):
        quote(wish, user_id=cast.traveller.pk, at=NOW)
    with pytest.raises(refusal):
        cast.request(
            session=None if wish.session_id else type("Gone", (), {"pk": 0}),
            seats=wish.seats,
            transport=wish.transport,
            promo_code=wish.promo_code,
            bonus=wish.bonus,
        )


def test_a_quote_of_a_closed_session_is_refused(cast, wish):
    with pytest.raises(SessionClosed):
        price_of(cast, wish, at=cast.silk_session.sales_close_at)


def test_a_quote_does_not_count_lapsed_holds_either(cast, wish):
    cast.approved(seats=20, by=cast.second_traveller)

    with pytest.raises(SeatsUnavailable):
        price_of(cast, wish, at=NOW + timedelta(minutes=59))
    assert price_of(cast, wish, at=NOW + timedelta(minutes=60)).final == 2000 * K
