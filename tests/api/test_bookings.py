"""Asking for seats: the quote, the booking, and every way to be refused."""

from datetime import timedelta
from decimal import Decimal

import pytest

from catalog.models import TourSession
from core.models import EventLog
from partners.models import AgencyStatus
from sales.models import Booking
from tests import factories
from tests.api.phone import faulty_fields, problem
from tests.factories import MILLION, NOW

BOOK = "bookings/"
QUOTE = "bookings/quote/"


@pytest.fixture
def wish(cast):
    return {"session": cast.silk_session.pk, "seats": 2}


# --- success


def test_a_booking_has_exactly_the_documented_shape(cast, traveller, wish):
    factories.promo_code(code="SPRING")
    asked = wish | {
        "transport": "bus",
        "promo_code": "spring",
        "referral_code": "madina",
        "comment": " Vegetarian ",
        "travellers": [
            {"first_name": "Dilnoza", "last_name": "Karimova"},
            {"first_name": "Anora", "last_name": "Karimova", "kind": "child"},
        ],
    }

    response = traveller.post(BOOK, asked)

    assert response.status_code == 201
    booking = Booking.objects.get()
    assert response.json() == {
        "id": booking.pk,
        "code": booking.code,
        "status": "requested",
        "session": {
            "id": cast.silk_session.pk,
            "date_start": "2027-06-01",
            "date_end": "2027-06-03",
            "tour": {"id": cast.silk_tour.pk, "title": "Chimgan"},
            "agency": {"id": cast.silk.pk, "name": "Silk Road Travel"},
        },
        "seats": 2,
        "transport": "bus",
        "travellers": [
            {"first_name": "Dilnoza", "last_name": "Karimova", "kind": "adult"},
            {"first_name": "Anora", "last_name": "Karimova", "kind": "child"},
        ],
        "price": {
            "unit": "1000000.00",
            "child_discount": "0.00",
            "subtotal": "2100000.00",
            "promotion_discount": "0.00",
            "promo_discount": "210000.00",
            "transport_total": "100000.00",
            "bonus_used": "0.00",
            "final": "1890000.00",
            "currency": "UZS",
        },
        "promo_code": "SPRING",
        "referral_code": "MADINA",
        "comment": "Vegetarian",
        "reason": "",
        "expires_at": "2027-03-01T07:00:00Z",
        "created_at": "2027-03-01T06:00:00Z",
        "approved_at": None,
        "paid_at": None,
        "allowed_actions": ["cancel", "comment"],
    }
    assert response.headers["Content-Type"].startswith("application/json")
    assert booking.user == cast.traveller


def test_an_agency_that_approves_by_itself_gives_the_seats_at_once(cast, traveller):
    answer = traveller.post(BOOK, {"session": cast.swift_session.pk, "seats": 3}).json()

    assert answer["status"] == "approved"
    assert answer["approved_at"] == "2027-03-01T06:00:00Z"
    assert answer["allowed_actions"] == ["pay", "cancel", "comment"]
    assert TourSession.objects.get(pk=cast.swift_session.pk).seats_taken == 3


