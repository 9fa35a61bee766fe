"""Invitations of staff: who may make them, what a link is good for, and for how many."""

from datetime import timedelta

import pytest

from core.actor import Source
from core.models import EventLog
from core.refusals import NotAllowed, NotFound
from partners.models import AgencyMember, StaffInvitation, User
from partners.queries.invitations import digest_of, state_of
from partners.services import invitations
from partners.services.invitations import (
    AgencyBlocked,
    AlreadyMember,
    InvitationLapsed,
    InvitationOver,
    InvitationRevoked,
    InvitationUnknown,
    InvitationUsed,
    JustInvited,
    Newcomer,
    NewcomerFaults,
    NoName,
    PersonInactive,
    TooManyInvitations,
    accept_invitation,
    invite_member,
    join_by_invitation,
    renew_invitation,
    revoke_invitation,
)
from tests import factories
from tests.factories import NOW
from tests.notifications.talk import buttons, talk  # noqa: F401
from tests.outside.conftest import bot_api  # noqa: F401
from tests.sales.threads import run_together, tally

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)
GULNORA = Newcomer("Gulnora", "Saidova", "gulnora.s", "a-Long-word-7", "uz")


def invite(agency, person, *, role="manager", name="Gulnora", at=NOW):
    by = person.actor(Source.ADMIN)
    return invite_member(agency_id=agency.pk, role=role, name=name, by=by, at=at)


def accept(token, person, at=NOW):
    return accept_invitation(token=token, by=person.actor(Source.ADMIN), at=at)


# --- the owner's side


def test_an_owner_invites_and_the_token_is_kept_hashed(cast):
    invitation, token = invite(cast.silk, cast.silk_owner)

    row = StaffInvitation.objects.values().get()
    assert token not in str(row)
    assert row["digest"] == digest_of(token)
    assert (invitation.agency, invitation.invited_by) == (cast.silk, cast.silk_owner)
    assert invitation.expires_at == NOW + WEEK
    event = EventLog.objects.get(action="invitation.made")
    assert (event.agency_id, event.user) == (cast.silk.pk, cast.silk_owner)
    assert token not in str(event.details)


def test_nobody_invites_where_he_is_no_owner(cast):
    factories.member(agency=cast.nomad, user=cast.silk_manager, role="owner")
    both = User.objects.get(pk=cast.silk_manager.pk)

    with pytest.raises(NotAllowed):
        invite(cast.nomad, cast.nomad_manager)
    with pytest.raises(NotAllowed):
        invite(cast.nomad, cast.support)
    for agency, person in ((cast.nomad, cast.silk_owner), (cast.silk, both)):
        with pytest.raises(NotFound):
            invite(agency, person)

    assert invite(cast.nomad, both)[0].agency == cast.nomad
    assert invite(cast.silk, cast.admin)[0].agency == cast.silk


def test_a_second_press_of_the_button_invites_nobody_else(cast):
    invite(cast.silk, cast.silk_owner)

    with pytest.raises(JustInvited):
        invite(cast.silk, cast.silk_owner, at=NOW + timedelta(seconds=9))
    invite(cast.silk, cast.silk_owner, name="Malika")
    invite(cast.silk, cast.silk_owner, at=NOW + timedelta(seconds=10))


def test_so_many_may_wait_a_name_is_needed_and_a_blocked_agency_takes_nobody(cast):
    for n in range(invitations.MOST_OPEN):
        last, _token = invite(cast.silk, cast.silk_owner, name=f"Gulnora {n}")

    with pytest.raises(TooManyInvitations):
        invite(cast.silk, cast.silk_owner)
    with pytest.raises(NoName):
        invite(cast.nomad, cast.nomad_owner, name=" ")
    # One that waits already is renewed in its own place; when all have lapsed there is room.
    by = cast.silk_owner.actor(Source.ADMIN)
    renew_invitation(invitation_id=last.pk, by=by, at=NOW)
    invite(cast.silk, cast.silk_owner, at=NOW + WEEK)
    cast.silk.status = "blocked"
    cast.silk.save()
    with pytest.raises(AgencyBlocked):
        invite(cast.silk, cast.silk_owner, at=NOW + WEEK)


def test_renewing_kills_the_old_link_and_revoking_the_new_one(cast):
    invitation, old = invite(cast.silk, cast.silk_owner)
    key = {"invitation_id": invitation.pk}
    others = {"by": cast.nomad_owner.actor(Source.ADMIN), "at": NOW}
    own = {"by": cast.silk_owner.actor(Source.ADMIN), "at": NOW + WEEK}
    for act in (renew_invitation, revoke_invitation):
        with pytest.raises(NotFound):
            act(**key, **others)

    renewed, new = renew_invitation(**key, **own)
    with pytest.raises(InvitationUnknown):
        accept(old, cast.stranger)
    assert renewed.expires_at == NOW + 2 * WEEK

    revoke_invitation(**key, **own)
    with pytest.raises(InvitationRevoked):
        accept(new, cast.stranger)
    for act in (renew_invitation, revoke_invitation):
        with pytest.raises(InvitationOver):
            act(**key, **own)


