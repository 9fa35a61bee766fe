"""``manage.py fake_telegram``: Telegram for the demo, with everybody's phone as a page."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from backoffice.demo.phones.running import playing


class Command(BaseCommand):
    help = (
        "Plays Telegram beside the running demo: sends what lies in the outbox to phones that are "
        "pages, and brings what is typed and pressed there to the bot."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT + 2)

    def handle(self, *args: Any, **options: Any) -> None:
        ended = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: ended.set())
        with playing(options["port"]):
            self.stdout.write(f"Everybody's phone: {settings.TELEGRAM_API_URL}/  Ctrl-C ends it.")
            self.stdout.flush()
            ended.wait()
        self.stdout.write("Stopped.")
