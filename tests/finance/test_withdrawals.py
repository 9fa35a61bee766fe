"""A bonus to a card: asked for once, approved by another, and back unless it arrived."""

from datetime import timedelta
from decimal import Decimal

import pytest
from constance.test import override_config
from django.db import transaction

from core.actor import Source, job
from core.refusals import NotAllowed, NotFound
from core.sealed import Secret
from core.services.proposals import OwnProposal
from finance.cards import CardMalformed, CardMistyped, CardUnknown
from finance.models import ReferralPayoutRequest
from finance.queries.audit import clearing_proofs
from finance.queries.balances import platform_balances
from finance.services import withdrawals as acts
from sales.queries.audit import book_proofs
from tests import factories
from tests.cast import assemble
from tests.factories import CARD, NOW
from tests.sales.threads import run_together, tally

pytestmark = pytest.mark.django_db

OTHER_CARD = "9860 1201 1111 1114"
DAY = timedelta(hours=24)


@pytest.fixture
def cast(cast):
    cast.give_bonus(cast.blogger, 200_000)
    return cast


def ask(cast, amount=150_000, *, card=CARD, by=None, at=NOW):
    actor = (by or cast.blogger).actor(Source.API)
    return acts.ask_withdrawal(amount=Decimal(amount), card_number=Secret(card), by=actor, at=at)


def do(act, withdrawal, by, *, at=NOW, **rest):
    return act(withdrawal_id=withdrawal.pk, by=by.actor(Source.ADMIN), at=at, **rest)


def approve(cast, withdrawal, **rest):
    return do(acts.approve_withdrawal, withdrawal, cast.accountant, **rest)


def processing(cast, **rest):
    """Handed to the bank."""
    withdrawal = approve(cast, ask(cast, **rest))
    withdrawal.send(at=NOW, register_id=None)
    withdrawal.save()
    return withdrawal


def pay(cast, withdrawal, **rest):
    return do(acts.pay_withdrawal, withdrawal, cast.accountant, reference="A-1", **rest)


def books_are_right():
    return not any(proof.faults for proof in book_proofs())


def available(cast):
    return cast.balance("bonus_available", cast.blogger)


# --- asking


def test_the_money_leaves_the_balance_at_the_request(cast):
    withdrawal = ask(cast)

    assert (withdrawal.status, withdrawal.card) == ("requested", "•••• 6478")
    assert withdrawal.card_system == "uzcard"
    assert available(cast) == 50_000
    assert platform_balances()["payouts_in_transit"] == 150_000
    assert books_are_right()


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"amount": 49_999}, acts.WithdrawalBelowMinimum),
        ({"amount": 200_001}, acts.WithdrawalInsufficient),
        ({"card": "8600 4954 7331 6479"}, CardMistyped),
        ({"card": "8600 4954 7331 647"}, CardMalformed),
        ({"card": "8600 4954 7331 647x"}, CardMalformed),
        ({"card": "4111 1111 1111 1111"}, CardUnknown),
    ],
)
def test_what_cannot_be_asked_for_changes_nothing(cast, wrong, refusal):
    with pytest.raises(refusal) as refused:
        ask(cast, **wrong)

    assert available(cast) == 200_000
    assert not ReferralPayoutRequest.objects.exists()
    assert wrong.get("card", "x") not in refused.value.detail


def test_only_partners_withdraw(cast):
    cast.give_bonus(cast.traveller, 200_000)

    with pytest.raises(acts.PartnersOnly):
        ask(cast, by=cast.traveller)


def test_one_at_a_time(cast):
    first = ask(cast, 50_000)

    with pytest.raises(acts.WithdrawalOpen) as refused:
        ask(cast, 50_000)

    assert refused.value.code == "payout_open"
    assert str(first.pk) in refused.value.detail


def test_a_stopped_partner_still_gets_what_he_has_earned(cast):
    cast.stop_partner()

    assert ask(cast).status == "requested"


# --- the card


def test_the_first_card_is_no_changed_card_and_a_second_one_cools_down(cast):
    first = pay(cast, processing(cast, amount=50_000))
    assert first.held_until is None

    changed = ask(cast, 50_000, card=OTHER_CARD)

    assert changed.held_until == NOW + DAY
    with pytest.raises(acts.CardCoolsDown, match=r"02\.03\.2027 11:00"):
        approve(cast, changed, at=NOW + DAY - timedelta(seconds=1))
    assert approve(cast, changed, at=NOW + DAY).status == "approved"


def test_a_card_that_was_approved_before_needs_no_second_wait(cast):
    pay(cast, processing(cast, amount=50_000))
    changed = ask(cast, 50_000, card=OTHER_CARD)
    do(acts.cancel_withdrawal, changed, cast.blogger)
    assert ask(cast, 50_000, card=OTHER_CARD).held_until, "a cancelled one is no proof"

    do(acts.cancel_withdrawal, ReferralPayoutRequest.objects.first(), cast.blogger)
    assert ask(cast, 50_000).held_until is None


def test_the_hours_are_a_setting(cast):
    do(acts.cancel_withdrawal, ask(cast), cast.blogger)

    with override_config(CARD_COOLDOWN_HOURS=0):
        assert ask(cast, card=OTHER_CARD).held_until is None


# --- deciding


