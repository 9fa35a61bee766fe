"""A place in an agency, offered by a link: made, renewed, revoked and accepted.

Rows are locked in this order: the agency, the person, the invitation, the membership.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from constance import config
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from core.actor import Actor, Source
from core.acts import act
from core.locks import lock_row
from core.refusals import Conflict, Faults, Invalid, NotFound
from core.services.events import record
from partners.models import (
    AgencyMember,
    AgencyStatus,
    MemberRole,
    StaffInvitation,
    TravelAgency,
    User,
)
from partners.queries.invitations import digest_of, state_of
from partners.roles import PLATFORM, Role, require
from partners.services.staff import PlatformMember
from partners.states import InvitationState

MOST_OPEN = 20
# The same once more within this is a second press of the button.
ONE_PRESS = timedelta(seconds=10)
TABLE_ROW = "partners.staffinvitation"


class TooManyInvitations(Conflict):
    code = "too_many_invitations"
    message = _("Invitations of {agency} that nobody has accepted yet: {n}. Revoke some first.")


class JustInvited(Conflict):
    message = _(
        "You invited {name} a moment ago. If you have not seen the link, open that invitation and "
        "renew it."
    )


class NoName(Invalid):
    message = _("Say for whom it is: you will tell your invitations apart by it.")
    field = "name"


class AgencyBlocked(Conflict):
    message = _("{agency} is blocked by the platform; nobody joins it now.")


class InvitationOver(Conflict):
    message = _("This invitation was accepted or revoked. Make a new one.")


class InvitationUnknown(NotFound):
    message = _("This link leads nowhere. Ask for a new one whoever has sent it to you.")


class InvitationUsed(Conflict):
    message = _("This invitation has been accepted already; it is good for one person.")


class InvitationRevoked(Conflict):
    message = _("This invitation was taken back. Ask for a new one if that was a mistake.")


class InvitationLapsed(Conflict):
    message = _("The time of this invitation is over. Ask for a new link.")


class AlreadyMember(Conflict):
    message = _("You work for {agency} already.")


class PersonInactive(Conflict):
    message = _("Your account is closed. Please write to Circle's support.")


class NewcomerFaults(Faults):
    """What is wrong with what a newcomer has typed, by field."""


OVER: dict[InvitationState, type[Conflict]] = {
    InvitationState.ACCEPTED: InvitationUsed,
    InvitationState.REVOKED: InvitationRevoked,
    InvitationState.LAPSED: InvitationLapsed,
}


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody whom Circle does not know yet."""

    first_name: str
    last_name: str
    login: str
    password: str
    language: str


# --- the owner's side


@act
def invite_member(
    *, agency_id: int, role: str, name: str, by: Actor, at: datetime
) -> tuple[StaffInvitation, str]:
    """Offer a place to whoever has the link with the token, which is answered this once.

    Refuses with NotAllowed, NotFound, NoName, AgencyBlocked, TooManyInvitations and JustInvited.
    """
    agency = _lock_own(agency_id, by)

    name = name.strip()[:120]
    if not name:
        raise NoName
    _check_room(agency, at)
    _check_once(agency, role, name, by, at)

    token = secrets.token_urlsafe(32)
    invitation = StaffInvitation.objects.create(
        agency=agency,
        role=MemberRole(role),
        name=name,
        digest=digest_of(token),
        invited_by_id=by.person_id,
        created_at=at,
        expires_at=at + timedelta(days=config.INVITATION_DAYS),
    )

    _record("invitation.made", invitation, by, at)
    return invitation, token


@act
def renew_invitation(*, invitation_id: int, by: Actor, at: datetime) -> tuple[StaffInvitation, str]:
    """Give it a new link and its days anew; the old link is dead. It is the renewer's from now on.

    Refuses with NotAllowed, NotFound, AgencyBlocked, InvitationOver and, when it had lapsed,
    TooManyInvitations.
    """
    invitation = _lock_open(invitation_id, by)

    _check_room(invitation.agency, at, but=invitation)

    token = secrets.token_urlsafe(32)
    invitation.digest = digest_of(token)
    invitation.invited_by_id = by.person_id
    invitation.expires_at = at + timedelta(days=config.INVITATION_DAYS)
    invitation.save(update_fields=["digest", "invited_by", "expires_at"])

    _record("invitation.renewed", invitation, by, at)
    return invitation, token


@act
def revoke_invitation(*, invitation_id: int, by: Actor, at: datetime) -> StaffInvitation:
    """Its link is dead. Refuses with NotAllowed, NotFound and InvitationOver."""
    invitation = _lock_open(invitation_id, by)

    invitation.revoked_at = at
    invitation.save(update_fields=["revoked_at"])

    _record("invitation.revoked", invitation, by, at)
    return invitation


# --- the invited person's side


@act
def accept_invitation(*, token: str, by: Actor, at: datetime) -> AgencyMember:
    """Make the person ``by`` a member; one whose membership had ended comes back in the role of the
    invitation, for the agency has asked him anew.

    Refuses with InvitationUnknown, InvitationUsed, InvitationRevoked, InvitationLapsed,
    AgencyBlocked, PersonInactive, PlatformMember and AlreadyMember.
    """
    agency = _lock_agency_of(token)
    person = lock_row(User, pk=by.person_id)
    invitation = _lock_behind(token)

    check_acceptable(invitation, person, at)

    return _seat(invitation, agency, person, by, at)


