"""``make bot``: the bot fetches what people write, where Telegram cannot bring it."""

import asyncio
from typing import Any

from aiogram.exceptions import TelegramAPIError
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications.bot.running import poll, set_webhook


class Command(BaseCommand):
    help = "Runs the Telegram bot by polling until Ctrl-C or SIGTERM, or registers its webhook."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--set-webhook",
            action="store_true",
            help="Have Telegram bring updates to BACKOFFICE_URL, and end.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TELEGRAM_BOT_TOKEN:
            raise CommandError("TELEGRAM_BOT_TOKEN is not set: @BotFather gives one.")
        try:
            if options["set_webhook"]:
                self._set_webhook()
            else:
                self._poll()
        except TelegramAPIError as error:
            raise CommandError(f"Telegram did not take it: {error}") from error

    def _set_webhook(self) -> None:
        if not settings.TELEGRAM_WEBHOOK_SECRET:
            raise CommandError(
                "TELEGRAM_WEBHOOK_SECRET is not set: "
                "python -c 'import secrets; print(secrets.token_urlsafe(32))' makes one."
            )
        self.stdout.write(f"Telegram brings updates to {asyncio.run(set_webhook())}")

    def _poll(self) -> None:
        self.stdout.write("The bot listens. Ctrl-C ends it.")
        self.stdout.flush()
        asyncio.run(poll())
        self.stdout.write("The bot has ended.")