def test_nobody_approves_or_settles_his_own(cast):
    factories.referral_partner(user=cast.accountant)
    cast.give_bonus(cast.accountant, 100_000)
    own = ask(cast, 60_000, by=cast.accountant)

    for act, rest in ((acts.approve_withdrawal, {}), (acts.reject_withdrawal, {"reason": "x"})):
        with pytest.raises(OwnProposal):
            do(act, own, cast.accountant, **rest)
    approved = do(acts.approve_withdrawal, own, cast.second_accountant)
    with pytest.raises(OwnProposal):
        do(acts.fail_withdrawal, approved, cast.accountant, reason="x")


@pytest.mark.parametrize("who", ["support", "silk_owner", "traveller"])
def test_only_the_books_people_decide(cast, who):
    withdrawal = ask(cast)

    with pytest.raises(NotAllowed):
        do(acts.approve_withdrawal, withdrawal, getattr(cast, who))
    with pytest.raises(NotAllowed):
        do(acts.reject_withdrawal, withdrawal, getattr(cast, who), reason="x")


def test_a_rejected_one_is_back_on_the_balance_with_its_reason(cast):
    withdrawal = ask(cast)
    with pytest.raises(acts.WhyEndWithdrawal):
        do(acts.reject_withdrawal, withdrawal, cast.accountant, reason=" ")

    rejected = do(acts.reject_withdrawal, withdrawal, cast.accountant, reason="Not your card")

    assert (rejected.status, rejected.note, rejected.card_number) == (
        "rejected",
        "Not your card",
        "",
    )
    assert available(cast) == 200_000
    assert books_are_right()


def test_the_owner_takes_it_back_and_nobody_else(cast):
    withdrawal = ask(cast)
    with pytest.raises(NotFound):
        do(acts.cancel_withdrawal, withdrawal, cast.traveller)

    assert do(acts.cancel_withdrawal, withdrawal, cast.blogger).status == "cancelled"
    assert do(acts.cancel_withdrawal, withdrawal, cast.blogger).status == "cancelled"
    assert available(cast) == 200_000
    assert books_are_right()


def test_what_is_approved_can_no_longer_be_taken_back(cast):
    withdrawal = approve(cast, ask(cast))

    with pytest.raises(acts.WithdrawalMoved):
        do(acts.cancel_withdrawal, withdrawal, cast.blogger)
    with pytest.raises(acts.WithdrawalMoved):
        approve(cast, withdrawal)


def test_a_debt_that_came_meanwhile_stops_the_approval(cast):
    withdrawal = ask(cast)
    cast.give_bonus(cast.blogger, -60_000)

    with pytest.raises(acts.BonusInDebt):
        approve(cast, withdrawal)

    do(acts.reject_withdrawal, withdrawal, cast.accountant, reason="Netted")
    assert available(cast) == 140_000


def test_a_deactivated_person_is_not_paid(cast):
    withdrawal = ask(cast)
    cast.blogger.is_active = False
    cast.blogger.save()

    with pytest.raises(acts.PersonDeactivated):
        approve(cast, withdrawal)


# --- what becomes of it


def test_paid_leaves_the_bank_and_forgets_the_card(cast):
    withdrawal = processing(cast)
    assert withdrawal.open_card().reveal() == CARD

    paid = pay(cast, withdrawal)

    assert (paid.status, paid.provider_reference, paid.card_number) == ("paid", "A-1", "")
    assert platform_balances()["bank"] == -150_000
    assert platform_balances()["payouts_in_transit"] == 0
    assert books_are_right()


def test_paid_needs_its_reference_and_to_be_on_its_way(cast):
    withdrawal = approve(cast, ask(cast))
    with pytest.raises(acts.WithdrawalMoved):
        pay(cast, withdrawal)
    withdrawal.send(at=NOW, register_id=None)
    withdrawal.save()

    with pytest.raises(acts.NoReference):
        do(acts.pay_withdrawal, withdrawal, cast.accountant, reference=" ")


def test_failed_comes_back_also_after_it_was_said_to_be_paid(cast):
    withdrawal = processing(cast)
    failed = do(acts.fail_withdrawal, withdrawal, cast.accountant, reason="Card closed")
    assert (failed.status, failed.note, available(cast)) == ("failed", "Card closed", 200_000)

    returned = pay(cast, processing(cast))
    do(acts.fail_withdrawal, returned, cast.accountant, reason="Returned")

    assert available(cast) == 200_000
    assert platform_balances()["bank"] == 0
    assert books_are_right()
    with pytest.raises(acts.WithdrawalMoved):
        do(acts.fail_withdrawal, returned, cast.accountant, reason="Twice")


def test_the_providers_own_answer_comes_by_a_job(cast):
    withdrawal = processing(cast)

    paid = acts.pay_withdrawal(withdrawal_id=withdrawal.pk, reference="7", by=job(), at=NOW)

    assert paid.status == "paid"


@pytest.mark.django_db(transaction=True)
def test_twenty_requests_for_the_whole_balance_are_one():
    with transaction.atomic():
        cast = assemble()
    cast.give_bonus(cast.blogger, 200_000)

    results = run_together([lambda: ask(cast, 200_000)] * 20)

    assert tally(results) == {"requested": 1, "WithdrawalOpen": 19}
    assert available(cast) == 0
    assert not any(proof.faults for proof in clearing_proofs())
