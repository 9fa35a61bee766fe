"""The demo's agencies, staff, travellers and blogger."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from backoffice.demo.content import AGENCIES, BLOGGER, PEOPLE, STAFF
from backoffice.demo.content.shapes import Person, Staff
from backoffice.demo.gallery import picture
from backoffice.demo.logins import PASSWORD
from core.actor import Source
from core.clock import now
from core.models.media import MediaType
from partners.models import AgencyMember, MemberRole, ReferralPartner, TravelAgency, User
from partners.outbound import set_avatar, upload_media
from partners.roles import Role
from partners.services.invitations import invite_member

# Everybody was there before anything that the demo tells of.
JOINED = timedelta(days=120)
INVITED = "Гульнора Юсупова"


@dataclass
class People:
    """Everybody, by what the demo calls them."""

    agencies: dict[str, TravelAgency] = field(default_factory=dict)
    staff: dict[str, User] = field(default_factory=dict)
    travellers: list[User] = field(default_factory=list)
    blogger: User | None = None
    # By what Telegram calls them.
    partners: dict[str, ReferralPartner] = field(default_factory=dict)

    def person(self, username: str) -> User:
        """A traveller or the blogger, by what Telegram calls him."""
        everybody = [*self.travellers, self.blogger]
        return next(user for user in everybody if user and user.username == username)

    def manager(self, agency: str) -> User:
        """The manager of an agency, by its slug."""
        login = next(s.login for s in STAFF if s.agency == agency and s.role == "manager")
        return self.staff[login]


def make_people() -> People:
    """Create them all."""
    people = People()
    for shape in AGENCIES:
        values = {k: v for k, v in asdict(shape).items() if k != "color"}
        agency = TravelAgency.objects.create(**values)
        people.agencies[shape.slug] = agency
    # Hashing is slow by design; everybody in the demo has the same password.
    hashed = make_password(PASSWORD)
    for member in STAFF:
        people.staff[member.login] = _make_staff(member, people, hashed)
    _hang_up_logos(people)
    people.travellers = [_make_person(person) for person in PEOPLE]
    people.blogger = _make_person(BLOGGER.person)
    return people


def invite_somebody(people: People, *, at: datetime) -> None:
    """One invitation that waits; nobody has its link."""
    owner = next(person for person in people.staff.values() if person.role == Role.OWNER)
    (agency_id,) = owner.agency_ids
    invite_member(
        agency_id=agency_id,
        role=MemberRole.MANAGER,
        name=INVITED,
        by=owner.actor(Source.ADMIN),
        at=at - timedelta(hours=20),
    )


def _hang_up_logos(people: People) -> None:
    for slug, agency in people.agencies.items():
        by = people.manager(slug).actor(Source.ADMIN)
        logo = picture(f"logo-{slug}")
        agency.logo = upload_media(data=logo, type=MediaType.LOGO, by=by, at=now()).media
        agency.save(update_fields=["logo"])


def _make_staff(member: Staff, people: People, hashed: str) -> User:
    role = "" if member.agency else member.role
    user = User.objects.create(
        login=member.login,
        password=hashed,
        first_name=member.first_name,
        last_name=member.last_name,
        telegram_id=member.telegram_id,
        phone=member.phone,
        platform_role=role,
        date_joined=now() - JOINED,
    )
    if member.agency:
        agency = people.agencies[member.agency]
        AgencyMember.objects.create(agency=agency, user=user, role=member.role)
    return user


def _make_person(person: Person) -> User:
    user = User(**asdict(person), date_joined=now() - JOINED)
    user.set_unusable_password()
    user.save()
    photo = picture(f"avatar-{person.username}")
    return set_avatar(data=photo, by=user.actor(Source.API), at=now())
