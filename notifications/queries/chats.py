"""Who may be in a tour's chat, and who is."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from catalog.models import TourChat
from catalog.queries.chats import chat_of_group, former_chat_of_group
from catalog.states import ChatStatus
from notifications.models import ChatMember
from notifications.states import MemberState
from partners.models import User
from sales.queries.companions import who_goes


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody before the door of a chat; ``goes`` is a paid seat, ``works`` the agency's staff."""

    chat: TourChat
    user: User | None
    goes: bool = False
    works: bool = False


def who_asks(chat_id: int, telegram_id: int) -> Asking | None:
    """What the books say of a person who asks to be let into the group; None for a group that
    never was a session's chat. Into one that was let go nobody may."""
    chat = chat_of_group(chat_id) or former_chat_of_group(chat_id)
    if chat is None:
        return None
    user = User.objects.filter(telegram_id=telegram_id, is_active=True).first()
    if user is None or chat.status == ChatStatus.CLOSED:
        return Asking(chat, user)
    return Asking(chat, user, user.pk in who_goes(chat.session_id), works_there(user, chat))


def works_there(user: User, chat: TourChat) -> bool:
    return user.sees_all_agencies or chat.session.tour.agency_id in user.agency_ids


def sessions_joined(user_id: int, session_ids: Collection[int]) -> set[int]:
    """Of ``session_ids`` those whose Telegram group this person is in."""
    mine = ChatMember.objects.filter(user_id=user_id, state=MemberState.JOINED)
    there = TourChat.objects.standing().filter(session_id__in=session_ids, members__in=mine)
    return set(there.values_list("session_id", flat=True))


def states_of_members(chat: TourChat) -> dict[int, str]:
    """By the person's id: what the bot knows of him in this chat."""
    return dict(ChatMember.objects.filter(chat=chat).values_list("user_id", "state"))


def count_members(chat: TourChat) -> list[tuple[MemberState, int]]:
    """How many are in each state."""
    found = Counter(states_of_members(chat).values())
    return [(state, found[state]) for state in MemberState if found[state]]
