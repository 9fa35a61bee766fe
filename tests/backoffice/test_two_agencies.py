"""Who owns one agency and manages another is an owner only in his own."""

import pytest

from partners.models import AgencyMember, StaffInvitation
from tests import factories
from tests.backoffice.pages import add_page, history_of, list_of, page_of


@pytest.fixture
def both(cast):
    """Silk Road's manager, who owns Nomad."""
    factories.member(agency=cast.nomad, user=cast.silk_manager, role="owner")
    for agency, account in ((cast.silk, "1" * 20), (cast.nomad, "2" * 20)):
        agency.bank_account = account
        agency.save()
    return cast.silk_manager


def test_the_books_and_the_staff_of_the_other_are_not_found(cast, both, sign_in):
    browser = sign_in(both)
    statuses = {}
    for agency, session in ((cast.silk, cast.silk_session), (cast.nomad, cast.nomad_session)):
        journal = cast.paid(session=session).journals.first()
        rows = [journal, agency.accounts.first(), factories.payout(agency=agency)]
        rows.append(agency.members.exclude(user=both).first())
        statuses[agency.slug] = [browser.get(page_of(row)).status_code for row in rows]

    assert statuses == {"silk-road": [404] * 4, "nomad": [200] * 4}
    shown = browser.get(list_of(AgencyMember)).content.decode()
    assert "Nigora" in shown
    assert "Sherzod" not in shown


def test_bookings_of_both_are_his_work(cast, both, sign_in):
    browser = sign_in(both)

    for session in (cast.silk_session, cast.nomad_session):
        assert browser.get(page_of(cast.request(session=session))).status_code == 200


def test_the_story_of_the_others_booking_leaves_its_ledger_out(cast, both, sign_in):
    browser = sign_in(both)
    others, own = cast.paid(), cast.paid(session=cast.nomad_session)

    assert "agency, pending" not in browser.get(page_of(others)).content.decode()
    assert "agency, pending" in browser.get(page_of(own)).content.decode()


def test_the_others_page_is_read_without_its_bank(cast, both, sign_in):
    browser = sign_in(both)
    theirs, own = page_of(cast.silk), page_of(cast.nomad)

    assert "1" * 20 not in browser.get(theirs).content.decode()
    assert "2" * 20 in browser.get(own).content.decode()
    assert browser.get(history_of(cast.silk)).status_code == 403
    assert browser.get(history_of(cast.nomad)).status_code == 200
    assert browser.post(theirs, {"description": "taken over"}).status_code == 403
    cast.silk.refresh_from_db()
    assert cast.silk.description != "taken over"


def test_he_invites_into_his_own_only(cast, both, sign_in):
    browser = sign_in(both)
    invite = {"name": "Gulnora", "role": "owner"}

    browser.post(add_page(StaffInvitation), invite | {"agency": cast.silk.pk})

    assert StaffInvitation.objects.get().agency == cast.nomad