@pytest.mark.parametrize(
    "rest",
    [
        {},
        {"transport": "train"},
        {"promo_code": "THIRD"},
        {"use_bonus": True},
        {"use_bonus": "12345.67"},
        {"use_bonus": 1},
        {"transport": "bus", "promo_code": "THIRD", "use_bonus": True},
        {"transport": "bus", "promo_code": "SOME", "use_bonus": "0.01", "seats": 7},
    ],
    ids=str,
)
@pytest.mark.parametrize("price", ["333333.33", "0.07", "999999.99"])
def test_the_quote_is_the_bookings_price_to_the_tiyin(cast, traveller, wish, rest, price):
    TourSession.objects.update(price=Decimal(price))
    factories.promo_code(code="THIRD", discount_percent=Decimal("33.33"))
    factories.promo_code(code="SOME", discount_amount=Decimal("77777.77"))
    factories.promotion(tour=cast.silk_tour, discount_percent=Decimal("11.11"))
    cast.give_bonus(cast.traveller, Decimal("54321.09"))

    quote = traveller.post(QUOTE, wish | rest)
    booking = traveller.post(BOOK, wish | rest)

    assert (quote.status_code, booking.status_code) == (200, 201)
    assert quote.json() == {
        "session": cast.silk_session.pk,
        "seats": (wish | rest)["seats"],
        "available_seats": 20,
        "price": booking.json()["price"],
    }
    lines = {k: Decimal(v) for k, v in booking.json()["price"].items() if k != "currency"}
    assert lines["final"] == (
        lines["subtotal"]
        - lines["promotion_discount"]
        - lines["promo_discount"]
        - lines["bonus_used"]
    )
    assert lines["final"] >= 0
    assert lines["bonus_used"] <= Decimal("54321.09")
    assert (lines["bonus_used"] > 0) == bool(rest.get("use_bonus")) or lines["subtotal"] < 1


def test_a_quote_changes_nothing(cast, traveller, wish):
    cast.give_bonus(cast.traveller, 1000)

    traveller.post(QUOTE, wish | {"use_bonus": True})

    assert not Booking.objects.exists()
    assert cast.balance("bonus_available", cast.traveller) == 1000
    assert not EventLog.objects.filter(user=cast.traveller).exists()


def test_a_bonus_of_one_is_one_som_and_true_is_all(cast, traveller, wish):
    cast.give_bonus(cast.traveller, 5000)

    def used(value):
        answer = traveller.post(QUOTE, wish | {"use_bonus": value})
        return answer.json()["price"]["bonus_used"]

    assert used(1) == "1.00"
    assert used(0) == used("0") == "0.00"
    assert used("2.50") == "2.50"
    assert used(True) == "5000.00"
    assert used(False) == "0.00"


def test_empty_wishes_are_no_wishes(cast, traveller, wish):
    nothing = {"transport": "", "promo_code": " ", "referral_code": "", "comment": ""}

    for rest in (nothing, dict.fromkeys(("transport", "promo_code", "referral_code"))):
        answer = traveller.post(BOOK, wish | rest)
        assert answer.status_code == 201, answer.content
        assert answer.json()["transport"] is answer.json()["promo_code"] is None


# --- refusals, of the quote and of the booking alike


@pytest.fixture(params=[QUOTE, BOOK])
def ask(request, cast, wish, traveller):
    """``ask(seats=3)``: the wish so changed, to the quote and to the booking."""

    def send(**changes):
        before = Booking.objects.count()
        response = traveller.post(request.param, wish | changes)
        assert Booking.objects.count() == before
        return response

    return send


@pytest.mark.parametrize("session", [2**62, 2**63 - 1])
def test_a_session_that_is_not_there_is_404(ask, session):
    problem(ask(session=session), 404, "not_found")


def test_what_the_mini_app_does_not_show_is_not_there(cast, ask):
    TourSession.objects.update(is_private=True)
    problem(ask(), 404, "not_found")
    TourSession.objects.update(is_private=False)
    cast.silk.status = AgencyStatus.BLOCKED
    cast.silk.save()
    problem(ask(), 404, "not_found")
    cast.silk.status = AgencyStatus.ACTIVE
    cast.silk.save()
    cast.silk_tour.archive()
    cast.silk_tour.save()
    problem(ask(), 404, "not_found")


def test_a_closed_session_and_one_past_its_sales_are_closed(ask):
    TourSession.objects.update(sales_close_at=NOW)
    problem(ask(), 409, "session_closed")
    TourSession.objects.update(sales_close_at=NOW + timedelta(days=1), status="closed")
    problem(ask(), 409, "session_closed")


