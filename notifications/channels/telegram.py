"""Telegram, through aiogram: one message out, and what became of it."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramRetryAfter,
)
from aiogram.types import FSInputFile, Message

from notifications.channels.outcomes import Envelope, Later, Never, Outcome, Sent

# 30 messages a second is the bot's bound over all chats; stay well under it.
PAUSE_SECONDS = 0.05
TIMEOUT_SECONDS = 15
# A document of fifty megabytes over a slow line.
UPLOAD_SECONDS = 90


def send_all(envelopes: Sequence[Envelope], *, token: str, api_url: str = "") -> list[Outcome]:
    """Send messages one after another; never raises for a message's own failure."""
    return asyncio.run(_send_all(envelopes, token, api_url))


def bot_for(token: str, api_url: str = "") -> Bot:
    """The bot; what it sends is HTML. Whoever asks for it closes its session."""
    settings: dict[str, Any] = {"timeout": TIMEOUT_SECONDS}
    if api_url:
        settings["api"] = TelegramAPIServer.from_base(api_url)
    properties = DefaultBotProperties(parse_mode=ParseMode.HTML)
    return Bot(token, session=AiohttpSession(**settings), default=properties)


async def _send_all(envelopes: Sequence[Envelope], token: str, api_url: str) -> list[Outcome]:
    outcomes: list[Outcome] = []
    async with bot_for(token, api_url) as bot:
        for envelope in envelopes:
            outcomes.append(await _send(bot, envelope))
            if isinstance(outcomes[-1], Later) and outcomes[-1].seconds is not None:
                break  # Telegram asked for quiet; the rest stays claimed and comes due again.
            await asyncio.sleep(PAUSE_SECONDS)
    return outcomes


async def _give(bot: Bot, envelope: Envelope) -> Message:
    if envelope.file is None:
        return await bot.send_message(envelope.chat_id, envelope.text)
    return await bot.send_document(
        envelope.chat_id,
        FSInputFile(envelope.file.path, filename=envelope.file.name),
        caption=envelope.text,
        request_timeout=UPLOAD_SECONDS,
    )


async def _send(bot: Bot, envelope: Envelope) -> Outcome:
    try:
        message = await _give(bot, envelope)
    except TelegramRetryAfter as error:
        return Later(envelope.key, str(error), error.retry_after)
    except TelegramForbiddenError as error:
        return Never(envelope.key, str(error), blocked=True)
    except (TelegramBadRequest, TelegramNotFound) as error:
        return Never(envelope.key, str(error))
    except (TelegramAPIError, OSError, TimeoutError) as error:
        return Later(envelope.key, str(error) or type(error).__name__)
    return Sent(envelope.key, message.message_id)
