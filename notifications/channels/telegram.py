"""Telegram, through aiogram: one message out, and what became of it."""

from asyncio import Runner
from collections.abc import Sequence
from contextlib import suppress
from copy import copy
from functools import cache
from types import TracebackType
from typing import Any, Self

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramRetryAfter,
)
from aiogram.types import (
    BufferedInputFile,
    FSInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
)

from notifications.buttons import Button, Rows
from notifications.channels.outcomes import (
    Attachment,
    Envelope,
    Gone,
    Later,
    Moved,
    Never,
    Outcome,
    Sent,
)

TIMEOUT_SECONDS = 15
# A document of fifty megabytes over a slow line.
UPLOAD_SECONDS = 90
# Of one whose message somebody has deleted, or that is too old.
GONE = ("message to edit not found", "message can't be edited")
# What it says of a group in which the bot can say nothing any more.
SHUT = ("chat not found", "not enough rights", "have no rights to send", "CHAT_WRITE_FORBIDDEN")
# What Telegram says of an edit that has been made already.
NOT_MODIFIED = "message is not modified"


def bot_for(token: str, api_url: str = "") -> Bot:
    """The bot; what it sends is HTML. Whoever asks for it closes its session."""
    properties = DefaultBotProperties(parse_mode=ParseMode.HTML)
    return Bot(token, session=copy(_session(api_url)), default=properties)


@cache
def _session(api_url: str) -> AiohttpSession:
    """One that nobody opens; each bot has a copy. Making it reads the machine's certificates, which
    takes longer than to answer a tap."""
    settings: dict[str, Any] = {"timeout": TIMEOUT_SECONDS}
    if api_url:
        settings["api"] = TelegramAPIServer.from_base(api_url)
    return AiohttpSession(**settings)


class Line:
    """An open line to Telegram, for one thread: each message waits for its answer."""

    def __init__(self, token: str, api_url: str = "") -> None:
        self._runner = Runner()
        self._bot = bot_for(token, api_url)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._runner.run(close(self._bot))
        self._runner.close()

    def send(self, envelope: Envelope) -> Outcome:
        """Never raises for the message's own failure."""
        return self._runner.run(_send(self._bot, envelope))


async def close(bot: Bot) -> None:
    """Closing aiogram's session waits a quarter of a second each time; aiohttp's own does not."""
    await (await bot.session.create_session()).close()  # type: ignore[attr-defined]


async def _send(bot: Bot, envelope: Envelope) -> Outcome:
    try:
        return await _give(bot, envelope)
    except ClientDecodeError as error:
        return _unreadable(envelope, error)
    except TelegramAPIError as error:
        return _refused(envelope, error)
    except (OSError, TimeoutError) as error:
        return Later(envelope.key, str(error) or type(error).__name__)


def _refused(envelope: Envelope, error: TelegramAPIError) -> Outcome:
    key, why = envelope.key, str(error)
    match error:
        case TelegramRetryAfter():
            return Later(key, why, error.retry_after)
        case TelegramMigrateToChat():
            return Moved(key, _chat_of(error, envelope), error.migrate_to_chat_id)
        case TelegramForbiddenError():
            return _shut_out(envelope, error)
        case TelegramBadRequest():
            return _not_taken(envelope, error)
        case TelegramEntityTooLarge():
            return Never(key, why)
    return Later(key, why)


def _shut_out(envelope: Envelope, error: TelegramAPIError) -> Never:
    """A group's closed door is not the doing of who was to be invited into it."""
    shut = _chat_of(error, envelope)
    return Never(envelope.key, str(error), blocked=shut == envelope.chat_id, shut=shut)


def _not_taken(envelope: Envelope, error: TelegramAPIError) -> Outcome:
    """What Telegram will not take this time will not do the next time either."""

    def says(words: Sequence[str]) -> bool:
        return any(each in error.message for each in words)

    if envelope.edits and says(GONE):
        return Gone(envelope.key)
    if says((NOT_MODIFIED,)):
        return Sent(envelope.key, envelope.edits)
    if envelope.chat_id < 0 and says(SHUT):
        return _shut_out(envelope, error)
    return Never(envelope.key, str(error))


def _chat_of(error: TelegramAPIError, envelope: Envelope) -> int:
    """The chat that the refused call was about: of an invitation it may be the group."""
    return int(getattr(error.method, "chat_id", envelope.chat_id))


def _unreadable(envelope: Envelope, error: ClientDecodeError) -> Outcome:
    """An answer that aiogram does not understand: said it that the message arrived, it did."""
    answer = error.data if isinstance(error.data, dict) else {}
    if answer.get("ok"):
        result = answer.get("result")
        known = result.get("message_id") if isinstance(result, dict) else None
        return Sent(envelope.key, known)
    return Later(envelope.key, f"{error.message}: {error.data}")


async def _give(bot: Bot, envelope: Envelope) -> Sent:
    if envelope.removes is not None:
        return await _remove(bot, envelope, envelope.removes)
    if envelope.edits is not None:
        await bot.edit_message_text(
            envelope.text,
            chat_id=envelope.chat_id,
            message_id=envelope.edits,
            reply_markup=_markup(envelope.buttons),
        )
        return Sent(envelope.key, envelope.edits)
    rows, link = envelope.buttons, ""
    if envelope.invitation is not None:
        way = envelope.invitation
        made = await bot.create_chat_invite_link(
            way.group_id, name=way.name[:32], creates_join_request=True
        )
        link = made.invite_link
        rows = (*rows, (Button(way.button, url=link),))
    return Sent(envelope.key, await _say(bot, envelope, rows), link)


async def _say(bot: Bot, envelope: Envelope, rows: Rows) -> int:
    look: dict[str, Any] = {
        "reply_markup": _markup(rows),
        "disable_notification": envelope.is_silent or None,
    }
    if envelope.file is None:
        message = await bot.send_message(envelope.chat_id, envelope.text, **look)
    else:
        message = await bot.send_document(
            envelope.chat_id,
            _file(envelope.file),
            caption=envelope.text,
            request_timeout=UPLOAD_SECONDS,
            **look,
        )
    return message.message_id


async def _remove(bot: Bot, envelope: Envelope, person_id: int) -> Sent:
    """Out of the group, and free to come back when he goes after all."""
    await bot.ban_chat_member(envelope.chat_id, person_id)
    await bot.unban_chat_member(envelope.chat_id, person_id, only_if_banned=True)
    if envelope.loses:
        # It lets nobody in without the bot's yes: should Telegram not know it any more, well.
        with suppress(TelegramBadRequest):
            await bot.revoke_chat_invite_link(envelope.chat_id, envelope.loses)
    return Sent(envelope.key, None)


def _markup(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(inline_keyboard=[[_button(each) for each in row] for row in rows])


def _button(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(text=button.text, url=button.url)
    return InlineKeyboardButton(text=button.text, callback_data=button.press)


def _file(file: Attachment) -> InputFile:
    if file.content:
        return BufferedInputFile(file.content, filename=file.name)
    return FSInputFile(file.path, filename=file.name)
