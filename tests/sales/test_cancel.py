"""Calling a booking off: free before payment, by the policy after it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.models import EventLog
from core.refusals import NotAllowed, NotFound
from finance.models import Refund
from sales.queries.cancellation import preview_cancellation
from sales.refusals import BookingExpired, BookingMoved
from sales.services.cancel import TourHasBegun, cancel_booking
from tests import factories
from tests.factories import NOW

# The tour begins on 1 June in Tashkent; the policy is 30 days: all, 7 days: half, later: nothing.
THIRTY_DAYS_BEFORE = datetime(2027, 5, 2, 12, tzinfo=UTC)
TWENTY_NINE_DAYS_BEFORE = datetime(2027, 5, 3, 12, tzinfo=UTC)
SEVEN_DAYS_BEFORE = datetime(2027, 5, 25, 12, tzinfo=UTC)
SIX_DAYS_BEFORE = datetime(2027, 5, 26, 12, tzinfo=UTC)
THE_EVE = datetime(2027, 5, 31, 18, 59, tzinfo=UTC)
THE_DAY = datetime(2027, 5, 31, 19, 0, tzinfo=UTC)


def cancel(booking, by, at=NOW, reason=""):
    return cancel_booking(booking_id=booking.pk, by=by.actor("api"), at=at, reason=reason)


@pytest.mark.parametrize("who", ["traveller", "silk_manager", "silk_owner", "admin"])
@pytest.mark.parametrize("state", ["request", "approved"])
def test_before_payment_everything_held_goes_back(cast, who, state):
    cast.give_bonus(cast.traveller, 1000)
    booking = getattr(cast, state)(seats=4, bonus="all")

    cancel(booking, getattr(cast, who), at=NOW + timedelta(minutes=5))

    booking.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert booking.status == "cancelled"
    assert booking.cancelled_at == NOW + timedelta(minutes=5)
    assert booking.expires_at is None
    assert cast.silk_session.seats_taken == 0
    assert cast.balance("bonus_available", cast.traveller) == 1000
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("who", "reason"),
    [("traveller", "traveller"), ("silk_manager", "agency"), ("admin", "platform")],
)
def test_a_cancellation_says_whose_wish_it_was(cast, who, reason):
    booking = cancel(cast.request(), getattr(cast, who), reason=" I am ill. ")

    assert booking.cancel_reason == reason
    assert booking.cancel_note == "I am ill."
    event = EventLog.objects.get(action="booking.cancelled")
    assert event.user == getattr(cast, who)
    assert event.details["was_paid"] is False


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("nomad_manager", NotFound),
        ("stranger", NotFound),
        ("accountant", NotAllowed),
        ("support", NotAllowed),
    ],
)
def test_nobody_else_cancels(cast, who, refusal):
    booking = cast.approved()

    with pytest.raises(refusal):
        cancel(booking, getattr(cast, who))

    booking.refresh_from_db()
    assert booking.status == "approved"


def test_what_has_ended_cannot_be_cancelled_and_says_how_it_ended(cast):
    booking = cancel(cast.request(), cast.traveller)

    with pytest.raises(BookingMoved) as refusal:
        cancel(booking, cast.traveller)

    assert "cancelled" in refusal.value.detail


def test_a_lapsed_booking_is_refused_as_expired_and_stays_expired(cast):
    booking = cast.approved(seats=2)

    with pytest.raises(BookingExpired):
        cancel(booking, cast.traveller, at=NOW + timedelta(minutes=60))

    booking.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert booking.status == "expired"
    assert cast.silk_session.seats_taken == 0


# --- after payment


@pytest.mark.parametrize(
    ("at", "percent"),
    [
        (NOW, 100),
        (THIRTY_DAYS_BEFORE, 100),
        (TWENTY_NINE_DAYS_BEFORE, 50),
        (SEVEN_DAYS_BEFORE, 50),
        (SIX_DAYS_BEFORE, 0),
        (THE_EVE, 0),
    ],
)
def test_after_payment_the_traveller_is_owed_the_policys_share(cast, at, percent):
    booking = cast.paid(seats=2)
    preview = preview_cancellation(booking, by=cast.traveller.actor("api"), at=at)

    cancel(booking, cast.traveller, at=at)

    booking.refresh_from_db()
    cast.silk_session.refresh_from_db()
    owed = [(r.amount, r.source, r.status) for r in Refund.objects.all()]
    share = Decimal(20_000) * percent
    assert (preview.percent, preview.refund, preview.kept) == (percent, share, 2_000_000 - share)
    # More than a million waits for a second pair of eyes.
    status = "requested" if share > 1_000_000 else "approved"
    assert owed == ([(share, "traveller", status)] if percent else [])
    assert booking.status == "cancelled"
    assert cast.silk_session.seats_taken == 0


@pytest.mark.parametrize("who", ["silk_manager", "silk_owner", "admin"])
def test_the_agency_and_the_platform_give_everything_back(cast, who):
    booking = cast.paid(seats=2)

    cancel(booking, getattr(cast, who), at=SIX_DAYS_BEFORE, reason="No guide.")

    refund = Refund.objects.get()
    assert refund.amount == Decimal(2_000_000)
    assert (refund.source, refund.reason) == ("staff", "No guide.")
    assert refund.created_by == getattr(cast, who)


def test_a_manager_who_travels_himself_is_a_traveller(cast):
    booking = cast.paid(by=cast.silk_manager)

    cancel(booking, cast.silk_manager, at=SIX_DAYS_BEFORE)

    booking.refresh_from_db()
    assert booking.cancel_reason == "traveller"
    assert not Refund.objects.exists()


def test_the_policy_of_the_day_of_the_request_counts(cast):
    booking = cast.paid()
    cast.silk_tour.cancellation_policy = [{"days_before": 0, "refund_percent": 0}]
    cast.silk_tour.save()

    cancel(booking, cast.traveller)

    assert Refund.objects.get().amount == booking.final_price


def test_the_ledger_moves_only_when_the_refund_is_carried_out(cast):
    booking = cast.paid()
    before = cast.balance("agency_pending", cast.silk)

    cancel(booking, cast.traveller)

    assert cast.balance("agency_pending", cast.silk) == before == Decimal(900_000)


@pytest.mark.parametrize("who", ["traveller", "silk_manager", "admin"])
def test_a_tour_that_has_begun_cannot_be_cancelled(cast, who):
    booking = cast.paid()

    with pytest.raises(TourHasBegun):
        cancel(booking, getattr(cast, who), at=THE_DAY)

    booking.refresh_from_db()
    assert booking.status == "paid"
    assert cancel(booking, getattr(cast, who), at=THE_EVE).status == "cancelled"


def test_a_preview_before_payment_costs_nothing(cast):
    preview = preview_cancellation(cast.approved(), by=cast.traveller.actor("api"), at=NOW)

    assert (preview.paid, preview.refund, preview.kept) == (0, 0, 0)
    assert preview.percent == 100


def test_a_booking_that_was_free_is_cancelled_without_a_journal(cast):
    factories.promo_code(code="FREE", agency=cast.silk, discount_percent=100, funded_by="agency")
    booking = cast.approved(promo_code="FREE")

    assert cancel(booking, cast.silk_manager).status == "cancelled"
    assert not booking.journals.exists()


def test_bonus_that_paid_a_whole_booking_comes_back_when_the_agency_cancels(cast):
    """Nothing was paid at a provider, so no provider will ever call to take the sale back."""
    cast.give_bonus(cast.traveller, 1_000_000)
    booking = cast.approved(bonus="all")
    booking.refresh_from_db()
    assert booking.status == "paid"

    cancel(booking, cast.silk_manager, reason="No guide.")

    assert cast.balance("bonus_available", cast.traveller) == 1_000_000
    assert cast.balance("agency_pending", cast.silk) == 0
