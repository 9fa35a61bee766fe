"""What becomes of the bot in a group, and in a private chat: added, put out, renamed, moved.

What is said to everybody in a group is said in Russian.
"""

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.types import (
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberRestricted,
    ChatMemberUnion,
    ChatMemberUpdated,
    Message,
)
from constance import config
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import TourChat
from catalog.queries.chats import chat_of_group
from catalog.services.chats import lose_chat, rename_chat, restore_chat
from catalog.states import ChatStatus
from core.clock import now
from core.refusals import NotAllowed
from notifications.bot.doorman import GROUPS
from notifications.bot.routers.binding import choice_for, is_doorman, keeps_door, rights_missing
from notifications.bot.screens import Screen, ask
from notifications.services.chats import (
    TELEGRAM,
    follow_group,
    leave_group,
)
from notifications.services.reach import note_block
from notifications.services.staff_chats import StaffChat
from partners.models import Language, TravelAgency, User

log = structlog.get_logger(__name__)

router = Router(name="membership")
router.message.filter(F.chat.type.in_(GROUPS))

UNASKED = {"unasked": True}


# --- what becomes of the bot in a group


@router.my_chat_member(F.chat.type.in_(GROUPS))
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
    return _welcome(update.from_user.id, keeps=keeps)


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


def _welcome(telegram_id: int, *, keeps: bool) -> Screen:
    user = User.objects.filter(telegram_id=telegram_id, is_active=True).first()
    with override(Language.RU):
        try:
            found = choice_for(user, 0) if user else None
        except NotAllowed:
            found = None
        if found is None:
            return Screen(
                _(
                    "Hello! I keep the chats of Circle's tours. To connect this group, a manager "
                    "of the agency writes here: /bind"
                )
            )
        told = [
            _("Hello! I can keep the door of this group: only travellers who have paid are let in.")
        ]
        if not keeps:
            told.append(
                _("Make me an administrator who may <b>invite users</b> and <b>ban users</b>.")
            )
        return Screen("\n\n".join((*told, found.text)), found.buttons)


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
