"""How a booking ends or goes on: cancelling, paying, the buttons, comments, payments."""

import base64
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.conf import settings

from catalog.models import TourSession
from core.clock import local_midnight
from finance.models import Refund
from finance.providers.payme.cashbox import checkout_host
from tests.api.deals import HOUR, of, status, taken
from tests.api.phone import Phone, faulty_fields, problem, token_for
from tests.factories import FIRST_DAY, NOW

# --- cancel


def test_cancelling_before_payment_is_free(cast, traveller):
    booking = cast.approved(seats=2)

    preview = traveller.get(of(booking, "cancel/preview/")).json()
    answer = traveller.post(of(booking, "cancel/"), {"reason": "Ill"})

    assert preview == {
        "paid": "0.00",
        "refund_percent": "100.00",
        "refund": "0.00",
        "kept": "0.00",
        "currency": "UZS",
        "days_before": 92,
    }
    assert answer.json()["status"] == "cancelled"
    assert answer.json()["reason"] == "Ill"
    assert answer.json()["allowed_actions"] == ["comment"]
    assert taken(cast.silk_session) == 0


@pytest.mark.parametrize(
    ("days", "percent", "refund"), [(30, "100.00", "1000000.00"), (29, "50.00", "500000.00")]
)
def test_the_preview_is_what_then_happens(cast, clock, days, percent, refund):
    booking = cast.paid()
    clock.move_to(local_midnight(FIRST_DAY - timedelta(days=days)))
    dilnoza = _phone_of_the_day(cast.traveller, days)

    preview = dilnoza.get(of(booking, "cancel/preview/")).json()
    answer = dilnoza.post(of(booking, "cancel/"))

    assert (preview["refund_percent"], preview["refund"]) == (percent, refund)
    assert Decimal(preview["refund"]) + Decimal(preview["kept"]) == Decimal(preview["paid"])
    assert answer.json()["status"] == "cancelled"
    assert Refund.objects.get().amount == Decimal(refund)


def test_too_late_to_get_anything_back(cast, clock):
    booking = cast.paid()
    clock.move_to(local_midnight(FIRST_DAY - timedelta(days=6)))
    dilnoza = _phone_of_the_day(cast.traveller, 6)

    assert dilnoza.get(of(booking, "cancel/preview/")).json()["kept"] == "1000000.00"
    assert dilnoza.post(of(booking, "cancel/")).json()["status"] == "cancelled"
    assert not Refund.objects.exists()


def _phone_of_the_day(person, days):
    at = local_midnight(FIRST_DAY - timedelta(days=days))
    return Phone(token=token_for(person, created_at=at, expires_at=at + HOUR))


def test_the_agency_gives_everything_back(cast, manager):
    TourSession.objects.update(date_start=date(2027, 3, 2), date_end=date(2027, 3, 2))
    booking = cast.paid()

    assert manager.get(of(booking, "cancel/preview/")).json()["refund_percent"] == "100.00"
    assert manager.post(of(booking, "cancel/"), {"reason": "Snow"}).json()["status"] == "cancelled"
    assert Refund.objects.get().amount == booking.final_price


def test_a_tour_that_has_begun_cannot_be_cancelled(cast, traveller):
    booking = cast.paid()
    TourSession.objects.update(date_start=NOW.date())

    problem(traveller.post(of(booking, "cancel/")), 409, "invalid_transition")

    assert traveller.get(of(booking)).json()["allowed_actions"] == ["comment"]


def test_support_and_accountants_see_but_do_not_cancel(cast, phone):
    booking = cast.approved()

    for person in (cast.support, cast.accountant):
        assert phone(person).get(of(booking)).status_code == 200
        problem(phone(person).post(of(booking, "cancel/")), 403, "forbidden")
    assert phone(cast.admin).post(of(booking, "cancel/")).json()["status"] == "cancelled"


@pytest.mark.parametrize("body", [{"reason": "x" * 301}, {"reason": None}, {"why": "x"}, []])
def test_a_cancel_reason_of_a_wrong_form_is_invalid(cast, traveller, body):
    booking = cast.request()

    problem(traveller.post(of(booking, "cancel/"), body), 422, "validation_error")
    assert status(booking) == "requested"


# --- pay


