"""A tour's chat: the bot is added to a group, a manager names the date, travellers are let in.

What is said to everybody in a group is said in Russian; who presses a button that is not his hears
so in his own language.
"""

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.filters.callback_data import CallbackData
from aiogram.types import (
    CallbackQuery,
    Chat,
    ChatJoinRequest,
    ChatMemberAdministrator,
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberOwner,
    ChatMemberRestricted,
    ChatMemberUnion,
    ChatMemberUpdated,
    Message,
    ResultChatMemberUnion,
)
from constance import config
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import TourChat, TourSession
from catalog.queries.chats import chat_of_group, sessions_without_chat
from catalog.services.chats import bind_chat, lose_chat, rename_chat, restore_chat, unbind_chat
from catalog.states import ChatStatus
from core.actor import Source
from core.clock import local_date, now
from core.refusals import NotAllowed, NotFound
from notifications.booking_words import dates_of
from notifications.bot.dates import NotConnected, agencies_for, label_of, name_of
from notifications.bot.doorman import spoken
from notifications.bot.screens import Row, Screen, add, app_button, ask, button, said, show
from notifications.queries.chats import Asking, who_asks
from notifications.services.chats import (
    TELEGRAM,
    admit_traveller,
    follow_group,
    leave_group,
    note_left,
)
from notifications.services.reach import note_block
from notifications.services.staff_chats import StaffChat
from partners.models import Language, TravelAgency, User
from sales.queries.companions import who_goes

log = structlog.get_logger(__name__)

router = Router(name="chats")
GROUP = F.chat.type.in_({"group", "supergroup"})
router.message.filter(GROUP)
router.callback_query.filter(F.message.chat.type.in_({"group", "supergroup"}))

SHOWN = 8
UNASKED = {"unasked": True}


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
    return _choice(user, page)


def _choice(user: User, page: int) -> Screen:
    """The coming dates of the agencies this person may bind groups for."""
    first = max(page, 0) * SHOWN
    found = sessions_without_chat(_agencies(user), local_date(now()))[first : first + SHOWN + 1]
    sessions = list(found)
    with override(Language.RU):
        rows = [
            [button(label_of(session), Bind(session=session.pk))] for session in sessions[:SHOWN]
        ]
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


# --- what becomes of the bot in a group


@router.my_chat_member(GROUP)
async def standing_changed(update: ChatMemberUpdated, bot: Bot) -> None:
    is_in, was_in = is_inside(update.new_chat_member), is_inside(update.old_chat_member)
    if not is_in:
        await put_out(update.chat.id)
        return
    keeps, kept = is_doorman(update.new_chat_member), is_doorman(update.old_chat_member)
    screen = await put_in(update, keeps=keeps, is_new=not was_in or (keeps and not kept))
    if screen is not None:
        await say(bot, update.chat.id, screen)


def is_inside(member: ChatMemberUnion) -> bool:
    if isinstance(member, ChatMemberRestricted):
        return member.is_member
    return not isinstance(member, ChatMemberLeft | ChatMemberBanned)


async def say(bot: Bot, chat_id: int, screen: Screen) -> None:
    """What somebody may not want to hear, or may not be written: then nothing is lost."""
    try:
        await bot.send_message(chat_id, screen.text, reply_markup=screen.keyboard)
    except TelegramAPIError as error:
        log.info("the bot could not say something", error=str(error))


@ask
def put_out(group_id: int) -> None:
    leave_group(chat_id=group_id, by=TELEGRAM, at=now())


@ask
def put_in(update: ChatMemberUpdated, *, keeps: bool, is_new: bool) -> Screen | None:
    """What is said in the group; None when nothing has changed for anybody."""
    rename_chat(chat_id=update.chat.id, title=update.chat.title or "", by=TELEGRAM, at=now())
    chat = chat_of_group(update.chat.id)
    if chat is not None:
        return _kept(chat, keeps=keeps, is_new=is_new)
    if not is_new or _is_office(update.chat.id):
        return None
    return _welcome(update.from_user.id)


def _is_office(group_id: int) -> bool:
    """An agency's desk, or one of the platform's own groups: no travellers are let in there."""
    if group_id in [getattr(config, chat) for chat in StaffChat]:
        return True
    return TravelAgency.objects.filter(manager_chat_id=group_id).exists()


def _kept(chat: TourChat, *, keeps: bool, is_new: bool) -> Screen | None:
    """The bot's rights in a tour's chat were changed."""
    was_lost = chat.status == ChatStatus.LOST
    if not keeps:
        lose_chat(chat_id=chat.chat_id, by=TELEGRAM, at=now())
        return rights_missing(chat.session_id) if is_new or not was_lost else None
    if not was_lost:
        return None
    restore_chat(chat_id=chat.chat_id, by=TELEGRAM, at=now())
    with override(Language.RU):
        return Screen(_("✅ I keep the door of this chat again."))


