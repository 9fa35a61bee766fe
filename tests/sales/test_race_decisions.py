"""A decision is taken back, and an offer taken, while somebody else is at it."""

from datetime import timedelta

import pytest
from django.db import connection

from sales.models import Booking, DateOffer
from sales.services import undo
from sales.services.holds import Deal
from sales.services.offer_date import offer_date, take_offer
from sales.services.undo import undo_decision
from tests import factories
from tests.factories import NOW
from tests.sales.threads import run_together, tally

pytestmark = pytest.mark.django_db(transaction=True)

SOON = NOW + timedelta(seconds=10)


def undo_while_paying(cast, booking):
    by = cast.silk_manager.actor("admin")
    return run_together(
        [
            lambda: undo_decision(booking_id=booking.pk, by=by, at=SOON),
            lambda: cast.open(booking, at=SOON),
        ]
    )


def test_either_the_payment_begins_or_the_approval_is_undone(cast):
    for _ in range(2):
        booking = cast.approved()

        undone, payment = undo_while_paying(cast, booking)

        booking.refresh_from_db()
        begun = booking.payments.exists()
        assert begun == (booking.status == "approved")
        assert begun == (type(undone).__name__ == "PaymentBegun")
        assert begun == (getattr(payment, "state", "") == "created")


class TestPositiveControl:
    """Without the lock both go through, or the test above proves nothing."""

    @pytest.fixture(autouse=True)
    def _books_are_right(self):
        return

    def test_without_the_lock_money_comes_for_a_mere_request(self, cast, monkeypatch):
        def read(booking_id, *, at):
            booking = Booking.objects.select_related("session").get(pk=booking_id)
            return Deal(booking, booking.session, [], None)

        def wait(_session):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.3)")

        monkeypatch.setattr(undo, "lock_deal_with_promo", read)
        monkeypatch.setattr(undo, "check_not_over", wait)
        booking = cast.approved()

        undo_while_paying(cast, booking)

        booking.refresh_from_db()
        assert (booking.status, booking.payments.exists()) == ("requested", True)


def test_many_taps_on_an_offer_are_one_booking_and_none_after_its_withdrawal(cast):
    by, tap = cast.silk_manager.actor("admin"), cast.traveller.actor("bot")
    for n in range(2):
        other = factories.session(tour=cast.silk_tour, capacity=5)
        booking = cast.request(seats=2)
        offer = offer_date(booking_id=booking.pk, session_id=other.pk, by=by, at=NOW)
        calls = [lambda pk=offer.pk: take_offer(offer_id=pk, by=tap, at=SOON)] * 4
        if n:
            calls.insert(0, lambda b=booking: undo_decision(booking_id=b.pk, by=by, at=SOON))

        results = tally(run_together(calls))

        other.refresh_from_db()
        is_taken = DateOffer.objects.filter(pk=offer.pk).exists()
        assert other.seats_taken == (2 if is_taken else 0)
        assert Booking.objects.filter(session=other).count() == int(is_taken)
        if is_taken:
            assert results == {"approved": 4} | ({"OfferTaken": 1} if n else {})
        else:
            assert results == {"requested": 1, "NotFound": 4}