@act
@sensitive_variables("newcomer")
def join_by_invitation(*, token: str, newcomer: Newcomer, at: datetime) -> AgencyMember:
    """Make an account with a login and a password for somebody new, and him a member.

    Refuses as ``accept_invitation`` does, and with NewcomerFaults.
    """
    agency = _lock_agency_of(token)
    invitation = _lock_behind(token)

    check_acceptable(invitation, None, at)
    person = _checked(newcomer, at)

    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        raise _login_taken() from None
    by = Actor(role=Role(invitation.role), source=Source.ADMIN, user_id=person.pk)
    return _seat(invitation, agency, person, by, at)


def check_acceptable(invitation: StaffInvitation, person: User | None, at: datetime) -> None:
    """That it waits, and for this person, where he is known. For pages, too."""
    if person is not None and not person.is_active:
        raise PersonInactive
    if person is not None and person.platform_role:
        raise PlatformMember
    if person is not None and _works_there(person, invitation):
        raise AlreadyMember(agency=invitation.agency.name)
    state = state_of(invitation, at)
    if state in OVER:
        raise OVER[state]
    _check_active(invitation.agency)


# --- parts


def _lock_own(agency_id: int, by: Actor) -> TravelAgency:
    """The agency, for the platform and its own owner; the inviter is locked, so that nobody whose
    rights end at this moment leaves an invitation behind."""
    require(by, TABLE_ROW, "add")
    agency = lock_row(TravelAgency, pk=agency_id)
    person = lock_row(User, pk=by.person_id)
    own = person.agency_ids_for(TABLE_ROW, "add")
    if not person.is_active or (person.role not in PLATFORM and agency_id not in own):
        raise NotFound
    return agency


def _lock_open(invitation_id: int, by: Actor) -> StaffInvitation:
    """One that may still be renewed or revoked: nobody has accepted or revoked it."""
    found = StaffInvitation.objects.filter(pk=invitation_id).values_list("agency_id", flat=True)
    agency_id = found.first()
    if agency_id is None:
        raise NotFound
    agency = _lock_own(agency_id, by)
    invitation = lock_row(StaffInvitation, pk=invitation_id)
    invitation.agency = agency
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        raise InvitationOver
    return invitation


def _lock_agency_of(token: str) -> TravelAgency:
    agency_id = (
        StaffInvitation.objects.filter(digest=digest_of(token))
        .values_list("agency_id", flat=True)
        .first()
    )
    if agency_id is None:
        raise InvitationUnknown
    return lock_row(TravelAgency, pk=agency_id)


def _lock_behind(token: str) -> StaffInvitation:
    try:
        return lock_row(StaffInvitation, digest=digest_of(token))
    except NotFound:
        # Renewed while we waited for the agency: the link is dead.
        raise InvitationUnknown from None


def _works_there(person: User, invitation: StaffInvitation) -> bool:
    return person.memberships.filter(agency_id=invitation.agency_id, is_active=True).exists()


def _check_active(agency: TravelAgency) -> None:
    if agency.status == AgencyStatus.BLOCKED:
        raise AgencyBlocked(agency=agency.name)


def _check_once(agency: TravelAgency, role: str, name: str, by: Actor, at: datetime) -> None:
    same = {"agency": agency, "role": role, "name": name, "invited_by_id": by.person_id}
    made = StaffInvitation.objects.filter(**same, created_at__gt=at - ONE_PRESS, created_at__lte=at)
    if made.filter(revoked_at=None).exists():
        raise JustInvited(name=name)


def _check_room(agency: TravelAgency, at: datetime, *, but: StaffInvitation | None = None) -> None:
    _check_active(agency)
    rows = StaffInvitation.objects.filter(agency=agency).open(at)
    waiting = (rows.exclude(pk=but.pk) if but else rows).count()
    if waiting >= MOST_OPEN:
        raise TooManyInvitations(agency=agency.name, n=waiting)


def _checked(newcomer: Newcomer, at: datetime) -> User:
    """The person to be, not saved yet."""
    person = User(
        login=newcomer.login.strip(),
        first_name=newcomer.first_name.strip(),
        last_name=newcomer.last_name.strip(),
        language=newcomer.language,
        date_joined=at,
    )
    if User.objects.filter(login__iexact=person.login).exists():
        raise _login_taken()
    try:
        validate_password(newcomer.password, person)
    except ValidationError as error:
        raise NewcomerFaults.of({"password": error.messages}) from None
    person.set_password(newcomer.password)
    return person


def _login_taken() -> NewcomerFaults:
    return NewcomerFaults.of({"login": [str(_("This login is taken. Choose another one."))]})


def _seat(
    invitation: StaffInvitation, agency: TravelAgency, person: User, by: Actor, at: datetime
) -> AgencyMember:
    member, _created = AgencyMember.objects.update_or_create(
        agency=agency, user=person, defaults={"role": invitation.role, "is_active": True}
    )
    invitation.accepted_by = person
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_by", "accepted_at"])

    record(
        "member.joined",
        member,
        by=by,
        at=at,
        agency_id=agency.pk,
        member_role=invitation.role,
        invited_by=str(invitation.invited_by),
        invitation_id=invitation.pk,
    )
    return member


def _record(action: str, invitation: StaffInvitation, by: Actor, at: datetime) -> None:
    record(
        action,
        invitation,
        by=by,
        at=at,
        agency_id=invitation.agency_id,
        member_role=invitation.role,
        until=invitation.expires_at,
    )
