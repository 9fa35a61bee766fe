"""``manage.py walkthrough``: play flow 1 through HTTP as each of its people, and show the books."""

from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from backoffice.demo.walkthrough import Astray, Walk


class Command(BaseCommand):
    help = "Walk one booking from Telegram to paid against the running demo, and print the story."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=f"http://127.0.0.1:{settings.PORT}")

    def handle(self, *args: Any, **options: Any) -> None:
        url = options["url"].rstrip("/")
        translation.activate("en")  # one language for the whole story, names of accounts included
        try:
            code = Walk(url, self.stdout.write).run()
        except Astray as error:
            raise CommandError(str(error)) from error
        except httpx.HTTPError as error:
            raise CommandError(f"The server at {url} did not answer: {error}") from error
        self.stdout.write(self.style.SUCCESS(f"Walked all of flow 1 with booking {code}."))
