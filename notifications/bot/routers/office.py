"""``/office``: a button that signs staff in to the back office."""

import structlog
from aiogram import Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import Command
from aiogram.types import InlineKeyboardButton, LoginUrl, Message
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from notifications.bot.screens import Screen, ask, said, show
from partners.links import OFFICE
from partners.models import User
from partners.services.telegram_sign_in import NotStaff, is_telegram_sign_in_on

log = structlog.get_logger(__name__)
router = Router(name="office")


@router.message(Command(OFFICE))
async def office(message: Message, user: User) -> None:
    try:
        await show(message, await offered(user))
    except TelegramBadRequest as error:
        # The bot's domain is not named at BotFather, or it is another one.
        log.warning("Telegram takes no sign-in button", error=error.message)
        await show(message, _without_button())


@ask
def offered(user: User) -> Screen:
    if not user.is_staff:
        raise NotStaff
    if not is_telegram_sign_in_on() or not _takes_buttons():
        return _without_button()
    address = LoginUrl(url=settings.BACKOFFICE_URL + reverse("admin:login_telegram"))
    button = InlineKeyboardButton(text=_("Sign in to the back office"), login_url=address)
    text = _(
        "The button opens the back office, which asks once more before it signs you in. A press is "
        "good for five minutes and for one sign-in."
    )
    return Screen(text, [[button]])


def _takes_buttons() -> bool:
    """Telegram signs in to https addresses only; its stand-in to whatever there is."""
    return settings.BACKOFFICE_URL.startswith("https://") or bool(settings.TELEGRAM_API_URL)


def _without_button() -> Screen:
    text = _("There is no sign-in with Telegram here. Use your login and password: {address}")
    return Screen(said(text, address=settings.BACKOFFICE_URL + reverse("admin:index")))
