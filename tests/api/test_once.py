"""Idempotency-Key: a second tap on a button is the first one."""

import time
from datetime import timedelta

import pytest
from django.core.cache import cache

from core.models import IdempotencyKey
from core.services.idempotency import forget_old_answers
from sales.models import Booking, BookingComment
from tests import factories
from tests.api.deals import of
from tests.api.phone import Phone, faulty_fields, problem, token_for
from tests.api.together import locked, together
from tests.factories import NOW

BOOK = "bookings/"


@pytest.fixture
def wish(cast):
    return {"session": cast.silk_session.pk, "seats": 2}


# --- one answer per key


def test_the_same_key_and_body_get_the_same_bytes_and_one_booking(traveller, wish):
    first = traveller.post(BOOK, wish, key="tap-1")
    second = traveller.post(BOOK, wish, key="tap-1")

    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert first.headers["Content-Type"] == second.headers["Content-Type"]
    assert Booking.objects.count() == 1


def test_without_a_key_two_taps_are_two_bookings(traveller, wish):
    traveller.post(BOOK, wish)
    traveller.post(BOOK, wish)

    assert Booking.objects.count() == 2


def test_the_stored_answer_stays_although_the_world_has_moved(cast, traveller, wish):
    first = traveller.post(BOOK, wish, key="tap-1")
    cast.approve(Booking.objects.get())

    assert traveller.post(BOOK, wish, key="tap-1").content == first.content


@pytest.mark.parametrize("change", [{"seats": 3}, {"comment": "x"}])
def test_another_body_under_the_key_is_a_conflict(traveller, wish, change):
    traveller.post(BOOK, wish, key="tap-1")

    problem(traveller.post(BOOK, wish | change, key="tap-1"), 409, "idempotency_conflict")
    assert Booking.objects.count() == 1


def test_another_path_under_the_key_is_a_conflict(cast, traveller, wish):
    booking = cast.approved()
    traveller.post(of(booking, "pay/"), key="tap-1")

    problem(traveller.post(of(booking, "cancel/"), key="tap-1"), 409, "idempotency_conflict")
    problem(traveller.post(BOOK, wish, key="tap-1"), 409, "idempotency_conflict")


def test_a_key_is_the_callers_own(cast, phone, wish):
    for person in (cast.traveller, cast.second_traveller):
        assert phone(person).post(BOOK, wish, key="tap-1").status_code == 201

    assert Booking.objects.values("user").distinct().count() == 2


def test_a_key_is_good_for_a_day_and_for_another_sign_in(cast, phone, wish, clock):
    first = phone(cast.traveller).post(BOOK, wish, key="tap-1").json()
    assert phone(cast.traveller).post(BOOK, wish, key="tap-1").json() == first

    clock.shift(timedelta(hours=24))
    tomorrow = token_for(cast.traveller, expires_at=NOW + timedelta(days=2))
    again = Phone(token=tomorrow).post(BOOK, wish, key="tap-1").json()

    assert again["id"] != first["id"]


def test_old_answers_are_forgotten(traveller, wish):
    traveller.post(BOOK, wish, key="tap-1")

    assert forget_old_answers(at=NOW + timedelta(hours=24) - timedelta(seconds=1)) == 0
    assert forget_old_answers(at=NOW + timedelta(hours=24)) == 1


def test_a_refusal_is_an_answer_and_stays_one(cast, traveller, wish):
    wish["promo_code"] = "SPRING"
    first = traveller.post(BOOK, wish, key="tap-1")
    factories.promo_code(code="SPRING")

    second = traveller.post(BOOK, wish, key="tap-1")

    problem(second, 422, "promo_invalid")
    assert second.content == first.content
    assert traveller.post(BOOK, wish, key="tap-2").status_code == 201


def test_a_refusal_that_commits_stays_committed_under_a_key(cast, manager, clock):
    booking = cast.request()
    clock.shift(timedelta(minutes=60))

    for _ in range(2):
        response = manager.post(of(booking, "approve/"), key="tap-1")
        problem(response, 409, "booking_expired")
    assert Booking.objects.get().status == "expired"


def test_a_request_that_is_not_valid_uses_up_no_key(traveller, wish):
    assert faulty_fields(traveller.post(BOOK, wish | {"seats": 0}, key="tap-1")) == ["seats"]

    assert traveller.post(BOOK, wish, key="tap-1").status_code == 201


