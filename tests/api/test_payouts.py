"""Payout requests: an owner asks for what is available to his agency."""

import pytest

from finance.models import Payout
from partners.models import TravelAgency
from tests import factories
from tests.api.phone import Phone, problem
from tests.factories import MILLION
from tests.finance.owed import Desk, earn, with_bank

PATH = "payments/payout-requests/"


@pytest.fixture
def owner(cast) -> Phone:
    earn(with_bank(cast.silk), MILLION)
    return Phone(cast.silk_owner)


def test_an_owner_asks_and_sees_what_became_of_it(cast, owner):
    asked = owner.post(PATH, {})

    assert asked.status_code == 201
    shown = asked.json()
    assert shown == {
        "id": Payout.objects.get().pk,
        "agency": cast.silk.pk,
        "amount": "1000000.00",
        "currency": "UZS",
        "status": "created",
        "source": "agency",
        "period_start": "2027-03-01",
        "period_end": "2027-03-01",
        "created_at": "2027-03-01T06:00:00Z",
        "approved_at": None,
        "paid_at": None,
        "note": "",
    }
    assert owner.get(PATH).json() == {"results": [shown], "next": None}
    assert Phone(cast.accountant).get(PATH).json()["results"] == [shown]
    assert Phone(cast.nomad_owner).get(PATH).json()["results"] == []
    assert Phone(cast.silk_manager).get(PATH).status_code == 403


def test_why_not_is_said_with_a_code(cast, owner):
    Desk(cast).create(cast.silk)
    problem(owner.post(PATH, {}), 409, "payout_open")
    theirs = Phone(cast.nomad_owner)
    problem(theirs.post(PATH, {}), 409, "invalid_transition")
    with_bank(cast.nomad)
    problem(theirs.post(PATH, {}), 409, "below_minimum")
    TravelAgency.objects.filter(pk=cast.nomad.pk).update(status="blocked")
    problem(theirs.post(PATH, {}), 409, "invalid_transition")


def test_who_owns_two_says_which_and_anothers_is_not_found(cast, owner):
    problem(owner.post(PATH, {"agency": cast.nomad.pk}), 404, "not_found")
    factories.member(agency=cast.swift, user=cast.silk_owner, role="owner")
    both = Phone(cast.silk_owner)

    refused = problem(both.post(PATH, {}), 422, "validation_error")

    assert refused["errors"][0]["field"] == "agency"
    assert both.post(PATH, {"agency": cast.silk.pk}).status_code == 201
    problem(Phone(cast.accountant).post(PATH, {}), 422, "validation_error")


def test_a_second_tap_gets_the_first_ones_answer(owner):
    first, second = (owner.post(PATH, {}, key="tap") for _tap in range(2))

    assert first.content == second.content
    assert Payout.objects.count() == 1


def test_a_list_in_pages_costs_the_same(cast, owner, django_assert_num_queries):
    desk = Desk(cast)
    desk.paid(cast.silk)
    owner.get(PATH)
    with django_assert_num_queries(3):
        owner.get(PATH)
    for _more in range(2):
        earn(cast.silk, MILLION)
        desk.paid(cast.silk)
    with django_assert_num_queries(3):
        assert len(owner.get(PATH).json()["results"]) == 3
    assert [row["status"] for row in owner.walk(PATH, page_size=2)] == ["paid"] * 3
    assert owner.get(PATH, status="created").json()["results"] == []


def test_a_payment_says_how_much_of_it_went_back(cast):
    booking = cast.paid()

    (row,) = Phone(cast.traveller).get("payments/transactions/").json()["results"]

    assert (row["booking"], row["refunded"]) == (booking.code, "0.00")
