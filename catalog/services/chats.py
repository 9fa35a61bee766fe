"""A session's Telegram group: binding it, letting it go, and what becomes of the bot in it.

Acts name a group by Telegram's id; what Telegram itself tells is done by the bot's own actor.
"""

from datetime import datetime

from constance import config
from django.utils.translation import gettext_lazy as _

from catalog.models import TourChat, TourSession
from catalog.services.locks import lock_session
from catalog.services.sessions import check_not_over
from catalog.states import ChatStatus
from core.actor import Actor
from core.acts import act
from core.refusals import Conflict, NotFound
from core.services.events import record
from partners.models import TravelAgency
from partners.roles import require, works_for

MOST_LETTERS = 128


class SessionHasChat(Conflict):
    code = "session_has_chat"
    message = _("This date has a group already: {title}. It can be unbound there by /unbind.")


class GroupTaken(Conflict):
    code = "group_taken"
    message = _("This group is the chat of another date: {session}. /unbind lets it go.")


class GroupIsDesk(Conflict):
    code = "group_is_desk"
    message = _("{agency} is written to in this group: travellers must not be in it.")


@act
def bind_chat(*, session_id: int, chat_id: int, title: str, by: Actor, at: datetime) -> TourChat:
    """Make the group the chat of a session; one that the bot had lost elsewhere is let go for it.

    The same binding a second time changes nothing. Refuses with NotAllowed, NotFound, SessionOver,
    SessionHasChat, GroupTaken and GroupIsDesk.
    """
    require(by, "catalog.tourchat", "add")
    session = _lock_own(session_id, by)

    check_not_over(session)
    _check_no_desk(chat_id)
    before = _lock_chat(session_id=session.pk)
    if before and before.chat_id == chat_id:
        return _keep(before, by=by, at=at)
    if before and before.status == ChatStatus.BOUND:
        raise SessionHasChat(title=before)
    if before:
        before.close()
        before.save(update_fields=["status"])
    chat = _take_group(session, chat_id, title, by=by, at=at)

    if before:
        _record("chat.unbound", before, by=by, at=at)
    _record("chat.bound", chat, by=by, at=at)
    return chat


@act
def unbind_chat(*, tour_chat_id: int, by: Actor, at: datetime) -> TourChat:
    """It is the session's chat no longer; who is in it stays in it. A second time changes nothing.

    Refuses with NotAllowed and NotFound.
    """
    require(by, "catalog.tourchat", "change")
    chat = _lock_chat(pk=tour_chat_id)
    if chat is None or not works_for(by, chat.session.tour.agency_id):
        raise NotFound

    if chat.status == ChatStatus.CLOSED:
        return chat
    chat.close()
    chat.save(update_fields=["status"])

    _record("chat.unbound", chat, by=by, at=at)
    return chat


@act
def lose_chat(*, chat_id: int, by: Actor, at: datetime) -> TourChat | None:
    """The bot can no longer keep the group's door: it was put out, or its rights were taken.

    None, and nothing is changed, when the group is no session's chat; a second time nothing either.
    """
    chat = _lock_chat(chat_id=chat_id)

    if chat is None or chat.status == ChatStatus.LOST:
        return chat
    chat.lose()
    chat.save(update_fields=["status"])

    _record("chat.lost", chat, by=by, at=at)
    return chat


@act
def restore_chat(*, chat_id: int, by: Actor, at: datetime) -> TourChat | None:
    """The bot keeps the group's door again; else as ``lose_chat``."""
    chat = _lock_chat(chat_id=chat_id)

    return chat and _keep(chat, by=by, at=at)


@act
def rename_chat(*, chat_id: int, title: str, by: Actor, at: datetime) -> None:
    """What the group is called now: no event, the group's own members see it."""
    TourChat.objects.standing().filter(chat_id=chat_id).update(title=title[:MOST_LETTERS])


# --- building blocks


def move_chat(old_id: int, new_id: int) -> None:
    """Telegram has given the group another id."""
    TourChat.objects.standing().filter(chat_id=old_id).update(chat_id=new_id)


def _lock_own(session_id: int, by: Actor) -> TourSession:
    session = lock_session(session_id)
    if not works_for(by, session.tour.agency_id):
        raise NotFound
    return session


def _lock_chat(**where: int) -> TourChat | None:
    """The chat that stands, or the one of that key, locked."""
    rows = TourChat.objects.all() if "pk" in where else TourChat.objects.standing()
    return rows.filter(**where).select_for_update(of=("self",)).first()


def _check_no_desk(chat_id: int) -> None:
    if chat_id in (config.PLATFORM_CHAT_ID, config.ACCOUNTANTS_CHAT_ID):
        raise GroupIsDesk(agency="Circle")
    if agency := TravelAgency.objects.filter(manager_chat_id=chat_id).first():
        raise GroupIsDesk(agency=agency.name)


def _take_group(
    session: TourSession, chat_id: int, title: str, *, by: Actor, at: datetime
) -> TourChat:
    """The new chat. Refuses with GroupTaken, also when somebody was faster by a moment: the
    database lets a group be of one session only."""
    chat = TourChat(
        session=session,
        chat_id=chat_id,
        title=title[:MOST_LETTERS],
        bound_by_id=by.user_id,
        created_at=at,
    )
    TourChat.objects.bulk_create([chat], ignore_conflicts=True)
    standing = TourChat.objects.standing().select_related("session__tour").get(chat_id=chat_id)
    if standing.session_id != session.pk:
        raise GroupTaken(session=standing.session)
    return standing


def _keep(chat: TourChat, *, by: Actor, at: datetime) -> TourChat:
    """The chat, no longer lost."""
    if chat.status == ChatStatus.LOST:
        chat.restore()
        chat.save(update_fields=["status"])
        _record("chat.restored", chat, by=by, at=at)
    return chat


def _record(action: str, chat: TourChat, *, by: Actor, at: datetime) -> None:
    record(
        action,
        chat,
        by=by,
        at=at,
        agency_id=chat.session.tour.agency_id,
        session=str(chat.session),
        title=chat.title,
    )
