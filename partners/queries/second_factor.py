"""Who signs in with a second factor, and who must."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from constance import config
from constance.codecs import loads
from constance.models import Constance
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from partners.models import User

SETTING = "SECOND_FACTOR_ROLES"


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """A person's second factor as his account page tells it."""

    is_demanded: bool
    since: datetime | None
    last_used: datetime | None
    codes_left: int

    @property
    def is_on(self) -> bool:
        return self.since is not None


def with_second_factor(people: QuerySet[User]) -> QuerySet[User]:
    """The people with the two facts that every page of the back office asks of its reader, in the
    query that fetches him anyway."""
    roles = Constance.objects.filter(key=SETTING).values("value")[:1]
    return people.annotate(
        second_factor_is_on=Exists(devices().filter(user=OuterRef("pk"))),
        second_factor_roles=Subquery(roles),
    )


def devices() -> QuerySet[TOTPDevice]:
    """The apps that give codes."""
    return TOTPDevice.objects.filter(confirmed=True)


def has_second_factor(person: User) -> bool:
    known: bool | None = getattr(person, "second_factor_is_on", None)
    return devices().filter(user=person).exists() if known is None else known


def is_demanded_of(person: User) -> bool:
    """Whether the person's role signs in with a second factor only."""
    return person.role in _roles(person)


def _roles(person: User) -> Any:
    if not hasattr(person, "second_factor_roles"):
        return config.SECOND_FACTOR_ROLES
    stored = person.second_factor_roles
    return loads(stored) if stored else settings.CONSTANCE_CONFIG[SETTING][0]


def second_factor_of(person: User) -> SecondFactor:
    device = devices().filter(user=person).first()
    return SecondFactor(
        is_demanded=is_demanded_of(person),
        since=device.created_at if device else None,
        last_used=device.last_used_at if device else None,
        codes_left=StaticToken.objects.filter(device__user=person).count(),
    )