# --- the invited person's side


def test_who_is_known_becomes_a_member_once(cast):
    invitation, token = invite(cast.silk, cast.silk_owner, role="owner")

    member = accept(token, cast.stranger)

    invitation.refresh_from_db()
    assert (member.agency, member.role, member.is_active) == (cast.silk, "owner", True)
    assert (invitation.accepted_by, invitation.accepted_at) == (cast.stranger, NOW)
    assert state_of(invitation, NOW + WEEK) == "accepted"
    event = EventLog.objects.get(action="member.joined")
    assert (event.object_id, event.agency_id) == (member.pk, cast.silk.pk)
    with pytest.raises(InvitationUsed):
        accept(token, cast.blogger)


def test_a_link_that_is_good_for_nothing_says_why(cast):
    _invitation, token = invite(cast.silk, cast.silk_owner)
    closed = factories.user(is_active=False)

    for refusal, who, at in (
        (InvitationLapsed, cast.stranger, NOW + WEEK),
        (AlreadyMember, cast.silk_manager, NOW),
        (PersonInactive, closed, NOW),
    ):
        with pytest.raises(refusal):
            accept(token, who, at)
    with pytest.raises(InvitationUnknown):
        accept("\ud800junk", cast.stranger)
    cast.silk.status = "blocked"
    cast.silk.save()
    with pytest.raises(AgencyBlocked):
        accept(token, cast.stranger)
    assert not cast.stranger.memberships.exists()


def test_who_left_comes_back_in_the_role_he_is_invited_to(cast):
    gone = factories.member(agency=cast.silk, role="owner", is_active=False)
    _invitation, token = invite(cast.silk, cast.silk_owner)

    member = accept(token, gone.user)

    assert (member.pk, member.role, member.is_active) == (gone.pk, "manager", True)


def test_somebody_new_gets_an_account_of_his_own(cast):
    _invitation, token = invite(cast.silk, cast.silk_owner)
    taken = Newcomer("G", "", "SILK.owner", "a-Long-word-7", "uz")
    weak = Newcomer("Gulnora", "", "gulnora.s", "12345678901", "uz")

    faults = []
    for newcomer in (taken, weak):
        with pytest.raises(NewcomerFaults) as refused:
            join_by_invitation(token=token, newcomer=newcomer, at=NOW)
        faults += refused.value.faults
    member = join_by_invitation(token=token, newcomer=GULNORA, at=NOW)

    assert faults == ["login", "password"]
    person = User.objects.get(login="gulnora.s")
    assert (str(person), person.language, person.role) == ("Gulnora Saidova", "uz", "manager")
    assert person.check_password("a-Long-word-7")
    assert EventLog.objects.get(action="member.joined").user == person == member.user


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_one_link_at_once_one_gets_in(cast):
    _invitation, token = invite(cast.silk, cast.silk_owner)

    both = run_together([lambda p=p: accept(token, p) for p in (cast.stranger, cast.blogger)])

    refused = [each for each in both if isinstance(each, Exception)]
    assert tally(refused) == {"InvitationUsed": 1}
    assert AgencyMember.objects.filter(user__in=(cast.stranger, cast.blogger)).count() == 1


# --- in Telegram


def test_the_link_into_the_bot_is_shown_and_accepted_with_a_press(cast, talk):  # noqa: F811
    _invitation, token = invite(cast.silk, cast.silk_owner)
    person = talk(555_000_888, "Olga", language_code="en")

    assert len(f"join-{token}") <= 64  # what Telegram lets a link carry
    [shown] = person.hear(person.says(f"/start join-{token}"))
    assert "Sherzod invites you to work for <b>Silk Road Travel</b>" in shown["text"]
    assert not AgencyMember.objects.filter(user__telegram_id=555_000_888).exists()

    press = buttons(shown)["Accept"]
    done, again = person.press(press), person.press(press)

    assert "You work for <b>Silk Road Travel</b> now." in done["text"]
    assert again["text"] == "You work for Silk Road Travel already."
    member = AgencyMember.objects.get(user__telegram_id=555_000_888)
    assert (member.agency, member.role) == (cast.silk, "manager")
    junk = talk(555_000_889, language_code="en").write("/start join-junk")
    assert junk == "This link leads nowhere. Ask for a new one whoever has sent it to you."
