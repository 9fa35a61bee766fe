"""Promo codes, bonus and payments under load."""

import threading
from decimal import Decimal

import pytest

from catalog.models import PromoCode
from finance.models import AccountingTransaction, PaymentTransaction
from sales.models import Booking
from sales.services import request
from sales.services.cancel import cancel_booking
from sales.services.take_back import cancel_payment
from tests import factories
from tests.cast import PAYME
from tests.factories import NOW
from tests.sales.threads import WORKERS, run_together, tally

pytestmark = pytest.mark.django_db(transaction=True)

ID = "66b0c2f1e1a5d1a2b3c4d5e6"


def test_twenty_uses_of_a_code_for_five_are_five(cast):
    factories.promo_code(code="FIVE", usage_limit=5)
    people = [factories.user() for _ in range(20)]
    # On two sessions, so that it is the code's own lock that counts.
    where = [cast.silk_session, cast.nomad_session]

    results = run_together(
        [
            lambda p=p, i=i: cast.request(by=p, promo_code="FIVE", session=where[i % 2])
            for i, p in enumerate(people)
        ]
    )

    assert tally(results) == {"requested": 5, "PromoExhausted": 15}
    assert Booking.objects.filter(promo_code__code="FIVE").count() == 5


def test_without_the_codes_lock_it_is_used_too_often(cast, monkeypatch):
    """The positive control of the race above: all have looked before anybody writes."""
    looked = threading.Barrier(WORKERS)
    original = request.make_offer

    def look_together(*args, **kwargs):
        offer = original(*args, **kwargs)
        looked.wait(10)
        return offer

    monkeypatch.setattr(request, "lock_promo_code", lambda pk: PromoCode.objects.get(pk=pk))
    monkeypatch.setattr(request, "make_offer", look_together)
    factories.promo_code(code="ONE", usage_limit=1)
    sessions = [factories.session(tour=cast.silk_tour) for _ in range(WORKERS)]

    results = run_together(
        [lambda s=s: cast.request(promo_code="ONE", session=s) for s in sessions]
    )

    assert tally(results) == {"requested": WORKERS}


def test_a_bonus_spent_by_ten_requests_at_once_is_spent_once(cast):
    cast.give_bonus(cast.traveller, 150_000)
    sessions = [cast.silk_session, cast.nomad_session]

    results = run_together(
        [
            lambda i=i: cast.request(bonus=Decimal(100_000), session=sessions[i % 2])
            for i in range(10)
        ]
    )

    assert tally(results) == {"requested": 1, "BonusInsufficient": 9}
    assert cast.balance("bonus_available", cast.traveller) == 50_000
    assert cast.balance("bonus_reserved", cast.traveller) == 100_000


def test_performing_at_once_posts_one_sale_and_answers_alike(cast):
    payment = cast.open(cast.approved())

    results = run_together([lambda: cast.perform(payment)] * 8)

    assert {(r.state, r.performed_at, r.pk) for r in results} == {("performed", NOW, payment.pk)}
    assert AccountingTransaction.objects.filter(type="sale").count() == 1
    assert cast.balance("agency_pending", cast.silk) == 900_000


def test_different_ids_at_once_leave_one_payment_waiting(cast):
    booking = cast.approved()

    results = run_together([lambda: cast.open(booking)] * 8)

    assert tally(results) == {"created": 1, "PaymentUnderWay": 7}
    assert PaymentTransaction.objects.count() == 1


def test_one_id_at_once_is_one_payment_with_equal_answers(cast):
    booking = cast.approved()

    results = run_together([lambda: cast.open(booking, provider_id=ID)] * 8)

    assert len({(r.pk, r.created_at, r.state) for r in results}) == 1
    assert PaymentTransaction.objects.count() == 1


def test_a_cancel_and_a_perform_at_once_are_one_after_the_other(cast):
    for person in (cast.traveller, cast.second_traveller, cast.stranger):
        booking = cast.approved(by=person)
        payment = cast.open(booking)
        provider_id = payment.payme_invoice_id

        run_together(
            [
                lambda p=payment: cast.perform(p),
                lambda i=provider_id: cancel_payment(provider_id=i, code=3, by=PAYME, at=NOW),
            ]
        )

        payment.refresh_from_db()
        booking.refresh_from_db()
        # Cancelled first: nothing was paid. Performed first: paid, and taken back whole.
        assert (payment.state, booking.status) in {
            ("cancelled", "approved"),
            ("refunded", "cancelled"),
        }
    assert cast.balance("agency_pending", cast.silk) == 0


def test_a_traveller_who_cancels_while_payme_performs_is_paid_or_cancelled(cast):
    for person in (cast.traveller, cast.second_traveller, cast.stranger):
        booking = cast.approved(by=person)
        payment = cast.open(booking)
        by = person.actor("api")

        results = run_together(
            [
                lambda p=payment: cast.perform(p),
                lambda pk=booking.pk, by=by: cancel_booking(booking_id=pk, by=by, at=NOW),
            ]
        )

        payment.refresh_from_db()
        booking.refresh_from_db()
        assert booking.status == "cancelled", "either way the traveller's wish stands"
        performed = payment.state == "performed"
        assert payment.refunds.exists() == performed
        assert tally(results)["NoSeatForMoney"] == (0 if performed else 1)
