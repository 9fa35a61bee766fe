"""Telegram's stand-in at work beside a running demo: it is served, the outbox is sent to it, and
the bot hears what is typed and pressed."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.utils.translation import gettext as _

from backoffice.demo.phones.bot_api import FakeTelegram
from backoffice.demo.phones.door import HOST, server_of
from catalog.models import TourChat
from core.clock import now
from partners.models import TravelAgency, User

log = structlog.get_logger(__name__)

TOKEN = "4242424242:AAtelegrams-stand-in-aaaaaaaaaaaaaaaaaa"
TURN = timedelta(seconds=30)
TRAVELLERS = 20


@contextmanager
def playing(port: int = 0) -> Iterator[FakeTelegram]:
    """Telegram, as long as the block runs, at ``settings.TELEGRAM_API_URL``; of one process once.

    The demo's own worker has no token: it puts messages into the outbox, and they leave from here.
    Refuses with CommandError where messages are for real people.
    """
    if not settings.DEBUG:
        raise CommandError("Telegram's stand-in is for a laptop only; here DEBUG is off.")
    if settings.TELEGRAM_BOT_TOKEN:
        raise CommandError("TELEGRAM_BOT_TOKEN is set: the real Telegram is in use.")
    # What the web server checks with, which knows of no bot.
    telegram = FakeTelegram(name_of, settings.INIT_DATA_TOKEN)
    telegram.people = _people()
    server = server_of(telegram, TOKEN, port)
    settings.TELEGRAM_BOT_TOKEN = TOKEN
    settings.TELEGRAM_API_URL = f"http://{HOST}:{server.server_address[1]}"
    for work in (server.serve_forever, _send, _listen):
        threading.Thread(target=work, daemon=True).start()
    try:
        yield telegram
    finally:
        server.shutdown()
        server.server_close()


def _people() -> list[tuple[int, str]]:
    """The staff first, then who has joined last."""
    users = User.objects.filter(telegram_id__isnull=False, is_active=True)
    staff = users.filter(login__isnull=False).order_by("pk")
    others = users.filter(login=None).order_by("-pk")[:TRAVELLERS]
    return [
        *((user.telegram_id or 0, f"{user} ({user.login})") for user in staff),
        *((user.telegram_id or 0, str(user)) for user in others),
    ]


def name_of(chat_id: int) -> str:
    """What a chat is called in the demo; asked by threads that come and go."""
    try:
        return _name_of(chat_id)
    finally:
        connection.close()


def _name_of(chat_id: int) -> str:
    if chat_id > 0:
        user = User.objects.filter(telegram_id=chat_id).first()
        return str(user) if user else str(chat_id)
    agency = TravelAgency.objects.filter(manager_chat_id=chat_id).first()
    chat = TourChat.objects.filter(chat_id=chat_id).first()
    return str(chat or agency or _("chat %(id)s") % {"id": chat_id})


def _send() -> None:
    from notifications.outbound import send_due

    while True:
        try:
            send_due(at=now(), until=now() + TURN)
        except Exception:
            log.exception("the stand-in could not send; it tries again")
        connection.close()
        time.sleep(0.5)


def _listen() -> None:
    from notifications.bot.app import DISPATCHER, open_bot

    async def poll() -> None:
        async with open_bot() as bot:
            await DISPATCHER.start_polling(bot, handle_signals=False)

    asyncio.run(poll())
