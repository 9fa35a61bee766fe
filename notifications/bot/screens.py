"""What the bot shows: a text in Telegram's HTML, and buttons under it."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import wraps
from html import escape
from typing import Any

from aiogram.exceptions import TelegramBadRequest
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections, connection
from django.utils.functional import Promise

Row = list[InlineKeyboardButton]
NOT_MODIFIED = "message is not modified"


@dataclass(frozen=True, slots=True)
class Screen:
    text: str
    buttons: Sequence[Row] = ()

    @property
    def keyboard(self) -> InlineKeyboardMarkup | None:
        rows = [row for row in self.buttons if row]
        return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


def plain(text: object) -> str:
    """The text as it is, between Telegram's tags."""
    return escape(str(text), quote=False)


def said(sentence: str | Promise, /, **values: object) -> str:
    """The sentence, which is ours, with its values, which may hold anything."""
    return str(sentence).format(**{name: plain(value) for name, value in values.items()})


def button(text: str | Promise, press: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=str(text), callback_data=press.pack())


def app_button(text: str | Promise) -> InlineKeyboardButton:
    """Opens the Mini App."""
    return InlineKeyboardButton(text=str(text), url=settings.MINI_APP_URL)


def ask[**P, R](func: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    """``func`` uses the database: run it where that is allowed, in the thread that called the
    webhook or the one that polling has for it, with a connection that is alive."""

    @wraps(func)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        _renew_connection()
        try:
            return func(*args, **kwargs)
        finally:
            _renew_connection()

    return sync_to_async(run)


def _renew_connection() -> None:
    """As each request does; polling has none. In a test's transaction there is one all along."""
    if not connection.in_atomic_block:
        close_old_connections()


async def show(event: Message | CallbackQuery, screen: Screen) -> None:
    """Answer a message; after a press, change the message that the button stands under."""
    if isinstance(event, Message):
        await event.answer(screen.text, reply_markup=screen.keyboard)
    elif isinstance(event.message, Message):
        try:
            await event.message.edit_text(screen.text, reply_markup=screen.keyboard)
        except TelegramBadRequest as error:
            # Pressed twice: it shows that already.
            if NOT_MODIFIED not in error.message:
                raise
    else:
        await add(event, screen)


async def add(event: Message | CallbackQuery, screen: Screen) -> None:
    """A message of its own, also after a press."""
    message = event if isinstance(event, Message) else event.message
    if message is not None:
        await message.answer(screen.text, reply_markup=screen.keyboard)
