"""Who works here in which role. What a person loses, he loses at once: ``end_access``.

Rows are locked in this order: the agency, people by id, the membership.
"""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.refusals import Conflict, Faults, Invalid, NotAllowed, NotFound
from core.services.events import record
from partners.models import AgencyMember, MemberRole, PlatformRole, TravelAgency, User
from partners.roles import PLATFORM, require
from partners.services.ending import end_access
from partners.services.staff_sessions import end_sessions_of


class OwnStanding(Conflict):
    message = _("Nobody changes his own standing. Ask another owner, or the platform.")


class LastOwner(Conflict):
    message = _("{agency} would be left without an owner. Make somebody else an owner first.")


class SameRole(Conflict):
    message = _("This person has that role already.")


class NoLogin(Invalid):
    message = _("The platform's staff need a login.")
    field = "role"


class Deactivated(Conflict):
    message = _("This person's account is closed. Reactivate the person first.")


class WorksForAgency(Conflict):
    message = _("This person works for an agency. End the membership first.")


class PlatformMember(Conflict):
    message = _("Who works for the platform is no member of an agency.")


class PasswordFaults(Faults):
    """Which rules the password breaks."""


# --- members of an agency


@act
def change_member_role(*, member_id: int, role: str, by: Actor, at: datetime) -> AgencyMember:
    """Make a manager an owner or an owner a manager. Who is no owner any more is signed out, and
    his open invitations into the agency are revoked.

    Refuses with NotAllowed, NotFound, OwnStanding, SameRole, LastOwner, and Conflict when the
    membership has ended.
    """
    member = _lock_member(member_id, by)

    if not member.is_active:
        raise Conflict
    if member.role == role:
        raise SameRole
    if role != MemberRole.OWNER:
        _check_not_last_owner(member)

    before, member.role = member.role, MemberRole(role)
    member.save(update_fields=["role"])
    ended = {}
    if before == MemberRole.OWNER:
        ended = end_access(member.user_id, agency_id=member.agency_id, by=by, at=at)

    _record("member.role_changed", member, by, at, before=before, after=role, **ended)
    return member


@act
def end_membership(*, member_id: int, by: Actor, at: datetime) -> AgencyMember:
    """The person no longer works for the agency; all that he has open ends with it, also when he
    works for another one: there he signs in again.

    Refuses with NotAllowed, NotFound, OwnStanding, LastOwner, and Conflict when it has ended.
    """
    member = _lock_member(member_id, by)

    if not member.is_active:
        raise Conflict
    _check_not_last_owner(member)

    member.is_active = False
    member.save(update_fields=["is_active"])
    ended = end_access(member.user_id, agency_id=member.agency_id, by=by, at=at)

    _record("member.ended", member, by, at, **ended)
    return member


@act
def restore_membership(*, member_id: int, by: Actor, at: datetime) -> AgencyMember:
    """The person works for the agency again, in the role he had; nothing that ended comes back.

    Refuses with NotAllowed, NotFound, OwnStanding, Deactivated, PlatformMember, and Conflict when
    he does already.
    """
    member = _lock_member(member_id, by)

    if member.is_active:
        raise Conflict
    if not member.user.is_active:
        raise Deactivated
    if member.user.platform_role:
        raise PlatformMember

    member.is_active = True
    member.save(update_fields=["is_active"])

    _record("member.restored", member, by, at, member_role=member.role)
    return member


# --- the platform's people


@act
def change_platform_role(*, person_id: int, role: str, by: Actor, at: datetime) -> User:
    """Give the person another role on the platform, or none (""). Whatever role he had, all that
    he has open ends.

    Refuses with NotAllowed, NotFound, OwnStanding, SameRole, NoLogin, Deactivated and, while he is
    a member of an agency, WorksForAgency.
    """
    person = _lock_person(person_id, by)

    if person.platform_role == role:
        raise SameRole
    if not person.is_active:
        raise Deactivated
    if role and not person.login:
        raise NoLogin
    if role and person.memberships.filter(is_active=True).exists():
        raise WorksForAgency

    before, person.platform_role = person.platform_role, PlatformRole(role)
    person.save(update_fields=["platform_role"])
    ended = end_access(person.pk, by=by, at=at) if before else {}

    record("user.role_changed", person, by=by, at=at, before=before, after=role, **ended)
    return person


