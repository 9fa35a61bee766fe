"""The door of a tour's chat follows the books: who has a paid seat is invited, who has none any
more is taken out. Nothing here talks to Telegram; what it must do is rows of the outbox."""

from datetime import datetime

from django.utils.translation import gettext, gettext_noop, override

from catalog.models import TourChat
from catalog.services.chats import lose_chat
from catalog.states import ChatStatus
from core.actor import Actor, Source
from core.acts import act, require_transaction
from core.models import EventLog
from core.refusals import NotFound
from core.services.events import record
from notifications.booking_words import values_of
from notifications.models import ChatMember, Notification
from notifications.models.notification import NotificationQuerySet
from notifications.queries.chats import works_there
from notifications.services.outbox import Address, Letter, person, put
from notifications.services.reach import group_moved
from notifications.services.staff_chats import lose_staff_chats
from notifications.states import Kind, MemberState, NotificationState
from partners.models import Language, User
from partners.roles import Role
from partners.services.agency_chat import lose_agency_chat
from sales.models import Booking
from sales.states import BookingStatus

# Telegram itself has told what happened.
TELEGRAM = Actor(role=Role.SYSTEM, source=Source.BOT)
OUT = gettext_noop("The booking has ended.")
BACK = gettext_noop("The traveller goes after all.")
UNBOUND = gettext_noop("The group is no tour's chat any more.")
RENEWED = gettext_noop("A newer message goes in its place.")


@act
def admit_traveller(*, tour_chat_id: int, user_id: int, by: Actor, at: datetime) -> ChatMember:
    """Write that a traveller is in the chat, before the bot lets him in: should his booking end in
    the same moment, he is taken out again. A second time changes nothing.

    Refuses with NotFound when he has no paid seat (any more).
    """
    chat = TourChat.objects.select_related("session__tour").get(pk=tour_chat_id)
    booking = _paid_booking(chat, user_id)
    if booking is None:
        raise NotFound
    member = _lock_member(chat, user_id)

    if member.state == MemberState.JOINED:
        return member
    member.join(at=at)
    member.save(update_fields=["state", "joined_at"])

    record("booking.chat_joined", booking, by=by, at=at, agency_id=booking.agency_id)
    return member


@act
def note_left(*, tour_chat_id: int, user_id: int, by: Actor, at: datetime) -> ChatMember | None:
    """Write that a traveller is no longer in the chat: he went, or a person put him out. His seat
    stays, and his link lets him ask again.

    None, and nothing is changed, for who was not known to be in it, or has no paid seat any more:
    he is taken out anyway.
    """
    chat = TourChat.objects.select_related("session__tour").get(pk=tour_chat_id)
    booking = _paid_booking(chat, user_id)
    member = _known_member(chat, user_id)

    if booking is None or member is None or member.state != MemberState.JOINED:
        return None
    member.leave()
    member.save(update_fields=["state"])

    record("booking.chat_left", booking, by=by, at=at, agency_id=booking.agency_id)
    return member


@act
def leave_group(*, chat_id: int, by: Actor, at: datetime) -> None:
    """The bot was put out of a group: whatever it was to a tour, an agency or the platform, it is
    no longer."""
    lose_chat(chat_id=chat_id, by=by, at=at)
    lose_agency_chat(chat_id=chat_id, by=by, at=at)
    lose_staff_chats(chat_id=chat_id, at=at)


@act
def follow_group(*, old_id: int, new_id: int, by: Actor, at: datetime) -> None:
    """Telegram has made a supergroup of a group: everything that knew the old id knows the new."""
    group_moved(old_id=old_id, new_id=new_id)


# --- building blocks


def follow_books(chat: TourChat, user: User, event: EventLog) -> None:
    """Invite who goes and is not invited, take out who no longer goes: as the books are now,
    however late or often this is called. ``chat.session.tour.agency`` should be loaded with it.

    At a door that the bot cannot keep nothing happens: when it is back, everybody is gone through.
    """
    require_transaction()
    if chat.status != ChatStatus.BOUND:
        return
    booking = _paid_booking(chat, user.pk)
    if booking is not None:
        _invite(_lock_member(chat, user.pk), booking, event)
        return
    member = _known_member(chat, user.pk)
    if member is None:
        return
    if member.state == MemberState.REMOVED:
        _see_out_after_all(member, chat, user, event)
    else:
        _see_out(member, chat, user, event)


def drop_invitations(chat: TourChat) -> None:
    """Nobody is invited into a group that is let go."""
    for member in ChatMember.objects.filter(chat=chat).order_by("pk"):
        _drop(member, Kind.CHAT_INVITATION, UNBOUND)
        _drop(member, Kind.CHAT_REMOVAL, UNBOUND)