def test_a_fault_of_ours_uses_up_no_key(traveller, wish, monkeypatch):
    from api.routers import sales

    def broken(**_):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(sales, "request_booking", broken)
        problem(traveller.post(BOOK, wish, key="tap-1"), 500, "internal_error")
    assert not IdempotencyKey.objects.exists()
    assert traveller.post(BOOK, wish, key="tap-1").status_code == 201


WRITES = [
    ("approve/", None),
    ("reject/", {"reason": "No."}),
    ("cancel/", {"reason": "Ill"}),
    ("comments/", {"text": "Hi"}),
]


@pytest.mark.parametrize(("what", "body"), WRITES)
def test_every_write_of_a_deal_takes_a_key(cast, manager, what, body):
    booking = cast.request()

    first = manager.post(of(booking, what), body, key="tap-1")
    second = manager.post(of(booking, what), body, key="tap-1")

    assert first.status_code in (200, 201)
    assert second.status_code == first.status_code
    assert second.content == first.content
    assert BookingComment.objects.count() == (1 if what == "comments/" else 0)


@pytest.mark.parametrize("key", ["x" * 129, "a\tb", "a\x7fb", "\x85"])
def test_a_key_of_a_wrong_form_is_named(traveller, wish, key):
    assert faulty_fields(traveller.post(BOOK, wish, key=key)) == ["Idempotency-Key"]
    assert not Booking.objects.exists()


@pytest.mark.parametrize("key", ["x" * 128, "k", "a key", "\xe9\xff", "' OR 1=1 --"])
def test_any_printable_key_will_do(traveller, wish, key):
    assert traveller.post(BOOK, wish, key=key).status_code == 201
    assert traveller.post(BOOK, wish, key=key).status_code == 201
    assert Booking.objects.count() == 1


def test_an_empty_key_is_no_key(traveller, wish):
    assert traveller.post(BOOK, wish, headers={"Idempotency-Key": ""}).status_code == 201
    assert not IdempotencyKey.objects.exists()


# --- over a real socket, at the same instant


def test_two_taps_at_the_same_instant_make_one_booking(line, cast, wish):
    first, second = line(cast.traveller), line(cast.traveller)
    for n in range(3):
        headers = {"Idempotency-Key": f"tap-{n}"}

        answers = together(
            [
                lambda c=client, h=headers: c.post("/bookings/", json=wish, headers=h)
                for client in (first, second)
            ]
        )

        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].content == answers[1].content
    assert Booking.objects.count() == 3


def test_a_lock_held_elsewhere_is_try_again_soon_and_is_not_kept(line, cast, wish):
    client = line(cast.traveller)
    client.headers["Idempotency-Key"] = "tap-1"
    with locked(cast.silk_session):
        started = time.monotonic()
        busy = client.post("/bookings/", json=wish)
        waited = time.monotonic() - started

    problem(busy, 409, "try_again")
    assert int(busy.headers["Retry-After"]) >= 1
    assert waited < 4.5
    assert not IdempotencyKey.objects.exists()
    again = client.post("/bookings/", json=wish)
    assert again.status_code == 201
    assert client.post("/bookings/", json=wish).content == again.content


@pytest.mark.usefixtures("servers_wait_shortly")
def test_a_lock_held_elsewhere_without_a_key(line, cast):
    booking = cast.request()
    client = line(cast.silk_manager)

    with locked(cast.silk_session):
        busy = client.post(f"/bookings/{booking.pk}/approve/")

    problem(busy, 409, "try_again")
    assert int(busy.headers["Retry-After"]) >= 1
    cache.clear()
    assert client.post(f"/bookings/{booking.pk}/approve/").status_code == 200


@pytest.mark.usefixtures("servers_wait_shortly")
def test_a_request_still_in_flight_is_a_conflict_with_retry_after(line, cast, wish):
    """The first tap waits for the session's lock; the second for the first's key."""
    first, second = line(cast.traveller), line(cast.traveller)
    headers = {"Idempotency-Key": "tap-1"}

    with locked(cast.silk_session):
        answers = together(
            [lambda c=c: c.post("/bookings/", json=wish, headers=headers) for c in (first, second)]
        )

    codes = sorted(answer.json()["code"] for answer in answers)
    assert codes in (["idempotency_conflict", "try_again"], ["try_again", "try_again"])
    assert all(answer.status_code == 409 for answer in answers)
    assert all("Retry-After" in answer.headers for answer in answers)
    assert not Booking.objects.exists()
