"""Why a promo code does not apply: the same sentence from the check, the quote and the booking."""

from datetime import timedelta

import pytest

from sales.models import Booking
from tests import factories
from tests.api.phone import problem
from tests.factories import NOW


@pytest.fixture
def doors(traveller, cast):
    """What each of the three doors says to the code, as (code, sentence)."""

    def ask(code, status=422, kind="promo_invalid", session=None):
        wish = {"session": (session or cast.silk_session).pk, "seats": 1}
        answers = [
            traveller.post("tours/promo-codes/check/", wish | {"code": code}),
            traveller.post("bookings/quote/", wish | {"promo_code": code}),
            traveller.post("bookings/", wish | {"promo_code": code}),
        ]
        documents = [problem(answer, status, kind) for answer in answers]
        assert {document["errors"][0]["field"] for document in documents} == {"promo_code"}
        (sentence,) = {document["detail"] for document in documents}
        return sentence

    return ask


def test_a_word_nobody_made(doors):
    assert doors("NOTHING") == "There is no such promo code."


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (
            {"valid_from": NOW + timedelta(days=1)},
            "This promo code is not valid yet; it will be from 02.03.2027 11:00.",
        ),
        ({"valid_to": NOW}, "This promo code has expired; it was valid until 01.03.2027 11:00."),
        ({"is_active": False}, "This promo code has been stopped."),
    ],
    ids=["not-yet", "expired", "stopped"],
)
def test_a_code_out_of_its_time(doors, fields, reason):
    factories.promo_code(code="SPRING", **fields)

    assert doors("spring") == reason


def test_a_code_of_something_else(doors, cast):
    other_date = factories.session(tour=cast.silk_tour)
    other_tour = factories.tour(agency=cast.silk)
    mine = {"agency": cast.silk}
    factories.promo_code(code="AGENCY", agency=cast.nomad)
    factories.promo_code(code="TOUR", tour=other_tour, **mine)
    factories.promo_code(code="DATE", session=other_date, **mine)
    factories.promo_code(code="FAR", session=factories.session(tour=other_tour), **mine)

    assert doors("AGENCY") == "This promo code is for tours of another agency."
    assert doors("TOUR") == "This promo code is not for this tour."
    assert doors("DATE") == "This promo code is for another date of this tour."
    assert doors("FAR") == "This promo code is not for this tour."


def test_a_code_that_is_used_up(doors, cast):
    factories.promo_code(code="ONE", usage_limit=1)
    cast.request(by=cast.stranger, promo_code="ONE")

    assert doors("ONE", kind="promo_exhausted") == "This promo code has been used up."


def test_a_code_the_traveller_has_used(doors, cast):
    factories.promo_code(code="ONCE", per_user_limit=1)
    cast.request(promo_code="ONCE")

    reason = doors("ONCE", kind="promo_exhausted", session=factories.session(tour=cast.silk_tour))

    assert reason == "You have used this promo code already."
    assert Booking.objects.filter(promo_code__code="ONCE").count() == 1


def test_a_use_given_back_can_be_used_again(traveller, cast):
    factories.promo_code(code="ONCE", per_user_limit=1, usage_limit=1)
    booking = cast.request(promo_code="ONCE")
    wish = {"session": cast.silk_session.pk, "seats": 1, "promo_code": "ONCE"}

    traveller.post(f"bookings/{booking.pk}/cancel/")
    again = traveller.post("bookings/", wish)

    assert again.status_code == 201


def test_the_reason_is_told_in_the_travellers_language(cast, phone):
    factories.promo_code(code="ONCE", is_active=False)
    wish = {"session": cast.silk_session.pk, "seats": 1, "code": "ONCE"}

    for language in ("ru", "uz"):
        traveller = phone(cast.traveller, language=language)
        answer = traveller.post("tours/promo-codes/check/", wish)
        assert problem(answer, 422, "promo_invalid")["detail"]
