"""``/accountants`` and ``/platform``, said in a group: it is the platform's own from now on."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actor import Source
from core.clock import now
from core.refusals import Conflict
from notifications.bot.doorman import is_private
from notifications.bot.screens import Screen, ask, show
from notifications.services.staff_chats import StaffChat, name_staff_chat
from partners.models import User

router = Router(name="staff_groups")

CHATS = {"accountants": StaffChat.ACCOUNTANTS, "platform": StaffChat.PLATFORM}


class NoGroup(Conflict):
    message = gettext_lazy("Say this in the group that it is about.")


@router.message(Command(*CHATS))
async def named(message: Message, command: CommandObject, user: User) -> None:
    if is_private(message):
        raise NoGroup
    await show(message, await name(user, CHATS[command.command], message.chat.id))


@ask
def name(user: User, chat: StaffChat, chat_id: int) -> Screen:
    name_staff_chat(chat=chat, chat_id=chat_id, by=user.actor(Source.BOT), at=now())
    if chat == StaffChat.ACCOUNTANTS:
        return Screen(
            _(
                "This is the accountants' chat now: the daily proof of the books comes here, and "
                "payouts and withdrawals that wait to be approved. What waits now: /waiting"
            )
        )
    return Screen(_("This is the platform's chat now: requests that no agency answers come here."))
