"""People and agencies."""

from api.schemas.partners import (
    AgencyOut,
    AgencyRole,
    FriendshipOut,
    PersonOut,
    ProfileOut,
)
from core.models import Media
from finance.queries.balances import bonus_available
from partners.models import AgencyMember, Friendship, TravelAgency, User


def url_of(media: Media | None) -> str | None:
    return media.file.url if media else None


def show_profile(user: User) -> ProfileOut:
    members = AgencyMember.objects.filter(user=user, is_active=True).select_related("agency")
    return ProfileOut(
        id=user.pk,
        telegram_id=user.telegram_id,
        username=user.username,
        first_name=user.first_name,
        last_name=user.last_name,
        phone=user.phone,
        avatar=url_of(user.avatar),
        interests=user.interests,
        sphere=user.sphere,
        specialization=user.specialization,
        language=user.language,  # type: ignore[arg-type]
        bonus_balance=bonus_available(user.pk),
        agencies=[
            AgencyRole(id=member.agency_id, name=member.agency.name, role=member.role)  # type: ignore[arg-type]
            for member in members
        ],
    )


def show_friendship(row: Friendship, me: int, going: set[int] | None) -> FriendshipOut:
    """Seen by ``me``; ``going`` are the people of a session, None when nobody asked."""
    asked_by_me = row.from_user_id == me
    other = row.to_user if asked_by_me else row.from_user
    return FriendshipOut(
        id=row.pk,
        status=row.status,
        asked_by_me=asked_by_me,
        created_at=row.created_at,
        user=show_person(other),
        goes=_goes(row, other.pk, going),
    )


def show_person(person: User) -> PersonOut:
    return PersonOut(
        id=person.pk,
        username=person.username,
        first_name=person.first_name,
        last_name=person.last_name,
        sphere=person.sphere,
        specialization=person.specialization,
    )


def _goes(row: Friendship, other_id: int, going: set[int] | None) -> bool | None:
    # Where somebody travels is for friends, not for who has merely asked.
    if going is None or row.status != "accepted":
        return None
    return other_id in going


def show_agency(agency: TravelAgency) -> AgencyOut:
    return AgencyOut(
        id=agency.pk,
        name=agency.name,
        slug=agency.slug,
        description=agency.description,
        phone=agency.phone,
        email=agency.email,
        telegram=agency.telegram,
        address=agency.address,
        logo=url_of(agency.logo),
    )