def _welcome(telegram_id: int) -> Screen:
    user = User.objects.filter(telegram_id=telegram_id, is_active=True).first()
    with override(Language.RU):
        try:
            found = _choice(user, 0) if user else None
        except NotAllowed:
            found = None
        if found is None:
            return Screen(
                _(
                    "Hello! I keep the chats of Circle's tours. To connect this group, a manager "
                    "of the agency writes here: /bind"
                )
            )
        hello = _(
            "Hello! I can keep the door of this group: only travellers who have paid are let in.\n"
            "1. Make me an administrator who may <b>invite users</b> and <b>ban users</b>.\n"
            "2. Choose the date."
        )
        return Screen(f"{hello}\n\n{found.text}", found.buttons)


@router.message(F.new_chat_title, flags=UNASKED)
async def renamed(message: Message) -> None:
    await named(message.chat.id, message.new_chat_title or "")


@ask
def named(group_id: int, title: str) -> None:
    rename_chat(chat_id=group_id, title=title, by=TELEGRAM, at=now())


@router.message(F.migrate_to_chat_id, flags=UNASKED)
async def moved(message: Message, bot: Bot) -> None:
    """A supergroup was made of it, under another id. The bot's rights went along."""
    old_id, new_id = message.chat.id, message.migrate_to_chat_id
    if new_id is not None:
        await followed(old_id, new_id, await keeps_door(bot, new_id))


@ask
def followed(old_id: int, new_id: int, keeps: bool) -> None:
    follow_group(old_id=old_id, new_id=new_id, by=TELEGRAM, at=now())
    (restore_chat if keeps else lose_chat)(chat_id=new_id, by=TELEGRAM, at=now())


# --- what becomes of it in a private chat


@router.my_chat_member(F.chat.type == "private")
async def blocked_or_back(update: ChatMemberUpdated) -> None:
    await noted(update.from_user.id, update.new_chat_member.status == "kicked")


@ask
def noted(telegram_id: int, is_blocked: bool) -> None:
    note_block(telegram_id=telegram_id, is_blocked=is_blocked, by=TELEGRAM, at=now())


# --- somebody asks to be let in


@router.chat_join_request()
async def asked(request: ChatJoinRequest, bot: Bot) -> None:
    """The books answer, whichever link he came by."""
    asking = await look(request.chat.id, request.from_user.id)
    if asking is None or (is_former(asking.chat) and not came_by_us(request, bot)):
        return
    try:
        if await admitted(asking):
            await request.approve()
            return
        await request.decline()
    except (TelegramBadRequest, TelegramForbiddenError) as error:
        # Answered a moment before, by a person or by the same update brought twice.
        log.info("who asked to be let in was not answered", error=str(error))
        return
    await say(bot, request.user_chat_id, why_not(asking, spoken(request.from_user)))


look = ask(who_asks)


def is_former(chat: TourChat) -> bool:
    return chat.status == ChatStatus.CLOSED


def came_by_us(request: ChatJoinRequest, bot: Bot) -> bool:
    """Whether the link is the bot's; in a group let go, people answer who came by theirs."""
    return request.invite_link is not None and request.invite_link.creator.id == bot.id


@ask
def admitted(asking: Asking) -> bool:
    """Whether he is let in; of a traveller it is written down first."""
    if asking.goes and asking.user:
        try:
            admit_traveller(
                tour_chat_id=asking.chat.pk, user_id=asking.user.pk, by=TELEGRAM, at=now()
            )
        except NotFound:
            return asking.works
        return True
    return asking.works


def why_not(asking: Asking, language: str) -> Screen:
    with override(asking.user.language if asking.user else language):
        sentence = _(
            "I could not let you into “{group}”: it is for those who have paid for "
            "“{tour}”, {dates}. Paid just now? Ask once more."
        )
        if is_former(asking.chat):
            sentence = _(
                "I could not let you into “{group}”: it is no longer the chat of “{tour}”, "
                "{dates}. Please ask the agency where the travellers meet now."
            )
        session = asking.chat.session
        dates = dates_of(session.date_start, session.date_end)
        text = said(sentence, group=asking.chat, tour=session.tour.title, dates=dates)
        return Screen(text, [[app_button(_("Open Circle"))]])


# --- somebody comes in without asking, or goes


@router.chat_member(GROUP)
async def came_or_went(update: ChatMemberUpdated) -> None:
    """Somebody was let in or put out by a person, or left. Who has no paid seat is their own."""
    is_in, was_in = is_inside(update.new_chat_member), is_inside(update.old_chat_member)
    if is_in == was_in:
        return
    asking = await look(update.chat.id, update.new_chat_member.user.id)
    if asking is not None and asking.user is not None and not is_former(asking.chat):
        await (admitted(asking) if is_in else gone(asking.chat.pk, asking.user.pk))


@ask
def gone(tour_chat_id: int, user_id: int) -> None:
    note_left(tour_chat_id=tour_chat_id, user_id=user_id, by=TELEGRAM, at=now())
