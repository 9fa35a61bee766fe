"""What becomes of a booking: lists, decisions, cancelling, paying, comments; who may what when."""

from datetime import timedelta

import pytest

from catalog.models import TourSession
from sales.services.holds import sweep_lapsed_holds
from tests import factories
from tests.api.deals import HOUR, of, status, taken
from tests.api.phone import faulty_fields, problem
from tests.factories import NOW

MY = "bookings/my/"
PENDING = "bookings/pending/"


# --- lists


def test_my_bookings_are_mine_newest_first_and_filtered_by_status(cast, traveller, states):
    cast.request(by=cast.second_traveller)
    other = cast.request(session=cast.nomad_session)

    rows = traveller.get(MY).json()["results"]

    assert [row["id"] for row in rows] == sorted(
        [other.pk, *(booking.pk for booking in states.values())], reverse=True
    )
    for name, booking in states.items():
        found = [row["id"] for row in traveller.get(MY, status=name).json()["results"]]
        assert booking.pk in found
        assert len(found) == (2 if name == "requested" else 1)
    assert faulty_fields(traveller.get(MY, status="lost")) == ["status"]


def test_my_bookings_are_those_i_made_not_those_of_my_agency(cast, manager):
    cast.request()
    mine = cast.request(by=cast.silk_manager, session=cast.nomad_session)

    assert [row["id"] for row in manager.get(MY).json()["results"]] == [mine.pk]


@pytest.mark.parametrize("page_size", [1, 2, 5, 50])
def test_my_bookings_are_walked_by_cursor(cast, traveller, page_size):
    made = [cast.request().pk for _ in range(5)]

    rows = traveller.walk(MY, page_size=page_size)

    assert [row["id"] for row in rows] == made[::-1]


@pytest.mark.parametrize(("path", "queries"), [(MY, 4), (PENDING, 4)])
def test_a_list_takes_the_same_queries_for_one_row_and_for_three(
    cast, phone, path, queries, django_assert_num_queries
):
    person = cast.traveller if path == MY else cast.silk_manager
    caller = phone(person)
    factories.promo_code(code="SPRING")

    def one_more():
        booking = cast.request(promo_code="SPRING", referral_code="MADINA")
        factories.booking_traveller(booking=booking)

    caller.get(path)
    one_more()
    with django_assert_num_queries(queries):
        assert len(caller.get(path).json()["results"]) == 1
    one_more()
    one_more()
    with django_assert_num_queries(queries):
        assert len(caller.get(path).json()["results"]) == 3


def test_pending_shows_the_agencys_requests_soonest_to_lapse_first(cast, manager):
    late = cast.request()
    soon = cast.request(at=NOW - timedelta(minutes=30), by=cast.second_traveller, seats=3)
    cast.request(at=NOW - HOUR)  # lapsed this very instant
    cast.approved()
    cast.request(session=cast.nomad_session)

    rows = manager.get(PENDING).json()["results"]

    assert [row["id"] for row in rows] == [soon.pk, late.pk]
    assert rows[0]["user"] == {
        "id": cast.second_traveller.pk,
        "first_name": "Jasur",
        "last_name": "Aliyev",
        "username": "",
        "phone": "",
    }
    assert rows[0]["available_seats"] == 19
    assert rows[0]["allowed_actions"] == ["approve", "reject", "cancel", "comment"]


def test_pending_is_for_who_works_for_an_agency_or_the_platform(cast, phone):
    cast.request()
    mine = cast.request(session=cast.nomad_session)

    problem(phone(cast.traveller).get(PENDING), 403, "forbidden")
    nomad = phone(cast.nomad_manager).get(PENDING).json()["results"]
    assert [row["id"] for row in nomad] == [mine.pk]
    assert len(phone(cast.support).get(PENDING).json()["results"]) == 2


def test_pending_does_not_show_what_a_manager_asked_elsewhere(cast, manager):
    cast.request(by=cast.silk_manager, session=cast.nomad_session)

    assert manager.get(PENDING).json()["results"] == []


@pytest.mark.parametrize("page_size", [1, 2, 3])
def test_pending_is_walked_by_cursor_also_where_instants_are_equal(cast, manager, page_size):
    moments = [0, 5, 5, 0, 5]
    made = [cast.request(at=NOW - timedelta(minutes=m, microseconds=m)) for m in moments]

    rows = manager.walk(PENDING, page_size=page_size)

    expected = sorted(made, key=lambda booking: (booking.expires_at, booking.pk))
    assert [row["id"] for row in rows] == [booking.pk for booking in expected]


# --- one booking, and whose it is

WAYS = [
    ("GET", "", None),
    ("GET", "cancel/preview/", None),
    ("GET", "comments/", None),
    ("POST", "cancel/", None),
    ("POST", "pay/", None),
    ("POST", "comments/", {"text": "Hi"}),
]


