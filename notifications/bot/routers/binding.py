"""A manager binds a group to a date of a tour, or lets it go.

What is said to everybody in a group is said in Russian; who presses a button that is not his hears
so in his own language.
"""

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.filters.callback_data import CallbackData
from aiogram.types import (
    CallbackQuery,
    Chat,
    ChatMemberAdministrator,
    ChatMemberOwner,
    Message,
    ResultChatMemberUnion,
)
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import TourSession
from catalog.queries.chats import chat_of_group, sessions_without_chat
from catalog.services.chats import bind_chat, unbind_chat
from core.actor import Source
from core.clock import local_date, now
from core.refusals import NotFound
from notifications.bot.dates import NotConnected, agencies_for, labels_of, name_of
from notifications.bot.doorman import GROUPS
from notifications.bot.screens import Row, Screen, add, ask, button, said, show
from partners.models import Language, User
from sales.queries.companions import who_goes

log = structlog.get_logger(__name__)

router = Router(name="binding")
router.message.filter(F.chat.type.in_(GROUPS))
router.callback_query.filter(F.message.chat.type.in_(GROUPS))

SHOWN = 8


class Bind(CallbackData, prefix="bind"):
    session: int


class Dates(CallbackData, prefix="bind-dates"):
    page: int


class Unbind(CallbackData, prefix="unbind"):
    chat: int


# --- the date is chosen


@router.message(Command("bind"))
async def bind_here(message: Message, user: User) -> None:
    await add(message, await choice(user, 0))


@router.callback_query(Dates.filter())
async def other_dates(press: CallbackQuery, callback_data: Dates, user: User) -> None:
    await show(press, await choice(user, callback_data.page))


@router.callback_query(Bind.filter())
async def chosen(press: CallbackQuery, callback_data: Bind, user: User, bot: Bot) -> None:
    if press.message is not None:
        await show(press, await take(bot, press.message.chat, user, callback_data.session))


@router.message(CommandStart(deep_link=True, magic=F.args.startswith("s-")))
async def started(message: Message, command: CommandObject, user: User, bot: Bot) -> None:
    """By the link on the date's page of the back office."""
    session_id = await session_of(user, (command.args or "").removeprefix("s-"))
    await add(message, await take(bot, message.chat, user, session_id))


async def take(bot: Bot, group: Chat, user: User, session_id: int) -> Screen:
    """Bind the group, when the bot can keep its door."""
    await check_may(user)
    if not await keeps_door(bot, group.id):
        return rights_missing(session_id)
    return await bound(user, session_id, group.id, group.title or "")


async def keeps_door(bot: Bot, group_id: int) -> bool:
    """Whether Telegram says that the bot may invite and remove here."""
    try:
        return is_doorman(await bot.get_chat_member(group_id, bot.id))
    except TelegramBadRequest as error:
        log.warning("the bot could not look at itself in a group", error=str(error))
        return False


def is_doorman(member: ResultChatMemberUnion) -> bool:
    if isinstance(member, ChatMemberAdministrator):
        return bool(member.can_invite_users and member.can_restrict_members)
    return isinstance(member, ChatMemberOwner)


@ask
def check_may(user: User) -> None:
    _agencies(user)


@ask
def session_of(user: User, code: str) -> int:
    """Refuses with NotFound, also for another agency's date."""
    found = TourSession.objects.for_user(user).filter(code=code.upper())
    session_id = found.values_list("pk", flat=True).first()
    if session_id is None:
        raise NotFound
    return session_id


@ask
def choice(user: User, page: int) -> Screen:
    return choice_for(user, page)


def choice_for(user: User, page: int) -> Screen:
    """The coming dates of the agencies this person may bind groups for."""
    first = max(page, 0) * SHOWN
    found = sessions_without_chat(_agencies(user), local_date(now()))[first : first + SHOWN + 1]
    sessions = list(found)
    with override(Language.RU):
        labels = labels_of(sessions)[:SHOWN]
        rows = [[button(label, Bind(session=session.pk))] for session, label in labels]
        rows.append(_pages(page, is_last=len(sessions) <= SHOWN))
        if not sessions:
            text = _("There is no coming date without a group.")
        else:
            text = _("The chat of which date is this group?")
        hint = _("Is it your managers' own group, for requests? Then: /desk")
        return Screen(f"{text}\n{hint}", rows)


def _pages(page: int, *, is_last: bool) -> Row:
    back = [button("←", Dates(page=page - 1))] if page > 0 else []
    return back if is_last else [*back, button(_("More dates →"), Dates(page=page + 1))]


def _agencies(user: User) -> frozenset[int] | None:
    return agencies_for(user, "catalog.tourchat", "add")


@ask
def bound(user: User, session_id: int, group_id: int, title: str) -> Screen:
    by = user.actor(Source.BOT)
    chat = bind_chat(session_id=session_id, chat_id=group_id, title=title, by=by, at=now())
    with override(Language.RU):
        sentence = _(
            "✅ This group is now the chat of the tour: <b>{session}</b>.\n"
            "Travellers who have paid: {people}. Each gets a link of his own from me, also those "
            "who pay later; I let in nobody else.\n"
            "Roll-call: /rollcall. To let the group go: /unbind"
        )
        people = len(who_goes(chat.session_id))
        return Screen(said(sentence, session=name_of(chat.session), people=people))


def rights_missing(session_id: int) -> Screen:
    with override(Language.RU):
        text = _(
            "I cannot keep the door here yet. Make me an administrator of this group who may "
            "<b>invite users</b> and <b>ban users</b>, then press the button."
        )
        return Screen(text, [[button(_("Look again"), Bind(session=session_id))]])


# --- the group is let go


@router.message(Command("unbind"))
async def unbind_here(message: Message, user: User) -> None:
    await add(message, await whether_to_unbind(user, message.chat.id))


@router.callback_query(Unbind.filter())
async def unbind(press: CallbackQuery, callback_data: Unbind, user: User) -> None:
    await show(press, await unbound(user, callback_data.chat))


@ask
def whether_to_unbind(user: User, group_id: int) -> Screen:
    mine = _agencies(user)
    chat = chat_of_group(group_id)
    if chat is None:
        raise NotConnected
    if mine is not None and chat.session.tour.agency_id not in mine:
        raise NotFound
    with override(Language.RU):
        text = _("Shall this group no longer be the chat of {session}? Who is in it stays in it.")
        yes = button(_("Yes, let it go"), Unbind(chat=chat.pk))
        return Screen(said(text, session=name_of(chat.session)), [[yes]])


@ask
def unbound(user: User, tour_chat_id: int) -> Screen:
    unbind_chat(tour_chat_id=tour_chat_id, by=user.actor(Source.BOT), at=now())
    with override(Language.RU):
        return Screen(_("This group is no longer the chat of a tour. /bind makes it one again."))