def test_paying_gives_the_checkout_link_of_payme(cast, traveller):
    booking = cast.approved(seats=2)

    answer = traveller.post(of(booking, "pay/"))

    assert answer.status_code == 200
    assert answer.json().keys() == {"checkout_url", "amount", "currency", "expires_at"}
    assert answer.json()["amount"] == "2000000.00"
    assert answer.json()["expires_at"] == "2027-03-01T07:00:00Z"
    host, _, packed = answer.json()["checkout_url"].rpartition("/")
    assert host == checkout_host()
    fields = dict(part.split("=", 1) for part in base64.b64decode(packed).decode().split(";"))
    assert fields == {
        "m": settings.PAYME_MERCHANT_ID,
        "ac.order_id": booking.code,
        "a": "200000000",
        "l": "en",
        "c": settings.MINI_APP_URL,
    }


def test_only_the_traveller_pays(cast, manager):
    problem(manager.post(of(cast.approved(), "pay/")), 404, "not_found")


def test_a_request_that_was_not_approved_cannot_be_paid(cast, traveller):
    problem(traveller.post(of(cast.request(), "pay/")), 409, "invalid_transition")


# --- buttons

VIEWERS = ["traveller", "silk_manager", "silk_owner", "admin", "support", "accountant"]
SELLER = {
    "requested": ["approve", "reject", "cancel", "comment"],
    "approved": ["cancel", "comment"],
    "paid": ["cancel", "comment"],
}
BUTTONS = {
    "traveller": {
        "requested": ["cancel", "comment"],
        "approved": ["pay", "cancel", "comment"],
        "paid": ["cancel", "comment"],
    },
    "silk_manager": SELLER,
    "silk_owner": SELLER,
    "admin": SELLER,
}


@pytest.mark.parametrize("viewer", VIEWERS)
def test_the_buttons_are_what_would_not_be_refused(cast, phone, states, viewer):
    caller = phone(getattr(cast, viewer))

    for state, booking in states.items():
        shown = caller.get(of(booking)).json()
        assert shown["status"] == state
        expected = BUTTONS.get(viewer, {}).get(state, ["comment"])
        assert shown["allowed_actions"] == expected, (viewer, state)


def test_a_lapsed_booking_has_no_buttons_although_nobody_has_ended_it(cast, traveller, clock):
    booking = cast.approved()
    clock.shift(HOUR)

    assert traveller.get(of(booking)).json()["allowed_actions"] == ["comment"]


# --- comments


def test_comments_are_told_to_both_sides_newest_first(cast, phone, traveller, manager):
    booking = cast.request()

    said = traveller.post(of(booking, "comments/"), {"text": " A window seat? "})
    manager.post(of(booking, "comments/"), {"text": "Yes."})
    manager.post(of(booking, "comments/"), {"text": "Nice family", "is_internal": True})

    assert said.status_code == 201
    assert said.json() == {
        "id": said.json()["id"],
        "author": "Dilnoza Karimova",
        "mine": True,
        "text": "A window seat?",
        "is_internal": False,
        "created_at": "2027-03-01T06:00:00Z",
    }
    hers = traveller.get(of(booking, "comments/")).json()["results"]
    assert [(row["text"], row["mine"]) for row in hers] == [
        ("Yes.", False),
        ("A window seat?", True),
    ]
    theirs = manager.walk(of(booking, "comments/"), page_size=1)
    assert [row["text"] for row in theirs] == ["Nice family", "Yes.", "A window seat?"]


def test_a_traveller_cannot_speak_internally(cast, traveller):
    booking = cast.request()

    said = traveller.post(of(booking, "comments/"), {"text": "x", "is_internal": True}).json()

    assert said["is_internal"] is False
    assert len(traveller.get(of(booking, "comments/")).json()["results"]) == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001, None, 5, "a\x00"])
def test_a_comment_has_a_text(cast, traveller, text):
    assert faulty_fields(traveller.post(of(cast.request(), "comments/"), {"text": text})) == [
        "text"
    ]


# --- payments


def test_payments_are_seen_by_whose_they_are(cast, phone):
    booking = cast.paid()
    path = "payments/transactions/"

    [row] = phone(cast.traveller).get(path).json()["results"]

    payment = booking.payments.get()
    assert row == {
        "id": payment.pk,
        "booking": booking.code,
        "agency": cast.silk.pk,
        "amount": "1000000.00",
        "currency": "UZS",
        "provider": "payme",
        "state": "performed",
        "created_at": "2027-03-01T06:00:00Z",
        "performed_at": "2027-03-01T06:00:00Z",
        "cancelled_at": None,
        "refunded": "0.00",
    }
    for person in (cast.silk_manager, cast.silk_owner, cast.accountant, cast.support, cast.admin):
        assert phone(person).get(path).json()["results"] == [row]
    for person in (cast.stranger, cast.nomad_manager, cast.second_traveller):
        assert phone(person).get(path).json()["results"] == []
