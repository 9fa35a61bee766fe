"""Who is asked to decide a request: first, then when nobody answers. Building blocks."""

from collections.abc import Collection
from datetime import datetime

from constance import config

from notifications.services.outbox import Address, person
from partners.models import AgencyMember, Language, MemberRole, PlatformRole, TravelAgency, User


def request_desk(agency: TravelAgency, at: datetime) -> list[Address]:
    """The agency's chat; without one its managers' own chats, or its owners' when nobody manages.

    Who has quiet hours is passed over while somebody of them is awake – an owner, when no manager
    is –; when nobody is, all get it: without a sound.
    """
    if agency.manager_chat_id is not None:
        return [Address(None, agency.manager_chat_id, Language.RU)]
    members = _members(agency)
    managers = [m.user for m in members if m.role == MemberRole.MANAGER]
    owners = [m.user for m in members if m.role == MemberRole.OWNER]
    return _addresses(_awake(managers, at) or _awake(owners, at) or managers or owners)


def next_desk(agency: TravelAgency, told: Collection[int], at: datetime) -> list[Address]:
    """The members who have not been written to, ``told`` being those who have; when all have, the
    same as before."""
    others = [member.user for member in _members(agency) if member.user_id not in told]
    return _addresses(_awake(others, at) or others) or request_desk(agency, at)


def platform_desk() -> list[Address]:
    """The platform's chat; without one, support and admins who have Telegram."""
    if config.PLATFORM_CHAT_ID:
        return [Address(None, config.PLATFORM_CHAT_ID, Language.RU)]
    roles = (PlatformRole.SUPPORT, PlatformRole.ADMIN)
    staff = User.objects.filter(platform_role__in=roles, is_active=True).order_by("pk")
    return _addresses(list(staff))


def _members(agency: TravelAgency) -> list[AgencyMember]:
    """Those who can be written to."""
    rows = AgencyMember.objects.filter(agency=agency, is_active=True, user__is_active=True)
    members = rows.select_related("user__preferences").order_by("user_id")
    return [member for member in members if person(member.user)]


def _awake(users: list[User], at: datetime) -> list[User]:
    return [user for user in users if not _is_quiet(user, at)]


def _is_quiet(user: User, at: datetime) -> bool:
    wishes = getattr(user, "preferences", None)
    return wishes is not None and wishes.quiet_until(at) is not None


def _addresses(users: list[User]) -> list[Address]:
    return [address for user in users for address in person(user)]
