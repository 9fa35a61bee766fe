"""A partner's bonus from the booking to the balance, and every movement of it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from constance.test import override_config

from core.actor import Source, job
from finance.models import AccountingTransaction, ReferralBonus
from finance.queries.bonus import balance_of
from finance.queries.bonus_statement import movements_of
from finance.services.adjustments import Place, decide_adjustment, propose_adjustment
from finance.services.bonus import mature_bonus, mature_bonuses
from sales.queries.audit import book_proofs
from sales.queries.partner_desk import deal_of, deals_queryset, desk_of
from sales.services.cancel import cancel_booking
from sales.services.refunds import ask_refund, finish_by_hand
from sales.services.reject import reject_booking
from sales.services.take_back import cancel_payment
from tests.cast import PAYME
from tests.factories import NOW

WEEK = timedelta(days=7)
SOON = NOW + WEEK
FIVE_PERCENT = 50_000  # of one seat of a million


def take_back(booking, *, at=NOW):
    payment = booking.payments.get()
    cancel_payment(provider_id=payment.payme_invoice_id, code=5, by=PAYME, at=at)


def refund_part(cast, booking, amount, *, at=NOW):
    refund = ask_refund(
        booking_id=booking.pk,
        amount=Decimal(amount),
        method="by_hand",
        reason="Ill",
        by=cast.accountant.actor(Source.ADMIN),
        at=at,
    )
    return refund


def finish(cast, refund, *, at=NOW):
    by = cast.second_accountant.actor(Source.ADMIN)
    finish_by_hand(refund_id=refund.pk, reference="1", proof="a.pdf", by=by, at=at)


def of_blogger(cast):
    """Pending and available."""
    return tuple(cast.balance(f"bonus_{kind}", cast.blogger) for kind in ("pending", "available"))


def books_are_right():
    return not any(proof.faults for proof in book_proofs())


# --- it matures


def test_it_can_be_used_after_seven_days_and_not_before(cast):
    cast.paid(referral_code="MADINA")
    assert of_blogger(cast) == (FIVE_PERCENT, 0)

    assert mature_bonuses(at=SOON - timedelta(seconds=1)) == 0
    assert mature_bonuses(at=SOON) == 1

    assert of_blogger(cast) == (0, FIVE_PERCENT)
    assert ReferralBonus.objects.get().matured_at == SOON
    assert books_are_right()


def test_the_job_may_be_late_and_run_twice(cast):
    cast.paid(referral_code="MADINA")

    assert mature_bonuses(at=SOON + 10 * WEEK) == 1
    assert mature_bonuses(at=SOON + 10 * WEEK) == 0
    mature_bonus(bonus_id=ReferralBonus.objects.get().pk, by=job(), at=SOON + 11 * WEEK)

    assert of_blogger(cast) == (0, FIVE_PERCENT)


def test_the_days_may_be_counted_from_the_end_of_the_tour(cast):
    with override_config(BONUS_COUNTS_FROM="tour_end"):
        cast.paid(referral_code="MADINA")

    # The tour's last day is 3 June; it ends at midnight in Tashkent.
    assert ReferralBonus.objects.get().available_at == datetime(2027, 6, 10, 19, tzinfo=UTC)


def test_a_refund_before_it_matures_reverses_it(cast):
    take_back(cast.paid(referral_code="MADINA"))

    assert mature_bonuses(at=SOON) == 0
    assert of_blogger(cast) == (0, 0)
    assert books_are_right()


def test_a_part_that_was_refunded_does_not_mature(cast):
    booking = cast.paid(referral_code="MADINA")
    finish(cast, refund_part(cast, booking, 400_000))

    mature_bonuses(at=SOON)

    assert of_blogger(cast) == (0, 30_000)
    assert books_are_right()


def test_a_refund_that_is_still_open_holds_it_back(cast):
    booking = cast.paid(referral_code="MADINA")
    refund = refund_part(cast, booking, 400_000)
    assert mature_bonuses(at=SOON) == 0

    finish(cast, refund, at=SOON)

    assert mature_bonuses(at=SOON) == 1
    assert of_blogger(cast) == (0, 30_000)


def test_a_refund_afterwards_is_netted_by_what_comes_next(cast):
    booking = cast.paid(referral_code="MADINA")
    mature_bonuses(at=SOON)
    cast.give_bonus(cast.blogger, -40_000)

    take_back(booking, at=SOON)
    assert of_blogger(cast) == (0, -40_000)

    cast.paid(referral_code="MADINA", at=SOON)
    mature_bonuses(at=SOON + WEEK)
    assert of_blogger(cast) == (0, 10_000)
    assert books_are_right()


# --- the balance of everybody


def test_the_balance_tells_what_comes_when(cast):
    cast.paid(referral_code="MADINA")
    cast.paid(referral_code="MADINA", at=NOW + timedelta(days=1))
    cast.give_bonus(cast.blogger, 70_000)
    cast.request(by=cast.blogger, bonus=Decimal(20_000))

    balance = balance_of(cast.blogger.pk)

    assert (balance.available, balance.pending, balance.reserved) == (50_000, 100_000, 20_000)
    assert balance.maturing == [(date(2027, 3, 8), 50_000), (date(2027, 3, 9), 50_000)]


@pytest.mark.parametrize(("percent", "used"), [(100, 300_000), (20, 200_000), (0, 0)])
def test_a_booking_takes_bonus_up_to_its_limit(cast, percent, used):
    cast.give_bonus(cast.traveller, 300_000)

    with override_config(BONUS_LIMIT_PERCENT=percent):
        booking = cast.request(bonus="all")

    assert booking.bonus_used == used
    assert cast.balance("bonus_available", cast.traveller) == 300_000 - used


def test_every_movement_is_told_with_the_balance_after_it(cast):
    cast.paid(referral_code="MADINA")
    mature_bonuses(at=SOON)
    grant = propose_adjustment(
        debit=Place("promo_expense"),
        credit=Place("bonus_available", user_id=cast.blogger.pk),
        amount=Decimal(10_000),
        day=date(2027, 3, 8),
        reason="A late bus",
        by=cast.accountant.actor(Source.ADMIN),
        at=SOON,
    )
    by = cast.second_accountant.actor(Source.ADMIN)
    decide_adjustment(adjustment_id=grant.pk, approve=True, by=by, at=SOON)
    refused = cast.request(by=cast.blogger, bonus=Decimal(20_000), at=SOON)
    manager = cast.silk_manager.actor(Source.ADMIN)
    reject_booking(booking_id=refused.pk, reason="Full", by=manager, at=SOON)
    spent = cast.paid(by=cast.blogger, bonus=Decimal(30_000), at=SOON)
    take_back(spent, at=SOON)

    told = [(m.what.value, m.available, m.balance) for m in reversed(movements_of(cast.blogger.pk))]

    assert told == [
        ("earned", 0, 0),
        ("matured", 50_000, 50_000),
        ("granted", 10_000, 60_000),
        ("reserved", -20_000, 40_000),
        ("returned", 20_000, 60_000),
        ("reserved", -30_000, 30_000),
        ("spent", 0, 30_000),
        ("refunded", 30_000, 60_000),
    ]
    assert movements_of(cast.blogger.pk)[5].note == "A late bus"
    assert balance_of(cast.blogger.pk).available == 60_000
    whole = movements_of(cast.blogger.pk)
    assert movements_of(cast.blogger.pk, before=whole[1].id, limit=3) == whole[2:5]


# --- the partner's desk


def test_the_desk_tells_every_booking_with_its_reason(cast):
    whole = cast.paid(referral_code="MADINA")
    part = cast.paid(referral_code="MADINA")
    gone = cast.paid(referral_code="MADINA")
    waits = cast.request(referral_code="MADINA")
    dropped = cast.request(referral_code="MADINA")
    finish(cast, refund_part(cast, part, 400_000))
    take_back(gone)
    cancel_booking(booking_id=dropped.pk, reason="", by=cast.traveller.actor(Source.API), at=NOW)
    mature_bonus(bonus_id=whole.referral_bonus.pk, by=job(), at=SOON)

    deals = {deal.code: deal for deal in map(deal_of, deals_queryset(cast.partner))}
    told = [
        (deals[b.code].state.value, deals[b.code].amount, deals[b.code].reason)
        for b in (whole, part, gone, waits, dropped)
    ]

    assert told == [
        ("available", 50_000, ""),
        ("pending", 50_000, "a part was refunded"),
        ("reversed", 50_000, "the booking was refunded"),
        ("expected", 50_000, ""),
        ("none", 0, "the booking was not paid: cancelled"),
    ]
    desk = desk_of(cast.partner, NOW)
    assert (desk.bookings, desk.paid, desk.earned, desk.taken_back) == (5, 2, 150_000, 70_000)


def test_a_stopped_partner_expects_nothing_and_a_mistyped_code_is_not_his_fault(cast):
    cast.traveller.referred_by, cast.traveller.referred_at = cast.partner, NOW
    cast.traveller.save()
    booking = cast.request(referral_code="NOBODY")
    (deal,) = map(deal_of, deals_queryset(cast.partner))
    assert (deal.state, deal.amount, deal.reason) == ("expected", 50_000, "")

    cast.stop_partner()
    (deal,) = map(deal_of, deals_queryset(cast.partner))
    assert (deal.state, deal.amount, deal.reason) == ("none", 0, "the partner was stopped")

    cast.pay(cast.approve(booking))
    (deal,) = map(deal_of, deals_queryset(cast.partner))
    assert (deal.state, deal.reason) == ("none", "the partner was stopped")
    cast.partner.refresh_from_db()
    assert (cast.partner.total_sales, cast.partner.total_commission_paid) == (1_000_000, 0)


def test_an_agency_does_not_read_what_its_travellers_partner_earned(cast):
    cast.paid(referral_code="MADINA")

    seen = AccountingTransaction.objects.for_user(cast.silk_owner)

    assert {journal.type for journal in seen} == {"sale"}


def test_a_desk_of_many_bookings_is_read_with_one_query(cast, django_assert_num_queries):
    for _ in range(3):
        cast.request(referral_code="MADINA")

    with django_assert_num_queries(1):
        assert len([deal_of(booking) for booking in deals_queryset(cast.partner)]) == 3
