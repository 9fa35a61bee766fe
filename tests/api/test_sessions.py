"""Dates on sale, promotions and promo codes; and cursors that are not ours, wherever they go."""

import base64
from datetime import timedelta
from decimal import Decimal

import pytest

from catalog.states import SessionStatus
from tests import factories
from tests.api.phone import faulty_fields, problem
from tests.factories import FIRST_DAY, MILLION, NOW

SESSIONS = "tours/sessions/"
PROMOTIONS = "tours/promotions/"
CODES = "tours/promo-codes/"
CHECK = "tours/promo-codes/check/"


def ids(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


# --- sessions


def test_a_session_on_the_wire(cast, traveller):
    answer = traveller.get(SESSIONS, tour=cast.nomad_tour.pk).json()

    assert answer == {
        "results": [
            {
                "id": cast.nomad_session.pk,
                "tour": cast.nomad_tour.pk,
                "date_start": "2027-06-01",
                "date_end": "2027-06-03",
                "price": "1000000.00",
                "discounted_price": "1000000.00",
                "currency": "UZS",
                "capacity": 20,
                "available_seats": 20,
                "status": "open",
                "chat_joined": False,
            }
        ],
        "next": None,
    }


def test_sessions_are_filtered_by_tour_dates_and_free_seats(cast, traveller):
    later = factories.session(
        tour=cast.silk_tour, date_start=FIRST_DAY + timedelta(days=30), date_end="2027-07-02"
    )
    full = factories.session(tour=cast.silk_tour, capacity=2, seats_taken=2)

    assert ids(traveller.get(SESSIONS, tour=cast.silk_tour.pk)) == [
        cast.silk_session.pk,
        full.pk,
        later.pk,
    ]
    assert full.pk not in ids(traveller.get(SESSIONS, tour=cast.silk_tour.pk, available=1))
    assert ids(traveller.get(SESSIONS, date_from="2027-06-02")) == [later.pk]
    assert later.pk not in ids(traveller.get(SESSIONS, date_to="2027-06-30"))
    assert ids(traveller.get(SESSIONS, tour=2**62)) == []


def test_the_chat_is_joined_by_who_was_let_in(cast, phone):
    chat = factories.tour_chat(session=cast.silk_session)
    factories.chat_member(chat=chat, user=cast.traveller, state="joined")
    factories.chat_member(chat=chat, user=cast.second_traveller, state="invited")
    closed = factories.tour_chat(session=cast.nomad_session, status="closed")
    factories.chat_member(chat=closed, user=cast.traveller, state="joined")

    def joined(person):
        rows = phone(person).get(SESSIONS).json()["results"]
        return [row["tour"] for row in rows if row["chat_joined"]]

    assert joined(cast.traveller) == [cast.silk_tour.pk]
    assert joined(cast.second_traveller) == []


@pytest.mark.parametrize("page_size", [1, 2, 3, 50])
def test_pages_of_sessions_show_each_once_by_date(cast, traveller, page_size):
    for n in range(6):
        day = FIRST_DAY + timedelta(days=n % 3)
        factories.session(tour=cast.silk_tour, date_start=day, date_end=day)

    rows = traveller.walk(SESSIONS, page_size=page_size)

    keys = [(row["date_start"], row["id"]) for row in rows]
    assert len(keys) == 9
    assert keys == sorted(set(keys))


@pytest.mark.parametrize(
    ("name", "value"),
    [("tour", 0), ("tour", "x"), ("available", "maybe"), ("date_from", "x"), ("page_size", 51)],
)
def test_a_query_out_of_bounds_is_named(traveller, name, value):
    assert faulty_fields(traveller.get(SESSIONS, **{name: value})) == [name]


# --- promotions


def test_running_promotions_are_told_by_tour_and_session(cast, traveller):
    of_tour = factories.promotion(tour=cast.silk_tour, title="Spring")
    of_session = factories.promotion(session=cast.nomad_session, discount_amount=Decimal(50_000))
    factories.promotion(tour=cast.silk_tour, is_active=False)
    factories.promotion(tour=cast.silk_tour, valid_to=NOW)
    factories.promotion(tour=cast.silk_tour, valid_from=NOW + timedelta(seconds=1))

    def told(**query):
        return [row["id"] for row in traveller.get(PROMOTIONS, **query).json()]

    assert told() == [of_session.pk, of_tour.pk]
    assert told(tour=cast.silk_tour.pk) == told(session=cast.silk_session.pk) == [of_tour.pk]
    assert told(tour=cast.nomad_tour.pk) == told(session=cast.nomad_session.pk) == [of_session.pk]
    assert told(tour=2**62) == []
    assert traveller.get(PROMOTIONS, tour=cast.silk_tour.pk).json() == [
        {
            "id": of_tour.pk,
            "title": "Spring",
            "reach": "tour",
            "agency": cast.silk.pk,
            "tour": cast.silk_tour.pk,
            "session": None,
            "discount_percent": "10.00",
            "discount_amount": None,
            "valid_to": "2027-03-31T06:00:00Z",
        }
    ]


def test_a_promotion_of_an_agency_is_told_for_all_its_tours_and_dates(cast, traveller):
    wide = factories.promotion(agency=cast.silk)
    of_nomad = factories.promotion(agency=cast.nomad)
    factories.promotion(agency=factories.agency())  # nothing of theirs is on sale
    factories.promotion(agency=cast.swift, is_active=False)
    second = factories.session(tour=cast.silk_tour)
    of_second = factories.promotion(session=second)

    def told(**query):
        rows = traveller.get(PROMOTIONS, **query).json()
        return [(row["id"], row["reach"]) for row in rows]

    silks, nomads = (wide.pk, "agency"), (of_nomad.pk, "agency")
    assert told() == [(of_second.pk, "session"), nomads, silks]
    assert told(tour=cast.silk_tour.pk) == [(of_second.pk, "session"), silks]
    assert told(session=cast.silk_session.pk) == [silks]
    assert told(session=second.pk) == [(of_second.pk, "session"), silks]
    assert told(tour=cast.nomad_tour.pk) == [nomads]
    assert told(tour=cast.swift_tour.pk) == []
    cast.silk.status = "blocked"
    cast.silk.save()
    assert told() == [nomads]


# --- promo codes


def test_a_manager_sees_the_agencys_promo_codes_with_their_use(cast, phone):
    code = factories.promo_code(agency=cast.silk, code="SPRING", funded_by="agency")
    factories.promo_code(agency=cast.nomad)
    factories.promo_code()  # the platform's own
    cast.request(promo_code="spring")
    cast.paid(promo_code="SPRING", by=cast.second_traveller)

    answer = phone(cast.silk_manager).get(CODES).json()

    [row] = answer["results"]
    assert (row["id"], row["code"], row["used"], row["funded_by"]) == (
        code.pk,
        "SPRING",
        2,
        "agency",
    )
    assert len(phone(cast.support).get(CODES).json()["results"]) == 3
    problem(phone(cast.traveller).get(CODES), 403, "forbidden")


def test_a_use_of_a_booking_that_ended_does_not_count(cast, phone, clock):
    factories.promo_code(agency=cast.silk, code="SPRING", funded_by="agency")
    booking = cast.request(promo_code="SPRING")
    phone(cast.traveller).post(f"bookings/{booking.pk}/cancel/")

    assert phone(cast.silk_manager).get(CODES).json()["results"][0]["used"] == 0


def test_a_use_whose_hold_has_lapsed_does_not_count_though_nobody_ended_it(cast, phone, clock):
    factories.promo_code(agency=cast.silk, code="SPRING", funded_by="agency")
    cast.request(promo_code="SPRING")
    assert phone(cast.silk_manager).get(CODES).json()["results"][0]["used"] == 1

    clock.shift(timedelta(minutes=61))

    assert phone(cast.silk_manager).get(CODES).json()["results"][0]["used"] == 0


def test_promo_codes_are_walked_by_cursor(cast, manager):
    made = [factories.promo_code(agency=cast.silk).pk for _ in range(5)]

    assert [row["id"] for row in manager.walk(CODES, page_size=2)] == made[::-1]


def test_a_promo_code_is_checked_before_booking(cast, traveller):
    factories.promo_code(code="Spring")
    wish = {"session": cast.silk_session.pk, "seats": 2}

    answer = traveller.post(CHECK, wish | {"code": " sPRING "})

    assert answer.status_code == 200
    assert answer.json() == {
        "code": "Spring",
        "promo_discount": "200000.00",
        "final": "1800000.00",
        "currency": "UZS",
    }
    problem(traveller.post(CHECK, wish | {"code": "NOTHING"}), 422, "promo_invalid")
    factories.promo_code(code="USED", usage_limit=0)
    problem(traveller.post(CHECK, wish | {"code": "USED"}), 422, "promo_exhausted")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", ""),
        ("code", "   "),
        ("code", "x" * 33),
        ("code", "a\x00"),
        ("code", 5),
        ("seats", 0),
        ("seats", True),
        ("seats", "2"),
        ("seats", 2.0),
        ("session", 0),
        ("session", None),
    ],
)
def test_a_wrong_field_of_the_check_is_named(cast, traveller, field, value):
    wish = {"session": cast.silk_session.pk, "seats": 1, "code": "X"}

    assert faulty_fields(traveller.post(CHECK, wish | {field: value})) == [field]


