"""One person, many phones, a promo code good for a few uses of each."""

import threading
from datetime import timedelta

import pytest

from catalog.models import PromoCode
from catalog.services.promo_batches import Batch, create_promo_batch
from sales.models import Booking
from sales.services import request
from tests import factories
from tests.factories import NOW
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


def test_a_button_pressed_many_times_makes_one_batch(cast):
    batch, by = Batch(name="Spring", count=20), cast.silk_manager.actor("admin")
    values = {"discount_percent": 10, "valid_from": NOW, "valid_to": NOW + timedelta(days=1)}
    who = {"agency_id": cast.silk.pk, "by": by, "at": NOW}

    def press():
        create_promo_batch(batch=batch, values=values, **who)
        return batch

    results = run_together([press] * WORKERS)

    assert sum(result is batch for result in results) == 1
    assert [list(r.faults) for r in results if r is not batch] == [["name"]] * (WORKERS - 1)
    assert PromoCode.objects.count() == 20
