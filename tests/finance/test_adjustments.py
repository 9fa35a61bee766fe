"""Postings by hand: from account to account, one proposes, another posts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.actor import Source
from core.refusals import NotAllowed
from core.services.proposals import OwnProposal
from finance.models import AccountingTransaction, Adjustment
from finance.queries.balances import platform_balances
from finance.services.adjustments import (
    DayInFuture,
    NotByHand,
    NothingToPost,
    OtherAgencysBooking,
    Place,
    SameAccount,
    TwoAgencies,
    WhyAdjust,
    decide_adjustment,
    propose_adjustment,
)
from finance.services.months import MonthIsClosed
from sales.queries.audit import book_proofs
from tests import factories
from tests.factories import NOW

TODAY = date(2027, 3, 1)
BANK, PAYME, FEE = Place("bank"), Place("payme"), Place("provider_fee")


def propose(cast, debit=BANK, credit=PAYME, amount="100.00", *, by=None, **fields):
    actor = (by or cast.accountant).actor(Source.ADMIN)
    defaults = {"day": TODAY, "reason": "Order 12"}
    return propose_adjustment(
        debit=debit, credit=credit, amount=Decimal(amount), **defaults | fields, by=actor, at=NOW
    )


def decide(cast, adjustment, *, approve=True, by=None, at=NOW):
    actor = (by or cast.second_accountant).actor(Source.ADMIN)
    return decide_adjustment(adjustment_id=adjustment.pk, approve=approve, by=actor, at=at)


def test_nothing_moves_until_somebody_else_approves(cast):
    adjustment = propose(cast)
    assert not AccountingTransaction.objects.exists()

    decided = decide(cast, adjustment)

    assert platform_balances()["bank"] == 100
    assert platform_balances()["payme"] == -100
    assert decided.journal.memo == "Order 12"
    assert not any(proof.faults for proof in book_proofs())


def test_an_agency_s_balance_is_moved_and_belongs_to_it(cast):
    place = Place("agency_available", agency_id=cast.silk.pk)
    journal = decide(cast, propose(cast, place, Place("other_income"), "250.50")).journal

    assert cast.balance("agency_available", cast.silk) == Decimal("-250.50")
    assert journal.agency == cast.silk
    assert not any(proof.faults for proof in book_proofs())


def test_a_rejected_posting_is_not_posted(cast):
    decide(cast, propose(cast), approve=False)

    assert not AccountingTransaction.objects.exists()


def test_a_day_that_is_past_is_posted_at_its_noon(cast):
    journal = decide(cast, propose(cast, day=TODAY - timedelta(days=40))).journal

    assert journal.posted_at == datetime(2027, 1, 20, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "kind", ["agency_pending", "agency_reserve", "unmatched", "bonus_reserved"]
)
def test_accounts_that_acts_keep_are_refused(cast, kind):
    owner = {"agency_id": cast.silk.pk} if kind.startswith("agency") else {}
    with pytest.raises(NotByHand):
        propose(cast, Place(kind, **owner))


@pytest.mark.parametrize(
    ("refusal", "field", "changes"),
    [
        (SameAccount, "credit", {"credit": BANK}),
        (NothingToPost, "amount", {"amount": "0"}),
        (DayInFuture, "day", {"day": TODAY + timedelta(days=1)}),
        (WhyAdjust, "reason", {"reason": " "}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(cast, refusal, field, changes):
    with pytest.raises(refusal) as refused:
        propose(cast, **changes)

    assert refused.value.field == field
    assert not Adjustment.objects.exists()


def test_it_is_of_one_agency_its_booking_included(cast):
    silk, nomad = (
        Place("agency_available", agency_id=agency.pk) for agency in (cast.silk, cast.nomad)
    )
    foreign, own = cast.paid(session=cast.nomad_session), cast.paid()

    with pytest.raises(TwoAgencies):
        propose(cast, silk, nomad)
    with pytest.raises(OtherAgencysBooking):
        propose(cast, silk, BANK, booking_id=foreign.pk)
    assert not Adjustment.objects.exists()
    assert propose(cast, BANK, PAYME, booking_id=foreign.pk).booking == foreign
    between = propose(cast, BANK, silk, booking_id=own.pk)

    # Proposed before anybody asked.
    Adjustment.objects.filter(pk=between.pk).update(
        debit=factories.account(kind="agency_available", agency=cast.nomad)
    )
    with pytest.raises(TwoAgencies):
        decide(cast, between)
    assert decide(cast, between, approve=False).status == "rejected"


def test_nobody_decides_his_own_and_only_the_books_may(cast):
    adjustment = propose(cast)

    with pytest.raises(OwnProposal):
        decide(cast, adjustment, by=cast.accountant)
    for person in (cast.support, cast.silk_owner):
        with pytest.raises(NotAllowed):
            propose(cast, by=person)
        with pytest.raises(NotAllowed):
            decide(cast, adjustment, by=person)


def test_a_month_closed_meanwhile_refuses_it_in_words(cast):
    adjustment = propose(cast, day=date(2027, 2, 10))
    factories.closed_month(month=date(2027, 2, 1))

    with pytest.raises(MonthIsClosed, match=r"02\.2027"):
        decide(cast, adjustment)
    with pytest.raises(MonthIsClosed):
        propose(cast, day=date(2027, 2, 28))
    assert decide(cast, adjustment, approve=False).status == "rejected"