def test_checking_on_a_session_that_is_closed_or_not_there(cast, traveller):
    factories.promo_code(code="SPRING")
    wish = {"code": "SPRING", "seats": 1}
    cast.silk_session.close()
    cast.silk_session.save()

    closed = traveller.post(CHECK, wish | {"session": cast.silk_session.pk})

    assert cast.silk_session.status == SessionStatus.CLOSED
    problem(closed, 409, "session_closed")
    problem(traveller.post(CHECK, wish | {"session": 2**62}), 404, "not_found")


# --- cursors


def made_up(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


JUNK = [
    "x",
    "....",
    "🙂",
    "%00",
    "\x00",
    "=" * 10,
    made_up("|"),
    made_up("||||"),
    made_up("one|two"),
    made_up("2027-06-01|1|extra"),
    made_up("\x00|1"),
]
BEYOND = [
    made_up(text)
    for text in (
        "9" * 100,
        "-" + "9" * 100,
        "9" * 60 + "|" + "9" * 60,
        "-" + "9" * 60 + "|1",
        "nan|1",
        "inf|1",
        "1e308|1",
        "infinity|" + "9" * 40,
        "0001-01-01|-1",
        "9999-12-31|1",
        "1_0|1_0",
    )
]
LISTS = [
    "tours/list/?ordering=next_date",
    "tours/list/?ordering=price",
    "tours/list/?ordering=-price",
    SESSIONS,
    CODES,
    "bookings/my/",
    "bookings/pending/",
    "payments/transactions/",
    "users/friends/",
    "agencies/list/",
    "core/logs/",
    "comments",
]


@pytest.fixture
def comments(cast):
    return f"bookings/{cast.request().pk}/comments/"


def ask(cast, phone, path, comments, cursor):
    path = comments if path == "comments" else path
    path, _, rest = path.partition("?")
    query = dict([rest.split("=")]) if rest else {}
    return phone(cast.admin).get(path, cursor=cursor, **query)


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_that_is_not_ours_is_422(cast, phone, comments, path):
    for cursor in JUNK:
        fields = faulty_fields(ask(cast, phone, path, comments, cursor))
        assert fields == ["cursor"], cursor


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_beyond_all_bounds_is_harmless(cast, phone, comments, path):
    for cursor in BEYOND:
        response = ask(cast, phone, path, comments, cursor)
        assert response.status_code in (200, 422), (cursor, response.content)


def test_a_cursor_of_another_list_is_no_fault_of_ours(cast, phone):
    for _ in range(2):
        factories.session(tour=cast.silk_tour, price=MILLION)
    admin = phone(cast.admin)
    foreign = admin.get(SESSIONS, page_size=1).json()["next"]

    for path in LISTS[:-1]:
        cursor = {"cursor": foreign}
        response = admin.get(path.partition("?")[0], **cursor)
        assert response.status_code in (200, 422), path
