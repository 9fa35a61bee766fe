"""Putting messages into the outbox: who, what, in which language, once. A building block."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.acts import require_transaction
from notifications.models import Notification, Preferences
from notifications.states import OPTIONAL
from partners.models import AgencyMember, Language, MemberRole, TravelAgency, User


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes: a person, or a chat."""

    user_id: int | None
    chat_id: int | None
    language: str
    # By e-mail instead of Telegram.
    email: str = ""

    @property
    def key(self) -> str:
        return f"u{self.user_id}" if self.user_id else f"c{self.chat_id}"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is told; ``dedupe`` makes a repeat of it one message per address.

    ``subject``, ``edits_id`` and ``announcement_id`` are the Notification's own; ``not_before``
    holds the message back until then.
    """

    kind: str
    dedupe: str
    payload: dict[str, Any] = field(default_factory=dict)
    booking_id: int | None = None
    agency_id: int | None = None
    subject: str = ""
    edits_id: int | None = None
    announcement_id: int | None = None
    not_before: datetime | None = None


def person(user: User) -> list[Address]:
    """The person's own chat with the bot; nobody without Telegram or behind a block."""
    if user.telegram_id is None or not user.is_reachable:
        return []
    return [Address(user.pk, user.telegram_id, user.language)]


def owners(agency: TravelAgency) -> list[Address]:
    """The own chats of the agency's active owners: money is told to nobody else."""
    members = AgencyMember.objects.filter(
        agency=agency, role=MemberRole.OWNER, is_active=True, user__is_active=True
    )
    return [address for m in members.select_related("user") for address in person(m.user)]


def agency_desk(agency: TravelAgency) -> list[Address]:
    """The agency's managers' chat; without one, its active members' own chats."""
    if agency.manager_chat_id is not None:
        return [Address(None, agency.manager_chat_id, Language.RU)]
    members = AgencyMember.objects.filter(agency=agency, is_active=True, user__is_active=True)
    return [address for m in members.select_related("user") for address in person(m.user)]


def put(letter: Letter, addresses: Iterable[Address], *, at: datetime) -> int:
    """Owe the letter to each address; what is owed already is not owed twice, and what somebody
    does not want is not owed to him."""
    return put_all([(letter, address) for address in addresses], at=at)


def put_all(owed: Sequence[tuple[Letter, Address]], *, at: datetime) -> int:
    """Owe many letters, each to its address, in two queries; as :func:`put`."""
    require_transaction()
    rows = [
        Notification(
            recipient_id=address.user_id,
            chat_id=address.chat_id,
            email=address.email,
            agency_id=letter.agency_id,
            booking_id=letter.booking_id,
            kind=letter.kind,
            payload=letter.payload,
            language=address.language,
            subject=letter.subject,
            edits_id=letter.edits_id,
            announcement_id=letter.announcement_id,
            is_bulk=letter.announcement_id is not None,
            dedupe_key=f"{letter.dedupe}:{address.key}",
            next_attempt_at=letter.not_before or at,
            created_at=at,
        )
        for letter, address in _wanted(owed)
    ]
    return len(Notification.objects.bulk_create(rows, ignore_conflicts=True))


def _wanted(owed: Sequence[tuple[Letter, Address]]) -> list[tuple[Letter, Address]]:
    """Without what its reader has turned off; a chat cannot."""
    optional = {letter.kind for letter, _address in owed} & set(OPTIONAL)
    if not optional:
        return list(owed)
    people = [address.user_id for _letter, address in owed if address.user_id]
    rows = Preferences.objects.filter(user_id__in=people, muted__overlap=sorted(optional))
    muted: dict[int | None, list[str]] = dict(rows.values_list("user_id", "muted"))
    return [
        (letter, address)
        for letter, address in owed
        if letter.kind not in optional or letter.kind not in muted.get(address.user_id, ())
    ]
