"""The dispatcher with its routers, the bot, and one update through both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiogram import Bot, Dispatcher, F, Router
from aiogram.types import BotCommand, Update
from django.conf import settings
from django.utils.translation import override

from notifications.bot.commands import COMMANDS
from notifications.bot.doorman import Doorman
from notifications.bot.routers import (
    binding,
    bonus,
    bookings,
    desk,
    door,
    join,
    membership,
    money,
    offers,
    office,
    other,
    own_words,
    partner,
    pending,
    preferences,
    quiet,
    requests,
    rollcall,
    staff_groups,
    start,
    withdrawals,
)
from notifications.channels.telegram import bot_for, close
from partners.models import Language

# What is asked and pressed in private chats; the last one answers what the others leave.
PRIVATE = (
    start,
    join,
    bookings,
    offers,
    preferences,
    bonus,
    partner,
    withdrawals,
    quiet,
    office,
    other,
)
# What is pressed and asked wherever the bot's cards are: in private, and in the staff's groups.
ANYWHERE: tuple[Any, ...] = (money, rollcall, staff_groups, own_words, pending, requests)
# What happens in groups: the bot is added, somebody asks to be let in.
GROUPS: tuple[Any, ...] = (binding, membership, door, desk)


def _dispatcher() -> Dispatcher:
    """What people are in the midst of stands on the buttons themselves, so that any process can go
    on: nothing is kept here."""
    made = Dispatcher(disable_fsm=True)
    # Channels and other bots are passed over.
    person = F.from_user.is_bot.is_(False)
    made.message.filter(F.chat.type.in_({"private", "group", "supergroup"}), person)
    made.callback_query.filter(F.message, person)
    for observer in (made.message, made.callback_query):
        observer.middleware(Doorman())
    private = Router(name="private")
    private.message.filter(F.chat.type == "private")
    private.callback_query.filter(F.message.chat.type == "private")
    private.include_routers(*(subject.router for subject in PRIVATE))
    made.include_routers(*(subject.router for subject in (*ANYWHERE, *GROUPS)), private)
    return made


# Made with the import, which two threads do once: a router is taken by one dispatcher only.
DISPATCHER = _dispatcher()


@asynccontextmanager
async def open_bot() -> AsyncIterator[Bot]:
    """The bot of the settings, as long as it is needed."""
    bot = bot_for(settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_API_URL)
    try:
        yield bot
    finally:
        await close(bot)


async def feed(update: dict[str, Any]) -> None:
    """Answer one update; kinds that were not asked for are passed over. Raises pydantic's
    ValidationError for what is none."""
    async with open_bot() as bot:
        known = Update.model_validate(update, context={"bot": bot})
        if any(getattr(known, kind) for kind in DISPATCHER.resolve_used_update_types()):
            await DISPATCHER.feed_update(bot, known)


async def name_commands(bot: Bot) -> None:
    """Telegram's menu of commands, in each language; Russian for all others."""
    for language in Language:
        with override(language):
            menu = [BotCommand(command=name, description=str(COMMANDS[name])) for name in COMMANDS]
        code = None if language == Language.RU else language.value
        await bot.set_my_commands(menu, language_code=code)
