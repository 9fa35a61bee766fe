"""Before and after every handler: who it is, in which language, and what is said when it fails."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiogram import BaseMiddleware
from aiogram.dispatcher.flags import get_flag
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message, TelegramObject
from aiogram.types import User as TelegramUser
from django.utils.translation import activate, gettext_lazy, override
from django.utils.translation import gettext as _

from core.clock import now
from core.refusals import Refusal
from notifications.bot.screens import Screen, add, ask, plain
from partners.models import Language, User
from partners.providers.init_data import person_of
from partners.services.sign_in import TokenInvalid, meet_in_bot

log = structlog.get_logger(__name__)

GROUPS = {"group", "supergroup"}

# What Telegram lets a link carry; a code holds nothing else.
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


class AccountClosed(Refusal):
    code = "account_closed"
    message = gettext_lazy("Your account is closed. Please write to Circle's support.")


class Stranger(Refusal):
    code = "stranger"
    message = gettext_lazy("I do not know you yet. Write to me in private first: /start")


class Doorman(BaseMiddleware):
    """Hands the handler ``user``, in whose language it runs. A refusal becomes its own sentence; an
    error is logged, and a calm sentence said.

    Who writes in private is met and kept; in a group only who is known has a say.
    """

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> None:
        assert isinstance(event, Message | CallbackQuery)  # noqa: S101 - it stands at no other door
        assert event.from_user is not None  # noqa: S101 - those without are passed over
        if get_flag(data, "unasked"):
            # What Telegram itself tells in a group: nobody has spoken to the bot.
            await handler(event, data)
            return
        with override(spoken(event.from_user)):
            try:
                if is_private(event):
                    data["user"] = await meet(event.from_user, payload(data.get("command")))
                else:
                    data["user"] = await recognise(event.from_user)
                activate(data["user"].language)
                await handler(event, data)
            except Refusal as refusal:
                await _tell(event, refusal.detail)
            except TelegramAPIError as error:
                log.warning("an answer of the bot did not arrive", error=str(error))
            except Exception:
                log.exception("the bot could not answer")
                await _tell(event, _("Something went wrong here. Please try again a little later."))
            await _stop_the_spinner(event)


@ask
def meet(person: TelegramUser, code: str) -> User:
    """The user behind an update, found or made; ``code`` is kept as who brought him."""
    at = now()
    known = person_of(person.model_dump(), auth_date=at)
    try:
        return meet_in_bot(person=known, referral_code=code, at=at)
    except TokenInvalid as refusal:
        raise AccountClosed from refusal


@ask
def recognise(person: TelegramUser) -> User:
    """The known user behind an update of a group. Refuses with Stranger and AccountClosed."""
    user = User.objects.filter(telegram_id=person.id).first()
    if user is None:
        raise Stranger
    if not user.is_active:
        raise AccountClosed
    return user


def is_private(event: Message | CallbackQuery) -> bool:
    message = event if isinstance(event, Message) else event.message
    return message is not None and message.chat.type == "private"


def payload(command: CommandObject | None) -> str:
    """What a link gave ``/start``; "" for junk, which anybody can type."""
    text = command.args if command and command.command == "start" else None
    return text if text and PAYLOAD.fullmatch(text) else ""


def spoken(person: TelegramUser) -> str:
    """The language of his Telegram, until he is known."""
    language = (person.language_code or "")[:2]
    return language if language in Language.values else Language.RU.value


async def _tell(event: Message | CallbackQuery, sentence: str) -> None:
    """In a group a press is answered to who pressed, not to everybody."""
    try:
        if isinstance(event, CallbackQuery) and not is_private(event):
            # Telegram shows two hundred characters.
            await event.answer(sentence[:200], show_alert=True)
            return
        await add(event, Screen(plain(sentence)))
    except TelegramAPIError as error:
        log.warning("an answer of the bot did not arrive", error=str(error))


async def _stop_the_spinner(event: Message | CallbackQuery) -> None:
    """Telegram waits for an answer to each press; to an old one it takes none."""
    if isinstance(event, CallbackQuery):
        try:
            await event.answer()
        except TelegramAPIError as error:
            log.info("a press was not answered", error=str(error))