@act
def deactivate_person(*, person_id: int, by: Actor, at: datetime) -> User:
    """Close the person's account: he signs in nowhere, and all that he has open ends. Memberships
    stay as they are, so an agency may be left without an owner who can sign in.

    Refuses with NotAllowed, NotFound, OwnStanding, and Conflict when it is closed.
    """
    person = _lock_person(person_id, by)

    if not person.is_active:
        raise Conflict

    person.is_active = False
    person.save(update_fields=["is_active"])
    ended = end_access(person.pk, by=by, at=at)

    record("user.deactivated", person, by=by, at=at, **ended)
    return person


@act
def reactivate_person(*, person_id: int, by: Actor, at: datetime) -> User:
    """Let the person sign in again; nothing that ended comes back.

    Refuses with NotAllowed, NotFound, OwnStanding, and Conflict when he is active.
    """
    person = _lock_person(person_id, by)

    if person.is_active:
        raise Conflict

    person.is_active = True
    person.save(update_fields=["is_active"])

    record("user.reactivated", person, by=by, at=at)
    return person


@act
@sensitive_variables("password")
def set_password(*, person_id: int, password: str, by: Actor, at: datetime) -> User:
    """Give somebody else a password; his browsers are signed out.

    Refuses with NotAllowed, NotFound, OwnStanding, NoLogin and PasswordFaults.
    """
    person = _lock_person(person_id, by)

    if not person.login:
        raise NoLogin(field="password")
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise PasswordFaults.of({"password": error.messages}) from None

    person.set_password(password)
    person.save(update_fields=["password"])
    sessions = end_sessions_of(person.pk, at=at)

    record("user.password_set", person, by=by, at=at, sessions=sessions)
    return person


# --- parts


def _lock_member(member_id: int, by: Actor) -> AgencyMember:
    """The membership with its agency and its person; another agency's is not found. Changes of one
    agency come one after another, so two owners cannot put each other out."""
    require(by, "partners.agencymember", "change")
    agency_id = (
        AgencyMember.objects.filter(pk=member_id).values_list("agency_id", flat=True).first()
    )
    if agency_id is None:
        raise NotFound
    agency = lock_row(TravelAgency, pk=agency_id)
    who = User.objects.get(pk=by.person_id)
    own = who.agency_ids_for("partners.agencymember", "change")
    if not who.is_active or (who.role not in PLATFORM and agency_id not in own):
        raise NotFound
    user_id = AgencyMember.objects.values_list("user_id", flat=True).get(pk=member_id)
    if user_id == by.person_id:
        raise OwnStanding
    person = lock_row(User, pk=user_id)
    member = lock_row(AgencyMember, pk=member_id)
    member.agency, member.user = agency, person
    return member


def _check_not_last_owner(member: AgencyMember) -> None:
    """That the agency has another owner who can sign in."""
    if member.role != MemberRole.OWNER:
        return
    owners = AgencyMember.objects.filter(
        agency_id=member.agency_id, role=MemberRole.OWNER, is_active=True, user__is_active=True
    )
    if not owners.exclude(pk=member.pk).exists():
        raise LastOwner(agency=member.agency.name)


def _lock_person(person_id: int, by: Actor) -> User:
    """The person. All administrators are locked with him and the actor's right is asked anew, so
    that two cannot put each other out: as nobody changes his own standing, one is always left."""
    require(by, "partners.user", "change")
    if person_id == by.person_id:
        raise OwnStanding
    rows = User.objects.filter(Q(platform_role=PlatformRole.ADMIN) | Q(pk=person_id))
    found = {person.pk: person for person in rows.select_for_update().order_by("pk")}
    doer = found.get(by.person_id)
    if doer is None or not doer.is_active:
        raise NotAllowed
    if person_id not in found:
        raise NotFound
    return found[person_id]


def _record(action: str, member: AgencyMember, by: Actor, at: datetime, **details: object) -> None:
    record(action, member, by=by, at=at, agency_id=member.agency_id, **details)
