"""Moves of money's own states."""

import pytest

from core.state import TransitionNotAllowed
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_a_payout_goes_from_created_over_the_bank_to_paid(cast):
    payout = factories.payout(created_by=cast.accountant, bank_account="2" * 20)

    payout.approve(by_id=cast.second_accountant.pk, at=NOW)
    payout.send(register_id=factories.payout_register().pk)
    payout.pay(at=NOW, reference="A-1")
    payout.save()

    payout.refresh_from_db()
    assert (payout.status, payout.bank_reference, payout.paid_at) == ("paid", "A-1", NOW)


def test_a_payout_that_was_paid_may_still_come_back():
    payout = factories.payout(
        status="paid",
        approved_by=factories.staff(),
        approved_at=NOW,
        bank_account="2" * 20,
        register=factories.payout_register(),
    )

    payout.fail(at=NOW, note="The account is closed.")

    assert payout.status == "failed"


@pytest.mark.parametrize(
    "move",
    [
        lambda payout: payout.send(register_id=1),
        lambda payout: payout.pay(at=NOW, reference="A-1"),
        lambda payout: payout.fail(at=NOW, note="No."),
    ],
)
def test_a_payout_is_not_sent_before_it_is_approved(move):
    with pytest.raises(TransitionNotAllowed):
        move(factories.payout())


def test_a_withdrawal_that_was_rejected_goes_nowhere():
    withdrawal = factories.withdrawal()
    withdrawal.reject(at=NOW, note="No.")

    with pytest.raises(TransitionNotAllowed):
        withdrawal.approve(by_id=1, at=NOW)


def test_a_refund_that_was_rejected_is_not_done():
    refund = factories.refund()
    refund.reject(note="No.")

    with pytest.raises(TransitionNotAllowed):
        refund.complete(at=NOW)
