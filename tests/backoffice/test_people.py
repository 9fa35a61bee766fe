"""Invitations from the owner's page to the newcomer's first; who works here, seen and changed."""

import re
from datetime import timedelta

import pytest
from constance import config
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from partners.models import AgencyMember, StaffInvitation, StaffSession, User
from partners.services.invitations import invite_member
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, add_page, list_of, page_of, said
from tests.backoffice.staff_codes import code_of, with_app
from tests.factories import NOW

NEWCOMER = {
    "first_name": "Gulnora",
    "last_name": "Saidova",
    "login": "gulnora.s",
    "password": "a-Long-word-7",
    "again": "a-Long-word-7",
}
LINK = re.compile(r"/admin/invitation/[\w-]{43}/")


def stranger() -> Client:
    """A browser in which nobody is signed in."""
    return Client(headers={"Accept-Language": "en"})


def link_on(response) -> str:
    return LINK.search(response.content.decode())[0]


@pytest.fixture
def link(cast):
    """A link into Silk Road as a manager."""
    by = cast.silk_owner.actor("admin")
    _made, token = invite_member(
        agency_id=cast.silk.pk, role="manager", name="Gulnora", by=by, at=NOW
    )
    return reverse("admin:invitation", args=[token])


# --- the owner's page


def test_an_owner_makes_a_link_that_is_shown_once(cast, sign_in):
    browser = sign_in(cast.silk_owner)
    empty = browser.get(list_of(StaffInvitation)).content.decode()
    assert "you get a link to send" in empty

    asked = {"name": "Gulnora", "role": "manager"}
    made = browser.post(add_page(StaffInvitation), asked, follow=True)

    invitation = StaffInvitation.objects.get()
    assert (invitation.agency, invitation.expires_at) == (cast.silk, NOW + timedelta(days=7))
    link = link_on(made)
    token = link.split("/")[-2]
    shown = made.content.decode()
    assert f"http://testserver{link}" in shown
    assert "https://t.me/share/url?url=http%3A%2F%2Ftestserver" in shown
    assert f"https://t.me/circle_tours_bot?start=join-{token}" in shown
    again = browser.get(made.redirect_chain[-1][0])
    assert again.url == page_of(invitation)
    assert said(again)[-1] == "A link is shown once. If it got lost, make a new one."
    assert token not in str(dict(browser.session.items()))
    for page in (list_of(StaffInvitation), page_of(invitation)):
        assert token not in browser.get(page).content.decode()
    assert stranger().get(link).status_code == 200


def test_a_link_is_renewed_on_a_page_and_revoked_in_a_dialog(cast, sign_in, link):
    browser, invitation = sign_in(cast.silk_owner), StaffInvitation.objects.get()

    browser.get(action_on(invitation, "renew"))
    assert stranger().get(link).status_code == 200
    newer = link_on(browser.post(action_on(invitation, "renew"), follow=True))
    assert (stranger().get(link).status_code, stranger().get(newer).status_code) == (404, 200)

    browser.post(action_on(invitation, "revoke"), SUBMIT)
    assert "was taken back" in stranger().get(newer).content.decode()
    gone = browser.post(action_on(invitation, "renew"))
    assert said(gone)[-1] == "This invitation was accepted or revoked. Make a new one."
    states = browser.get(list_of(StaffInvitation), {"state": "revoked"})
    assert [row.pk for row in states.context["cl"].result_list] == [invitation.pk]
    assert not browser.get(list_of(StaffInvitation), {"state": "waiting"}).context["cl"].result_list


def test_invitations_are_the_owners_and_another_agencys_are_not_found(cast, sign_in, link):
    invitation = StaffInvitation.objects.get()
    manager, other = sign_in(cast.silk_manager), sign_in(cast.nomad_owner)

    for page in (list_of(StaffInvitation), add_page(StaffInvitation)):
        assert manager.get(page).status_code == 403
    for page in (page_of(invitation), action_on(invitation, "renew")):
        assert other.get(page).status_code == 404
    assert other.post(action_on(invitation, "revoke"), SUBMIT).status_code == 404
    assert stranger().get(link).status_code == 200


# --- where the link leads


