"""The story of a booking's money: everything in order, summing to nothing."""

from datetime import date, timedelta
from decimal import Decimal

from core.actor import Source, job
from finance.services.payouts import approve_payout, create_payout
from finance.services.rates import decide_rate, propose_rate
from partners.models import TravelAgency
from sales.queries.money_story import Happened, money_story
from sales.services.refunds import ask_refund, finish_by_hand
from sales.services.release import free_reserve, release_booking
from tests.factories import NOW

AFTER = NOW + timedelta(days=100)
LATER = AFTER + timedelta(days=91)


def tell(booking, reader, at=NOW):
    return money_story(booking, reader=reader, at=at)


def what(story):
    return [step.what for step in story.steps]


def place(story):
    return {place.kind: place.amount for place in story.places}


def release(booking, at=AFTER):
    return release_booking(booking_id=booking.pk, by=job(), at=at)


def test_a_paid_booking_s_money_sums_to_nothing_and_its_release_is_foretold(cast):
    booking = cast.paid(referral_code="MADINA")

    story = tell(booking, cast.accountant)

    assert what(story)[:2] == [Happened.REQUESTED, Happened.PAYMENT]
    assert place(story) == {
        "payme": 1_000_000,
        "commission": -100_000,
        "referral_expense": 50_000,
        "agency_pending": -900_000,
        "bonus_pending": -50_000,
    }
    assert story.balance == 0
    assert [(c.what, c.day) for c in story.coming] == [
        (Happened.RELEASE_DUE, date(2027, 6, 7)),
        (Happened.BONUS_DUE, date(2027, 3, 8)),
    ]


def test_a_part_given_back_is_told_with_its_journal(cast):
    booking = cast.paid()
    by = cast.accountant.actor(Source.ADMIN)
    refund = ask_refund(
        booking_id=booking.pk,
        amount=Decimal(400_000),
        method="by_hand",
        reason="Ill",
        by=by,
        at=NOW,
    )
    before = tell(booking, cast.accountant)
    finish_by_hand(refund_id=refund.pk, reference="PP-1", proof="p.pdf", by=by, at=NOW)

    story = tell(booking, cast.accountant)

    assert Happened.REFUND in what(before)
    assert len(story.steps) == len(before.steps) + 1
    assert (place(story)["bank"], place(story)["agency_pending"]) == (-400_000, -540_000)
    assert story.balance == 0


def test_release_reserve_and_the_payout_in_which_it_went_out(cast):
    TravelAgency.objects.filter(pk=cast.silk.pk).update(
        reserve_percent=10,
        bank_name="Bank",
        bank_account="2" * 20,
        bank_mfo="00001",
        tax_id="123456789",
    )
    booking, other = cast.paid(), cast.paid(session=cast.nomad_session)
    release(booking)
    held = tell(booking, cast.silk_owner, AFTER)
    payout = create_payout(
        agency_id=cast.silk.pk, source="staff", by=cast.accountant.actor(Source.ADMIN), at=AFTER
    )
    approve_payout(payout_id=payout.pk, by=cast.second_accountant.actor(Source.ADMIN), at=AFTER)
    free_reserve(booking_id=booking.pk, by=job(), at=LATER)

    story = tell(booking, cast.silk_owner, LATER)

    (step,) = [step for step in story.steps if step.what == Happened.PAYOUT]
    assert (step.row, step.amount) == (payout, 810_000)
    assert [c.what for c in held.coming] == [Happened.RESERVE_DUE]
    assert story.coming == []
    assert Happened.PAYOUT not in what(tell(other, cast.accountant))


def test_the_owner_sees_his_own_side_only(cast):
    booking = cast.paid(referral_code="MADINA")

    story = tell(booking, cast.silk_owner)

    assert set(place(story)) == {"agency_pending"}
    assert Happened.BONUS_DUE not in [coming.what for coming in story.coming]
    assert tell(booking, cast.nomad_owner).places == []


def test_it_is_told_why_the_rate_is_what_it_is(cast):
    own = cast.request()
    rate = propose_rate(
        agency_id=cast.silk.pk,
        tour_id=cast.silk_tour.pk,
        percent=Decimal(7),
        valid_from=date(2027, 3, 1),
        reason="Contract",
        by=cast.accountant.actor(Source.ADMIN),
        at=NOW,
    )
    by = cast.second_accountant.actor(Source.ADMIN)
    decide_rate(rate_id=rate.pk, approve=True, by=by, at=NOW + timedelta(minutes=1))
    agreed = cast.request(at=NOW + timedelta(minutes=2))

    assert tell(own, cast.accountant).rate is None
    assert tell(agreed, cast.accountant).rate == rate
