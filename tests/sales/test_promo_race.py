"""One person, many phones, a promo code good for a few uses of each."""

import threading

import pytest

from catalog.models import PromoCode
from sales.models import Booking
from sales.services import request
from tests import factories
from tests.sales.threads import WORKERS, run_together, tally

pytestmark = pytest.mark.django_db(transaction=True)


def ask_together(cast, count):
    """The same person on as many sessions, so that it is the code's own lock that counts."""
    sessions = [factories.session(tour=cast.silk_tour) for _ in range(count)]
    return run_together([lambda s=s: cast.request(promo_code="MINE", session=s) for s in sessions])


def test_twenty_requests_of_one_person_use_it_as_often_as_one_may(cast):
    factories.promo_code(code="MINE", per_user_limit=3)

    results = ask_together(cast, 20)

    assert tally(results) == {"requested": 3, "PromoExhausted": 17}
    assert Booking.objects.filter(promo_code__code="MINE").count() == 3


def test_without_the_codes_lock_one_person_uses_it_too_often(cast, monkeypatch):
    """The positive control of the race above: all have looked before anybody writes."""
    looked = threading.Barrier(WORKERS)
    original = request.make_offer

    def look_together(*args, **kwargs):
        offer = original(*args, **kwargs)
        looked.wait(10)
        return offer

    monkeypatch.setattr(request, "lock_promo_code", lambda pk: PromoCode.objects.get(pk=pk))
    monkeypatch.setattr(request, "make_offer", look_together)
    factories.promo_code(code="MINE", per_user_limit=1)

    results = ask_together(cast, WORKERS)

    assert tally(results) == {"requested": WORKERS}