def test_somebody_new_chooses_a_login_and_is_at_work(cast, link):
    browser = stranger()

    shown = browser.get(link).content.decode()
    refused = browser.post(link, NEWCOMER | {"password": "12345", "login": "ы", "again": "1"})
    weak = browser.post(link, NEWCOMER | {"password": "12345678901", "again": "12345678901"})
    done = browser.post(link, NEWCOMER)

    assert "Sherzod invites you to work for <b>Silk Road Travel</b>" in shown
    assert "at least 10 characters" in shown
    assert set(refused.context["form"].errors) == {"login", "again"}
    assert set(weak.context["form"].errors) == {"password"}
    assert done.url == reverse("admin:index")
    assert browser.get(done.url).status_code == 200
    person = User.objects.get(login="gulnora.s")
    assert (person.role, person.agency_ids) == ("manager", {cast.silk.pk})
    assert StaffSession.objects.get(user=person).signed_in_by == "invitation"
    assert "has been accepted already" in stranger().get(link).content.decode()


def test_who_has_a_login_signs_in_there_and_accepts(cast, link):
    """Also one who works nowhere any more and whom the sign-in of the back office turns away."""
    known = factories.staff(login="farida", first_name="Farida")
    browser = stranger()

    wrong = browser.post(f"{link}?known", {"username": "farida", "password": "guessed"})
    browser.post(f"{link}?known", {"username": "farida", "password": "secret"})
    assert not known.memberships.exists()
    shown = browser.get(link).content.decode()
    done = browser.post(link)

    assert wrong.context["form"].errors
    assert "You are signed in as <b>Farida</b>." in shown
    assert known.memberships.get().agency == cast.silk
    assert browser.get(done.url).status_code == 200
    assert "You work for Silk Road Travel already." in browser.get(link).content.decode()


def test_the_second_factor_comes_before_the_invitation(cast, sign_in, link):
    TOTPDevice.objects.create(user=cast.nomad_manager, name="app")

    answer = sign_in(cast.nomad_manager).post(link)

    assert answer.url.startswith(reverse("admin:second_factor"))
    assert not cast.nomad_manager.memberships.filter(agency=cast.silk).exists()


def test_who_works_nowhere_now_passes_his_second_factor_before_he_accepts(cast, link, clock):
    known = factories.staff(login="farida", first_name="Farida")
    with_app(known)
    browser = stranger()

    browser.post(f"{link}?known", {"username": "farida", "password": "secret"})
    step = browser.post(link)

    assert step.url.startswith(reverse("admin:second_factor"))
    assert not known.memberships.exists()
    assert "circle_known" not in browser.cookies
    passed = browser.post(step.url, {"code": code_of()})
    assert passed.url == link
    assert "circle_known" in browser.cookies
    browser.post(link)
    assert known.memberships.get().agency == cast.silk


def test_a_newcomers_browser_is_not_known_before_the_factor_his_role_demands(cast, link):
    config.SECOND_FACTOR_ROLES = ["manager"]
    browser = stranger()

    browser.post(link, NEWCOMER)

    assert User.objects.filter(login="gulnora.s").exists()
    assert "circle_known" not in browser.cookies


def test_who_works_for_the_platform_is_no_member_of_an_agency(cast, sign_in, link):
    browser = sign_in(cast.support)
    refused = browser.post(link)
    admin = sign_in(cast.admin)
    role = admin.post(action_on(cast.silk_owner, "change_role"), SUBMIT | {"role": "support"})

    assert "Who works for the platform is no member" in refused.content.decode()
    assert not cast.support.memberships.exists()
    assert said(role)[-1] == "This person works for an agency. End the membership first."
    cast.silk_owner.refresh_from_db()
    assert cast.silk_owner.platform_role == ""


def test_a_link_that_is_good_for_nothing_says_why_and_junk_says_nothing(cast, link, clock):
    junk = stranger().get(reverse("admin:invitation", args=["junk"]))
    posted = stranger().post(reverse("admin:invitation", args=["j" * 43]), NEWCOMER)
    clock.shift(timedelta(days=7))
    lapsed = stranger().post(link, NEWCOMER)

    assert (junk.status_code, posted.status_code) == (404, 404)
    assert "Silk Road" not in junk.content.decode()
    assert "The time of this invitation is over." in lapsed.content.decode()
    assert not User.objects.filter(login="gulnora.s").exists()