SEATS = [0, -1, 1001, 10**9, 2**63, "2", "two", 2.5, 2.0, True, False, None, [2], {}]


@pytest.mark.parametrize("seats", SEATS, ids=str)
def test_seats_are_a_whole_number_from_one(ask, seats):
    assert faulty_fields(ask(seats=seats)) == ["seats"]


def test_more_seats_than_one_booking_may_have_is_invalid(ask):
    TourSession.objects.update(capacity=500)

    assert faulty_fields(ask(seats=21)) == ["seats"]


@pytest.mark.parametrize("session", [0, -1, 2**63, "x", None, 1.5])
def test_a_session_is_named_by_an_id(ask, session):
    assert faulty_fields(ask(session=session)) == ["session"]


def test_too_few_seats_says_how_many_are_left(ask):
    TourSession.objects.update(seats_taken=19)

    assert problem(ask(seats=2), 409, "seats_unavailable")["left"] == 1


def test_the_last_seat_may_be_asked_for(traveller, wish):
    TourSession.objects.update(seats_taken=18)

    assert traveller.post(BOOK, wish).status_code == 201


def test_lapsed_holds_take_no_seats(cast, traveller, clock):
    cast.approved(by=cast.second_traveller, seats=19)
    wish = {"session": cast.silk_session.pk, "seats": 5}
    problem(traveller.post(BOOK, wish), 409, "seats_unavailable")

    clock.shift(timedelta(minutes=60))

    quote = traveller.post(QUOTE, wish)
    assert quote.status_code == 200
    assert traveller.post(BOOK, wish).status_code == 201
    assert quote.json()["available_seats"] == 20


def test_a_transport_the_tour_does_not_have(ask):
    document = problem(ask(transport="plane"), 422, "transport_invalid")

    assert [error["field"] for error in document["errors"]] == ["transport"]


PROMOS = {
    "unknown": {},
    "inactive": {"is_active": False},
    "not yet": {"valid_from": NOW + timedelta(seconds=1)},
    "over": {"valid_to": NOW},
    "another agency's": {"agency": "nomad"},
    "another tour's": {"tour": "nomad_tour"},
    "another session's": {"session": "nomad_session"},
}


@pytest.mark.parametrize("why", PROMOS)
def test_a_promo_code_that_is_no_good_here_and_now(cast, ask, why):
    fields = {
        key: getattr(cast, value) if isinstance(value, str) else value
        for key, value in PROMOS[why].items()
    }
    if fields:
        factories.promo_code(code="SPRING", **fields)

    document = problem(ask(promo_code="SPRING"), 422, "promo_invalid")

    assert [error["field"] for error in document["errors"]] == ["promo_code"]


def test_a_promo_code_used_up_by_all_or_by_me(cast, ask):
    factories.promo_code(code="ONE", usage_limit=1)
    factories.promo_code(code="MINE", per_user_limit=1)
    cast.request(promo_code="ONE", by=cast.second_traveller)
    cast.request(promo_code="MINE")

    problem(ask(promo_code="ONE"), 422, "promo_exhausted")
    problem(ask(promo_code="MINE"), 422, "promo_exhausted")


def test_more_bonus_than_there_is(cast, ask):
    cast.give_bonus(cast.traveller, 100)

    document = problem(ask(use_bonus="100.01"), 409, "bonus_insufficient")

    assert [error["field"] for error in document["errors"]] == ["use_bonus"]


@pytest.mark.parametrize(
    "bonus", ["-1", -0.01, "NaN", "Infinity", "1e400", "1.001", "much", "true", [1], 10**13, None]
)
def test_a_bonus_is_true_or_an_amount(ask, bonus):
    fields = faulty_fields(ask(use_bonus=bonus))

    assert {field.partition(".")[0] for field in fields} == {"use_bonus"}


