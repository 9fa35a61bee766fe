"""What no other router knows: an unknown word, an old or forged button."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message
from django.utils.translation import gettext as _

from notifications.bot.routers.start import commands
from notifications.bot.screens import Screen, add, show
from partners.models import User

router = Router(name="other")


@router.message()
async def unknown(message: Message, user: User) -> None:
    await show(message, await commands(user))


@router.callback_query()
async def stale(press: CallbackQuery) -> None:
    await add(press, Screen(_("This button does nothing any more.")))