@pytest.mark.parametrize(("method", "what", "body"), WAYS)
def test_a_strangers_booking_is_not_there(cast, phone, method, what, body):
    booking = cast.approved()
    strange = (cast.stranger, cast.nomad_manager, cast.nomad_owner, cast.blogger)

    for person in strange:
        theirs = phone(person).send(method, of(booking, what), body)
        missing = phone(person).send(method, f"bookings/{2**62}/{what}", body)
        assert problem(theirs, 404, "not_found") == problem(missing, 404, "not_found")
    assert status(booking) == "approved"


@pytest.mark.parametrize(("what", "body"), [("approve/", None), ("reject/", {"reason": "No."})])
def test_deciding_is_for_the_agencys_people_only(cast, phone, what, body):
    booking = cast.request()

    for person in (cast.traveller, cast.stranger, cast.accountant, cast.support):
        problem(phone(person).post(of(booking, what), body), 403, "forbidden")
        problem(phone(person).post(f"bookings/{2**62}/{what}", body), 403, "forbidden")
    for person in (cast.nomad_manager, cast.nomad_owner, cast.swift_owner):
        problem(phone(person).post(of(booking, what), body), 404, "not_found")
    assert status(booking) == "requested"
    assert phone(cast.silk_owner).post(of(booking, what), body).status_code == 200


def test_a_manager_who_has_left_decides_nothing(cast, manager):
    booking = cast.request()
    cast.silk_manager.memberships.update(is_active=False)

    problem(manager.post(of(booking, "approve/")), 403, "forbidden")
    problem(manager.get(of(booking)), 404, "not_found")


def test_an_admin_decides_for_any_agency(cast, phone):
    assert phone(cast.admin).post(of(cast.request(), "approve/")).json()["status"] == "approved"


# --- approve and reject


def test_approving_takes_the_seats_and_starts_the_hour(cast, manager):
    booking = cast.request(seats=3, at=NOW - timedelta(minutes=30))

    answer = manager.post(of(booking, "approve/")).json()

    assert answer["status"] == "approved"
    assert answer["approved_at"] == "2027-03-01T06:00:00Z"
    assert answer["expires_at"] == "2027-03-01T07:00:00Z"
    assert answer["allowed_actions"] == ["cancel", "comment"]
    assert taken(cast.silk_session) == 3


def test_approving_into_a_full_session_is_refused_with_what_is_left(cast, manager):
    booking = cast.request(seats=3)
    TourSession.objects.update(seats_taken=18)

    document = problem(manager.post(of(booking, "approve/")), 409, "seats_unavailable")

    assert document["left"] == 2
    assert status(booking) == "requested"


def test_rejecting_says_why(cast, phone, manager):
    booking = cast.request()

    answer = manager.post(of(booking, "reject/"), {"reason": " No snow. "})

    assert answer.json()["status"] == "rejected"
    assert answer.json()["reason"] == "No snow."
    assert phone(cast.traveller).get(of(booking)).json()["reason"] == "No snow."


@pytest.mark.parametrize(
    "body", [None, {}, {"reason": ""}, {"reason": "  "}, {"reason": None}, {"reason": "x" * 301}]
)
def test_rejecting_without_a_reason_is_invalid(cast, manager, body):
    booking = cast.request()

    problem(manager.post(of(booking, "reject/"), body), 422, "validation_error")
    assert status(booking) == "requested"


DECISIONS = [("approve/", None), ("reject/", {"reason": "No."}), ("pay/", None)]


@pytest.mark.parametrize("now_in", ["approved", "paid", "rejected", "cancelled"])
@pytest.mark.parametrize(("what", "body"), DECISIONS)
def test_a_stale_button_says_where_the_booking_is_now(cast, phone, states, now_in, what, body):
    booking = states[now_in]
    if (what, now_in) == ("pay/", "approved"):
        booking = states["requested"]
    person = cast.traveller if what == "pay/" else cast.silk_manager

    document = problem(phone(person).post(of(booking, what), body), 409, "invalid_transition")

    assert document["booking"] == booking.code
    assert document["status"] == 409


@pytest.mark.parametrize("now_in", ["rejected", "cancelled"])
def test_what_has_ended_cannot_be_cancelled(traveller, states, now_in):
    problem(traveller.post(of(states[now_in], "cancel/")), 409, "invalid_transition")


@pytest.mark.parametrize("swept", [True, False])
@pytest.mark.parametrize(("what", "body"), [*DECISIONS, ("cancel/", None)])
def test_a_lapsed_booking_is_expired_whether_or_not_the_job_came_by(
    cast, phone, clock, swept, what, body
):
    booking = cast.approved() if what == "pay/" else cast.request()
    person = cast.traveller if what in ("pay/", "cancel/") else cast.silk_manager
    clock.shift(HOUR)
    if swept:
        sweep_lapsed_holds(at=NOW + HOUR)

    problem(phone(person).post(of(booking, what), body), 409, "booking_expired")

    assert status(booking) == "expired"
    assert taken(cast.silk_session) == 0