# --- members


def test_the_list_of_members_tells_who_is_there(cast, sign_in):
    User.objects.filter(pk=cast.silk_manager.pk).update(telegram_id=None)
    factories.staff_session(user=cast.silk_manager, seen_at=NOW - timedelta(days=2))
    gone = factories.member(agency=cast.silk, is_active=False)

    response = sign_in(cast.silk_owner).get(list_of(AgencyMember))

    shown = response.content.decode()
    rows = {row.user: row for row in response.context["cl"].result_list}
    assert set(rows) == {cast.silk_owner, cast.silk_manager, gone.user}
    assert rows[cast.silk_manager].seen_at == NOW - timedelta(days=2)
    assert "27.02.2027 11:00" in shown
    assert "password, Telegram" in shown
    assert f"user__id__exact={cast.silk_manager.pk}" in shown
    assert "left" in shown


def test_a_dialog_says_what_ends_before_a_membership_does(cast, sign_in):
    browser, worker = sign_in(cast.silk_owner), sign_in(cast.silk_manager)
    member = cast.silk_manager.memberships.get()
    factories.access_token(user=cast.silk_manager)

    asked = browser.get(action_on(member, "end")).content.decode()
    assert worker.get(reverse("admin:index")).status_code == 200
    browser.post(action_on(member, "end"), SUBMIT)

    assert re.search(r"Browsers signed in</dt><dd><b>1<", asked)
    assert re.search(r"Sign-ins of the Mini App</dt><dd><b>1<", asked)
    assert "Exports" not in asked
    assert worker.get(reverse("admin:index")).status_code == 302
    browser.post(action_on(member, "restore"), SUBMIT)
    browser.post(action_on(member, "change_role"), SUBMIT | {"role": "owner"})
    member.refresh_from_db()
    assert (member.is_active, member.role) == (True, "owner")
    own = cast.silk_owner.memberships.get()
    assert "End membership" not in browser.get(page_of(own)).content.decode()
    refused = browser.post(action_on(own, "end"), SUBMIT)
    assert said(refused)[-1].startswith("Nobody changes his own standing.")


def test_members_of_another_agency_are_nobodys_to_change(cast, sign_in):
    member = cast.nomad_manager.memberships.get()
    browser = sign_in(cast.silk_owner)

    for name in ("end", "restore", "change_role"):
        for method in (browser.get, browser.post):
            assert method(action_on(member, name), SUBMIT | {"role": "owner"}).status_code == 404
    support = sign_in(cast.support).post(action_on(member, "end"), SUBMIT)

    assert support.status_code == 403
    member.refresh_from_db()
    assert (member.is_active, member.role) == (True, "manager")


# --- people


def test_an_account_is_closed_and_opened_again_by_dialogs(cast, sign_in):
    browser = sign_in(cast.admin)
    page = page_of(cast.silk_owner)

    asked = browser.get(action_on(cast.silk_owner, "deactivate")).content.decode()
    browser.post(action_on(cast.silk_owner, "deactivate"), SUBMIT)
    closed = browser.get(page).content.decode()
    browser.post(action_on(cast.silk_owner, "reactivate"), SUBMIT)

    assert "Silk Road Travel is left without an owner; invite another one." in asked
    assert "Nothing of this person" in asked
    assert "Open account again" in closed
    assert "Set password" not in closed
    cast.silk_owner.refresh_from_db()
    assert cast.silk_owner.is_active


def test_a_weak_password_is_refused_in_the_dialog_with_the_rules(cast, sign_in):
    browser = sign_in(cast.admin)
    form = SUBMIT | {"password": "12345", "again": "12345"}

    refused = browser.post(action_on(cast.support, "set_password"), form).content.decode()
    typed = browser.post(action_on(cast.support, "change_role"), SUBMIT | {"role": "accountant"})

    cast.support.refresh_from_db()
    assert "at least 10 characters" in refused
    assert cast.support.check_password("secret")
    assert said(typed)[-1] == "The role is changed."
    assert cast.support.platform_role == "accountant"