def _paid_booking(chat: TourChat, user_id: int) -> Booking | None:
    """His latest paid booking of the chat's session."""
    paid = Booking.objects.filter(
        session_id=chat.session_id, user_id=user_id, status=BookingStatus.PAID
    )
    return paid.select_related("session__tour__agency", "user").order_by("-pk").first()


def _known_member(chat: TourChat, user_id: int) -> ChatMember | None:
    """His row in the chat, locked, when there is one."""
    return ChatMember.objects.select_for_update().filter(chat=chat, user_id=user_id).first()


def _lock_member(chat: TourChat, user_id: int) -> ChatMember:
    """His row in the chat, made when there is none, locked."""
    ChatMember.objects.bulk_create([ChatMember(chat=chat, user_id=user_id)], ignore_conflicts=True)
    member = ChatMember.objects.select_for_update(of=("self",)).get(chat=chat, user_id=user_id)
    member.chat = chat
    return member


def _invite(member: ChatMember, booking: Booking, event: EventLog) -> None:
    """Owe him his way in, unless he has it, or it is on its way, or he is inside."""
    _drop(member, Kind.CHAT_REMOVAL, BACK)
    if member.state == MemberState.REMOVED:
        member.invite_again()
        member.save(update_fields=["state"])
    is_owed = _waiting(member, Kind.CHAT_INVITATION).exists()
    if member.state != MemberState.INVITED or member.link or is_owed:
        return
    _drop(member, Kind.CHAT_INVITATION, RENEWED)
    for address in person(booking.user):
        letter = Letter(
            kind=Kind.CHAT_INVITATION,
            dedupe=f"{event.pk}:{Kind.CHAT_INVITATION}:{member.pk}",
            payload=_way_in(member, booking, address.language),
            booking_id=booking.pk,
            agency_id=booking.agency_id,
            subject=_subject(member),
        )
        put(letter, [address], at=event.timestamp)


def _way_in(member: ChatMember, booking: Booking, language: str) -> dict[str, object]:
    with override(language):
        button = gettext("Ask to be let in")
    way = {"member": member.pk, "group": member.chat.chat_id, "button": button}
    return values_of(booking, language, {}) | way


def _see_out(member: ChatMember, chat: TourChat, user: User, event: EventLog) -> None:
    """Who was never written to needs no taking out; the agency's own people stay."""
    # Who was let in once may be inside still, though he was on his way out in between.
    was_near = bool(member.state == MemberState.JOINED or member.joined_at or member.link)
    link = member.link
    member.remove()
    member.link = ""
    member.save(update_fields=["state", "link"])
    _drop(member, Kind.CHAT_INVITATION, OUT)
    if was_near:
        _owe_removal(member, chat, user, link, event)


def _see_out_after_all(member: ChatMember, chat: TourChat, user: User, event: EventLog) -> None:
    """Taken out in the books, and still inside when Telegram refused it."""
    removals = Notification.objects.filter(subject=_subject(member), kind=Kind.CHAT_REMOVAL)
    last = removals.order_by("-pk").first()
    if last is not None and last.state == NotificationState.FAILED:
        _drop(member, Kind.CHAT_REMOVAL, RENEWED)
        _owe_removal(member, chat, user, last.payload["link"], event)


def _owe_removal(
    member: ChatMember, chat: TourChat, user: User, link: str, event: EventLog
) -> None:
    if user.telegram_id is None or works_there(user, chat):
        return
    booking = Booking.objects.filter(session_id=chat.session_id, user=user).latest("pk")
    letter = Letter(
        kind=Kind.CHAT_REMOVAL,
        dedupe=f"{event.pk}:{Kind.CHAT_REMOVAL}:{member.pk}",
        payload={
            "person": user.telegram_id,
            "link": link,
            "traveller": str(user),
            "code": booking.code,
        },
        booking_id=booking.pk,
        agency_id=chat.session.tour.agency_id,
        subject=_subject(member),
    )
    put(letter, [Address(None, chat.chat_id, Language.RU)], at=event.timestamp)
    agency_id = letter.agency_id
    record("booking.chat_removed", booking, by=TELEGRAM, at=event.timestamp, agency_id=agency_id)


def _subject(member: ChatMember) -> str:
    return f"chat-member:{member.pk}"


def _waiting(member: ChatMember, kind: Kind) -> NotificationQuerySet:
    return Notification.objects.waiting().filter(subject=_subject(member), kind=kind)


def _drop(member: ChatMember, kind: Kind, why: str) -> None:
    """What has not left is not sent any more, nor tried again."""
    unsent = Notification.objects.filter(
        subject=_subject(member),
        kind=kind,
        state__in=[NotificationState.QUEUED, NotificationState.FAILED],
    )
    for row in unsent.select_for_update().order_by("pk"):
        row.drop(why=why)
        row.save(update_fields=["state", "last_error"])
