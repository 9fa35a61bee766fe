"""The door of a tour's chat: who asks is let in by the books, who comes and goes is noticed."""

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import (
    ChatJoinRequest,
    ChatMemberUpdated,
)
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import TourChat
from catalog.states import ChatStatus
from core.clock import now
from core.refusals import NotFound
from notifications.booking_words import dates_of
from notifications.bot.doorman import GROUPS, spoken
from notifications.bot.routers.membership import is_inside, say
from notifications.bot.screens import Screen, app_button, ask, said
from notifications.queries.chats import Asking, who_asks
from notifications.services.chats import (
    TELEGRAM,
    admit_traveller,
    note_left,
)

log = structlog.get_logger(__name__)

router = Router(name="door")


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


@router.chat_member(F.chat.type.in_(GROUPS))
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