FIELDS = [
    ("transport", "x" * 41),
    ("transport", 5),
    ("promo_code", "x" * 33),
    ("promo_code", "a\x00"),
    ("referral_code", "x" * 65),
    ("comment", "x" * 1001),
    ("comment", None),
    ("comment", "\ud800"),
    ("travellers", "me"),
    ("travellers", [{}] * 1001),
]


@pytest.mark.parametrize(("field", "value"), FIELDS, ids=lambda v: str(v)[:20])
def test_a_field_of_a_wrong_form_is_named(ask, field, value):
    assert faulty_fields(ask(**{field: value})) == [field]


TRAVELLERS = [
    ({"first_name": "A"}, "travellers.0.last_name"),
    ({"first_name": "", "last_name": "B"}, "travellers.0.first_name"),
    ({"first_name": "  ", "last_name": "B"}, "travellers.0.first_name"),
    ({"first_name": "A", "last_name": "x" * 81}, "travellers.0.last_name"),
    ({"first_name": "A\x00", "last_name": "B"}, "travellers.0.first_name"),
    ({"first_name": "A", "last_name": "B", "kind": "dog"}, "travellers.0.kind"),
    ({"first_name": "A", "last_name": "B", "age": 3}, "travellers.0.age"),
    (None, "travellers.0"),
]


@pytest.mark.parametrize(("person", "field"), TRAVELLERS, ids=str)
def test_a_traveller_has_names_and_a_kind(ask, person, field):
    assert faulty_fields(ask(travellers=[person])) == [field]


def test_there_are_not_more_travellers_than_seats(traveller, wish):
    people = [{"first_name": "A", "last_name": "B"}] * 3

    assert faulty_fields(traveller.post(BOOK, wish | {"travellers": people})) == ["travellers"]
    assert traveller.post(BOOK, wish | {"travellers": people[:2]}).status_code == 201


@pytest.mark.parametrize("field", ["price", "final", "status", "user", "seats_reserved", "Seats"])
def test_an_unknown_field_is_refused_by_name(ask, field):
    assert faulty_fields(ask(**{field: 1})) == [field]


@pytest.mark.parametrize("missing", ["session", "seats"])
def test_session_and_seats_must_be_given(traveller, wish, missing):
    del wish[missing]

    assert faulty_fields(traveller.post(BOOK, wish)) == [missing]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 50_000])
def test_a_body_that_is_no_object(traveller, body):
    problem(traveller.post(BOOK, body), 422, "validation_error")
    problem(traveller.post(QUOTE, body), 422, "validation_error")


def test_a_body_that_is_too_big_is_refused_and_not_a_fault(traveller):
    problem(traveller.post(BOOK, b" " * 3_000_000), 422, "validation_error")


def test_nobody_books_without_signing_in(phone, wish):
    problem(phone().post(BOOK, wish), 401, "token_invalid")
    problem(phone().post(QUOTE, wish), 401, "token_invalid")


# --- who brought the traveller


def test_a_wrong_referral_code_is_ignored_and_a_first_touch_counts(cast, traveller, wish):
    unknown = traveller.post(BOOK, wish | {"referral_code": "NOBODY"}).json()
    cast.traveller.referred_by, cast.traveller.referred_at = cast.partner, NOW
    cast.traveller.save()
    touched = traveller.post(BOOK, wish).json()

    assert unknown["referral_code"] is None
    assert touched["referral_code"] == "MADINA"


def test_a_free_booking_is_paid_when_its_seats_are_taken(cast, traveller):
    factories.promo_code(code="GIFT", discount_percent=100)
    wish = {"session": cast.swift_session.pk, "seats": 1, "promo_code": "GIFT"}

    answer = traveller.post(BOOK, wish).json()

    assert answer["status"] == "paid"
    assert answer["price"]["final"] == "0.00"
    assert answer["paid_at"] == "2027-03-01T06:00:00Z"
    assert answer["expires_at"] is None
    assert Decimal(answer["price"]["promo_discount"]) == MILLION
