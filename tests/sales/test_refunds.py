"""The provider takes a performed payment back: always whole."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.models import EventLog
from finance.models import ReferralBonus, Refund
from finance.queries.balances import platform_balances
from sales.services.cancel import cancel_booking
from sales.services.take_back import TourHasRun, cancel_payment
from tests import factories
from tests.cast import PAYME
from tests.factories import NOW
from tests.sales.test_settle import lines_of

LATER = NOW + timedelta(days=3)
THE_DAY = datetime(2027, 5, 31, 19, 0, tzinfo=UTC)


def take_back(booking, at=LATER, code=5):
    payment = booking.payments.get()
    return cancel_payment(provider_id=payment.payme_invoice_id, code=code, by=PAYME, at=at)


def test_a_refund_ends_the_booking_and_frees_its_seats(cast):
    booking = cast.paid(seats=3)

    payment = take_back(booking)

    booking.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert (payment.state, payment.cancel_code) == ("refunded", 5)
    assert (payment.cancelled_at, payment.performed_at) == (LATER, NOW)
    assert (booking.status, booking.cancel_reason) == ("cancelled", "refund")
    assert booking.cancelled_at == LATER
    assert cast.silk_session.seats_taken == 0
    assert EventLog.objects.get(action="booking.refunded").details["amount"] == "3000000.00"


def test_a_refund_mirrors_the_sale_line_by_line_and_names_it(cast):
    cast.give_bonus(cast.traveller, 50_000)
    factories.promo_code(code="GIFT", discount_percent=10, funded_by="platform")
    booking = cast.paid(seats=2, promo_code="GIFT", bonus="all")
    sale = lines_of(booking, type="sale")

    take_back(booking)

    other = {"debit": "credit", "credit": "debit"}
    # What the traveller had set aside comes back to what he may spend.
    back = {"bonus_reserved": "bonus_available"}
    assert lines_of(booking, type="refund") == {
        (other[side], back.get(kind, kind)): amount for (side, kind), amount in sale.items()
    }
    original = booking.journals.get(type="sale")
    assert original.status == "reversed"
    assert booking.journals.get(type="refund").reverses == original
    assert {kind: sum_ for kind, sum_ in platform_balances().items() if sum_} == {
        "referral_expense": Decimal(50_000)  # the gift itself
    }


def test_the_bonus_goes_back_to_the_traveller(cast):
    cast.give_bonus(cast.traveller, 50_000)
    booking = cast.paid(bonus="all")
    assert cast.balance("bonus_available", cast.traveller) == 0

    take_back(booking)

    assert cast.balance("bonus_available", cast.traveller) == 50_000
    assert cast.balance("bonus_reserved", cast.traveller) == 0
    assert cast.balance("agency_pending", cast.silk) == 0


def test_a_pending_referral_bonus_is_reversed(cast):
    booking = cast.paid(referral_code="MADINA")
    assert cast.balance("bonus_pending", cast.blogger) == 50_000

    take_back(booking)

    assert ReferralBonus.objects.get().status == "reversed"
    assert cast.balance("bonus_pending", cast.blogger) == 0
    assert platform_balances()["referral_expense"] == 0


def test_a_matured_and_spent_referral_bonus_leaves_a_debt(cast):
    """The only way below zero."""
    booking = cast.paid(referral_code="MADINA")
    bonus = ReferralBonus.objects.get()
    bonus.mature()
    bonus.save()

    take_back(booking)

    assert ReferralBonus.objects.get().status == "reversed"
    assert cast.balance("bonus_available", cast.blogger) == -50_000


def test_a_partners_totals_follow_the_refund(cast):
    booking = cast.paid(referral_code="MADINA")

    take_back(booking)

    cast.partner.refresh_from_db()
    assert (cast.partner.total_sales, cast.partner.total_commission_paid) == (0, 0)


def test_a_refund_nobody_asked_for_is_written_down_as_the_providers(cast):
    booking = cast.paid()

    take_back(booking)

    refund = Refund.objects.get()
    assert (refund.source, refund.status, refund.done_at) == ("provider", "done", LATER)
    assert refund.amount == booking.final_price


def test_a_refund_that_was_owed_is_done_and_the_booking_keeps_its_story(cast):
    booking = cast.paid()
    cancel_booking(
        booking_id=booking.pk, by=cast.traveller.actor("api"), at=NOW, reason="I am ill."
    )

    take_back(booking)

    refund = Refund.objects.get()
    booking.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert (refund.source, refund.status, refund.reason) == ("traveller", "done", "I am ill.")
    assert (booking.cancel_reason, booking.cancelled_at) == ("traveller", NOW)
    assert cast.silk_session.seats_taken == 0


def test_a_refund_again_answers_the_first_and_moves_nothing(cast):
    booking = cast.paid()
    first = take_back(booking)

    again = take_back(booking, at=LATER + timedelta(days=1), code=10)

    assert (again.cancelled_at, again.cancel_code) == (first.cancelled_at, 5)
    assert booking.journals.filter(type="refund").count() == 1
    assert Refund.objects.count() == 1


def test_a_tour_that_has_begun_is_not_refunded_by_the_provider(cast):
    booking = cast.paid()

    with pytest.raises(TourHasRun):
        take_back(booking, at=THE_DAY)

    booking.refresh_from_db()
    assert booking.status == "paid"
    assert take_back(booking, at=THE_DAY - timedelta(seconds=1)).state == "refunded"


def test_what_was_cancelled_before_the_tour_may_be_refunded_after_it_began(cast):
    booking = cast.paid()
    cancel_booking(booking_id=booking.pk, by=cast.silk_manager.actor("admin"), at=NOW)

    assert take_back(booking, at=THE_DAY).state == "refunded"


def test_after_a_refund_the_seat_can_be_sold_again(cast):
    booking = cast.paid(seats=20)
    take_back(booking)

    assert cast.paid(seats=20, by=cast.second_traveller, at=LATER).status == "paid"
