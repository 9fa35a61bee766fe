"""Bonus granted or taken by staff: one proposes, another decides, the person reads why."""

from datetime import date
from decimal import Decimal

import pytest

from core.actor import Source
from core.models import EventLog
from core.refusals import NotAllowed
from core.services.proposals import OwnProposal
from finance.models import Adjustment
from finance.queries.balances import platform_balances
from finance.queries.bonus_statement import Movement, movements_of
from finance.services.adjustments import (
    MoreThanHisBonus,
    NothingToPost,
    OwnBonus,
    Place,
    WhyAdjust,
    decide_adjustment,
    propose_adjustment,
    propose_bonus_grant,
)
from tests.factories import NOW


def propose(cast, amount, *, person=None, by=None, reason="An apology"):
    return propose_bonus_grant(
        user_id=(person or cast.traveller).pk,
        amount=Decimal(amount),
        reason=reason,
        by=(by or cast.support).actor(Source.ADMIN),
        at=NOW,
    )


def approve(cast, adjustment, by=None):
    actor = (by or cast.accountant).actor(Source.ADMIN)
    return decide_adjustment(adjustment_id=adjustment.pk, approve=True, by=actor, at=NOW)


def test_a_gift_waits_for_an_accountant_and_is_told_to_its_person(cast):
    gift = propose(cast, 50_000)
    assert movements_of(cast.traveller.pk) == []

    approve(cast, gift)

    (moved,) = movements_of(cast.traveller.pk)
    event = EventLog.objects.get(action="bonus.granted")
    assert (moved.what, moved.available, moved.note) == (Movement.GRANTED, 50_000, "An apology")
    assert (event.object_type, event.object_id) == ("partners.user", cast.traveller.pk)
    assert event.details["user_id"] == cast.traveller.pk
    assert (event.details["amount"], event.details["reason"]) == ("50000.00", "An apology")


def test_a_travellers_gift_is_a_promotions_cost_a_partners_one_of_referrals(cast):
    approve(cast, propose(cast, 50_000))
    approve(cast, propose(cast, 30_000, person=cast.blogger))

    costs = platform_balances()

    assert (costs["promo_expense"], costs["referral_expense"]) == (50_000, 30_000)


def test_what_is_taken_is_there_when_it_is_proposed_and_when_it_is_decided(cast):
    cast.give_bonus(cast.traveller, 50_000)
    with pytest.raises(MoreThanHisBonus) as refused:
        propose(cast, -50_001)
    first, second = propose(cast, -30_000), propose(cast, -30_000)

    approve(cast, first)
    with pytest.raises(MoreThanHisBonus):
        approve(cast, second)

    assert "50" in refused.value.detail
    assert cast.balance("bonus_available", cast.traveller) == 20_000
    assert movements_of(cast.traveller.pk)[0].what == Movement.CORRECTED
    assert EventLog.objects.get(action="bonus.granted").details["amount"] == "-30000.00"


def test_the_page_of_adjustments_may_not_overdraw_a_bonus_either(cast):
    bonus = Place("bonus_available", user_id=cast.traveller.pk)

    with pytest.raises(MoreThanHisBonus):
        propose_adjustment(
            debit=bonus,
            credit=Place("promo_expense"),
            amount=Decimal(1),
            day=NOW.date(),
            reason="A correction",
            by=cast.accountant.actor(Source.ADMIN),
            at=NOW,
        )


@pytest.mark.parametrize(
    ("amount", "reason", "refusal"), [(0, "Why", NothingToPost), (5, "  ", WhyAdjust)]
)
def test_a_grant_of_nothing_or_for_nothing_is_refused(amount, reason, refusal, cast):
    with pytest.raises(refusal):
        propose(cast, amount, reason=reason)
    assert not Adjustment.objects.exists()


def test_who_may_propose_and_who_may_decide(cast):
    for person in (cast.silk_owner, cast.silk_manager, cast.traveller):
        with pytest.raises(NotAllowed):
            propose(cast, 5, by=person)

    gift = propose(cast, 5, by=cast.accountant)

    with pytest.raises(OwnProposal):
        approve(cast, gift)
    with pytest.raises(NotAllowed):
        approve(cast, gift, by=cast.support)
    assert approve(cast, gift, by=cast.second_accountant).status == "approved"


def test_nobody_proposes_or_approves_what_moves_his_own_bonus(cast):
    with pytest.raises(OwnBonus):
        propose(cast, 50_000, person=cast.accountant, by=cast.accountant)
    with pytest.raises(OwnBonus):
        approve(cast, propose(cast, 50_000, person=cast.accountant))
    by_hand = {"amount": Decimal(10), "day": date(2027, 3, 1), "reason": "x", "at": NOW}
    with pytest.raises(OwnBonus):
        propose_adjustment(
            debit=Place("bank"),
            credit=Place("bonus_available", user_id=cast.accountant.pk),
            by=cast.accountant.actor(Source.ADMIN),
            **by_hand,
        )
