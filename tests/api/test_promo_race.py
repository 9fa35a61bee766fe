"""A hundred travellers and a code good for ten uses, over real sockets."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from sales.models import Booking
from tests import factories
from tests.api.phone import problem
from tests.api.server import FAR
from tests.api.together import together

PEOPLE, USES, MINE = 100, 10, 3
# The server lives in real time.
AROUND_NOW = {"valid_from": datetime(2020, 1, 1, tzinfo=UTC), "valid_to": FAR}


@pytest.fixture
def session(cast):
    return factories.session(
        tour=cast.silk_tour, capacity=200, date_start=date(2090, 6, 1), date_end=date(2090, 6, 2)
    )


def ask_together(clients, session, code):
    wish = {"session": session.pk, "seats": 1, "promo_code": code}
    answers = together([lambda c=c: c.post("/bookings/", json=wish) for c in clients])
    for answer in answers:
        if answer.status_code >= 400:
            problem(answer, 422, "promo_exhausted")
    return Counter(answer.status_code for answer in answers)


def held(code):
    return Booking.objects.filter(promo_code=code, promo_discount__gt=0).count()


def test_a_hundred_uses_of_a_code_for_ten_are_ten(server, session, crowd):
    code = factories.promo_code(code="TEN", usage_limit=USES, **AROUND_NOW)
    clients = crowd(server, [factories.user() for _ in range(PEOPLE)])

    assert ask_together(clients, session, "TEN") == {201: USES, 422: PEOPLE - USES}
    assert held(code) == USES


def test_one_person_at_twenty_phones_uses_it_as_often_as_one_may(server, session, crowd):
    code = factories.promo_code(code="MINE", per_user_limit=MINE, **AROUND_NOW)
    clients = crowd(server, [factories.user()] * 20)

    assert ask_together(clients, session, "MINE") == {201: MINE, 422: 20 - MINE}
    assert held(code) == MINE
