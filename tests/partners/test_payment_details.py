"""Where an agency's money goes: one proposes, another decides."""

import pytest

from core.models import EventLog
from core.refusals import NotAllowed, NotFound
from core.services.proposals import AlreadyDecided, OwnProposal
from partners.services.payment_details import (
    ChangeProposed,
    Details,
    DetailsFaults,
    NothingNew,
    WhyChange,
    decide_details,
    propose_details,
)
from tests.factories import NOW
from tests.finance.owed import DETAILS

NEW = Details(**DETAILS)
CASHBOX = "5e730e8e0b852a417aa49ceb"


@pytest.fixture
def propose(cast):
    def act(details=NEW, *, by=None, reason="Letter 7", agency=None):
        return propose_details(
            agency_id=(agency or cast.silk).pk,
            details=details,
            reason=reason,
            by=(by or cast.accountant).actor("admin"),
            at=NOW,
        )

    return act


def decide(change, by, *, approve=True):
    return decide_details(
        change_id=change.pk, approve=approve, by=by.actor("admin"), at=NOW, note="Rang them up"
    )


def test_the_agency_has_them_once_somebody_else_has_agreed(cast, propose):
    change = propose()
    cast.silk.refresh_from_db()
    assert cast.silk.bank_account == ""

    with pytest.raises(OwnProposal):
        decide(change, cast.accountant)
    decide(change, cast.second_accountant)

    cast.silk.refresh_from_db()
    assert Details.of(cast.silk) == NEW
    with pytest.raises(AlreadyDecided):
        decide(change, cast.admin)


def test_a_rejected_one_changes_nothing_and_makes_room(cast, propose):
    decide(propose(), cast.second_accountant, approve=False)

    cast.silk.refresh_from_db()
    assert cast.silk.bank_account == ""
    assert propose().status == "proposed"


def test_what_is_wrong_is_said_by_field(cast, propose):
    wrong = Details(bank_account="123", bank_mfo="x", tax_id="12", collection="split")

    with pytest.raises(DetailsFaults) as refused:
        propose(wrong)

    assert set(refused.value.faults) == {"bank_account", "bank_mfo", "tax_id"}
    with pytest.raises(DetailsFaults) as refused:
        propose(Details(collection="split"))
    assert set(refused.value.faults) == {"payme_merchant_id"}
    assert propose(Details(collection="split", payme_merchant_id=CASHBOX)).pk


def test_a_proposal_says_why_and_stands_alone(cast, propose):
    with pytest.raises(WhyChange):
        propose(reason=" ")
    with pytest.raises(NothingNew):
        propose(Details())
    propose()
    with pytest.raises(ChangeProposed):
        propose(Details(bank_name="Asaka"))
    assert propose(agency=cast.nomad).agency == cast.nomad


def test_only_the_books_propose_and_decide(cast, propose):
    for person in (cast.silk_owner, cast.silk_manager, cast.support):
        with pytest.raises(NotAllowed):
            propose(by=person)
    change = propose()
    with pytest.raises(NotAllowed):
        decide(change, cast.silk_owner)
    with pytest.raises(NotFound):
        decide_details(change_id=0, approve=True, by=cast.admin.actor("admin"), at=NOW)


def test_the_log_names_the_fields_and_never_an_account(cast, propose):
    decide(propose(), cast.second_accountant)

    events = EventLog.objects.filter(action__startswith="payment_details.")
    assert {event.action.partition(".")[2] for event in events} == {"proposed", "approved"}
    told = " ".join(str(event.details) for event in events)
    assert "bank account" in told
    assert NEW.bank_account not in told
