"""Who works here in which role, and what ends the moment he does not any more."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core import carry_jobs
from core.actor import Source, job
from core.job_kinds import _KINDS, JobKind, register_job_kind
from core.models import EventLog, Job
from core.refusals import Conflict, NotAllowed, NotFound
from core.services.jobs import JobLost, claim_job, note_progress, start_job
from partners.models import AgencyMember, StaffInvitation, User
from partners.services.invitations import InvitationRevoked, accept_invitation, invite_member
from partners.services.staff import (
    Deactivated,
    LastOwner,
    NoLogin,
    OwnStanding,
    PasswordFaults,
    SameRole,
    change_member_role,
    change_platform_role,
    deactivate_person,
    end_membership,
    reactivate_person,
    restore_membership,
    set_password,
)
from tests import factories
from tests.api.phone import Phone
from tests.factories import NOW
from tests.sales.threads import run_together, tally

pytestmark = pytest.mark.django_db


def by(person, at=NOW):
    return {"by": person.actor(Source.ADMIN), "at": at}


def membership(person) -> AgencyMember:
    return person.memberships.get()


def signed_in(person) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def is_in(browser) -> bool:
    return browser.get(reverse("admin:index")).status_code == 200


@pytest.fixture
def exports(monkeypatch):
    """``exports(person)`` is an export of his that waits for a worker."""
    monkeypatch.setitem(_KINDS, "rows", None)

    def write(job, out, tell):
        out.write(b"secret rows")
        return "rows.csv"

    register_job_kind(JobKind("rows", "finance.export_report", write))
    return lambda person: start_job(kind="rows", title="Rows", params={}, **by(person))


# --- everything at once


def test_a_deactivated_accountant_is_out_of_everything_at_once(cast, exports):
    person = cast.accountant
    browser, phone = signed_in(person), Phone(person)
    finished = carry_jobs.run_job(exports(person).pk)
    running = claim_job(job_id=exports(person).pk, by=job(), at=NOW)
    queued = exports(person)
    schedule = factories.job_schedule(owner=person)
    view = factories.view_as(person=person)
    others = signed_in(cast.second_accountant), exports(cast.second_accountant)
    file = reverse("admin:core_job_download", args=[finished.pk])
    assert is_in(browser)
    assert phone.get("users/profile/").status_code == 200
    assert b"".join(browser.get(file)) == b"secret rows"
    note_progress(job=running, done=1, total=2, at=NOW)

    deactivate_person(person_id=person.pk, **by(cast.admin))

    assert not is_in(browser)
    assert browser.get(file).status_code == 302
    assert phone.get("users/profile/").status_code == 401
    assert not person.tokens.filter(revoked_at=None).exists()
    assert not person.staff_sessions.filter(ended_at=None).exists()
    with pytest.raises(JobLost):
        note_progress(job=running, done=2, total=2, at=NOW)
    assert {each.status for each in Job.objects.filter(pk__in=(queued.pk, running.pk))} == {
        "cancelled"
    }
    assert carry_jobs.run_job(queued.pk) is None
    schedule.refresh_from_db(), view.refresh_from_db()
    assert (schedule.is_active, view.ended_at) == (False, NOW)
    event = EventLog.objects.get(action="user.deactivated")
    counts = {"sessions": 1, "tokens": 1, "exports": 2, "schedules": 1, "views": 1}
    assert event.details == counts | {"invitations": 0}
    # Whoever else works here goes on.
    assert is_in(others[0])
    assert Job.objects.get(pk=others[1].pk).status == "queued"


def test_reactivated_he_may_sign_in_and_nothing_else_comes_back(cast, exports):
    browser, phone = signed_in(cast.accountant), Phone(cast.accountant)
    waiting, schedule = exports(cast.accountant), factories.job_schedule(owner=cast.accountant)
    person = {"person_id": cast.accountant.pk} | by(cast.admin)
    deactivate_person(**person)
    with pytest.raises(Conflict):
        deactivate_person(**person)

    reactivate_person(**person)

    schedule.refresh_from_db()
    assert not is_in(browser)
    assert phone.get("users/profile/").status_code == 401
    assert (Job.objects.get(pk=waiting.pk).status, schedule.is_active) == ("cancelled", False)
    assert is_in(signed_in(User.objects.get(pk=cast.accountant.pk)))
    with pytest.raises(Conflict):
        reactivate_person(**person)


def test_another_role_on_the_platform_ends_what_the_old_one_had_open(cast, exports):
    browser, phone = signed_in(cast.accountant), Phone(cast.accountant)
    waiting = exports(cast.accountant)

    change_platform_role(person_id=cast.accountant.pk, role="support", **by(cast.admin))

    assert (is_in(browser), phone.get("users/profile/").status_code) == (False, 401)
    assert Job.objects.get(pk=waiting.pk).status == "cancelled"
    again = User.objects.get(pk=cast.accountant.pk)
    assert (again.role, is_in(signed_in(again))) == ("support", True)


# --- the platform's people


def test_only_an_administrator_changes_the_standing_of_others_and_never_his_own(cast):
    second = factories.staff(platform_role="admin")
    nobody = factories.user()
    for act, rest in (
        (deactivate_person, {}),
        (change_platform_role, {"role": ""}),
        (set_password, {"password": "a-Long-word-7"}),
    ):
        with pytest.raises(NotAllowed):
            act(person_id=cast.accountant.pk, **rest, **by(cast.support))
        with pytest.raises(OwnStanding):
            act(person_id=cast.admin.pk, **rest, **by(cast.admin))
        with pytest.raises(NotFound):
            act(person_id=0, **rest, **by(cast.admin))
    with pytest.raises(NoLogin):
        change_platform_role(person_id=nobody.pk, role="support", **by(cast.admin))
    with pytest.raises(SameRole):
        change_platform_role(person_id=cast.support.pk, role="support", **by(cast.admin))

    # By a right that has ended in the meantime nothing is done: one administrator is always left.
    late = by(second)
    deactivate_person(person_id=second.pk, **by(cast.admin))
    with pytest.raises(NotAllowed):
        deactivate_person(person_id=cast.admin.pk, **late)
    with pytest.raises(Deactivated):
        change_platform_role(person_id=second.pk, role="", **by(cast.admin))


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_put_each_other_out_one_is_left(cast):
    second = factories.staff(platform_role="admin")
    pairs = ((cast.admin, second), (second, cast.admin))

    both = run_together(
        [lambda a=a, b=b: deactivate_person(person_id=b.pk, **by(a)) for a, b in pairs]
    )

    assert tally([each for each in both if isinstance(each, Exception)]) == {"NotAllowed": 1}
    assert User.objects.filter(platform_role="admin", is_active=True).count() == 1


def test_a_new_password_keeps_the_rules_and_ends_the_sessions(cast):
    browser = signed_in(cast.silk_manager)
    person = {"person_id": cast.silk_manager.pk} | by(cast.admin)
    with pytest.raises(PasswordFaults):
        set_password(password="short", **person)
    assert is_in(browser)

    set_password(password="a-Long-word-7", **person)

    assert not is_in(browser)
    assert not cast.silk_manager.staff_sessions.filter(ended_at=None).exists()
    assert User.objects.get(pk=cast.silk_manager.pk).check_password("a-Long-word-7")


# --- members of an agency


def test_a_membership_that_ends_signs_out_also_where_he_goes_on_working(cast):
    factories.member(agency=cast.nomad, user=cast.silk_manager)
    person = User.objects.get(pk=cast.silk_manager.pk)
    browser, phone = signed_in(person), Phone(person)
    member = person.memberships.get(agency=cast.silk)

    end_membership(member_id=member.pk, **by(cast.silk_owner))

    assert (is_in(browser), phone.get("users/profile/").status_code) == (False, 401)
    again = User.objects.get(pk=person.pk)
    assert again.agency_ids == {cast.nomad.pk}
    assert is_in(signed_in(again))
    event = EventLog.objects.get(action="member.ended")
    assert (event.agency_id, event.details["sessions"]) == (cast.silk.pk, 1)
    restore_membership(member_id=member.pk, **by(cast.silk_owner))
    assert User.objects.get(pk=person.pk).agency_ids == {cast.nomad.pk, cast.silk.pk}


def test_an_owner_who_is_one_no_more_leaves_no_invitation_behind(cast):
    second = factories.member(agency=cast.silk, role="owner").user
    factories.member(agency=cast.nomad, user=second, role="owner")
    made = {}
    for agency in (cast.silk, cast.nomad):
        invite = {"agency_id": agency.pk, "role": "manager", "name": "G", **by(second)}
        made[agency.slug], token = invite_member(**invite)
        if agency == cast.silk:
            dead = token
    browser = signed_in(second)
    member = second.memberships.get(agency=cast.silk)

    change_member_role(member_id=member.pk, role="manager", **by(cast.silk_owner))

    assert not is_in(browser)
    with pytest.raises(InvitationRevoked):
        accept_invitation(token=dead, **by(cast.stranger))
    # The other agency's is his still; and who is promoted is not disturbed.
    assert StaffInvitation.objects.open(NOW).get() == made["nomad"]
    browser = signed_in(second)
    change_member_role(member_id=member.pk, role="owner", **by(cast.silk_owner))
    assert is_in(browser)


def test_the_last_owner_stays_and_nobody_changes_his_own_standing(cast):
    owner = {"member_id": membership(cast.silk_owner).pk}
    closed = factories.staff(is_active=False)
    factories.member(agency=cast.silk, user=closed, role="owner")

    for act in (end_membership, lambda **key: change_member_role(role="manager", **key)):
        with pytest.raises(LastOwner):
            act(**owner, **by(cast.admin))
        with pytest.raises(OwnStanding):
            act(**owner, **by(cast.silk_owner))
        with pytest.raises(NotFound):
            act(**owner, **by(cast.nomad_owner))
        with pytest.raises(NotAllowed):
            act(**owner, **by(cast.silk_manager))

    factories.member(agency=cast.silk, role="owner")
    end_membership(**owner, **by(cast.admin))
    assert not membership(cast.silk_owner).is_active
    with pytest.raises(Conflict):
        end_membership(**owner, **by(cast.admin))
    deactivate_person(person_id=cast.silk_owner.pk, **by(cast.admin))
    with pytest.raises(Deactivated):
        restore_membership(**owner, at=NOW + timedelta(days=1), by=cast.admin.actor(Source.ADMIN))
