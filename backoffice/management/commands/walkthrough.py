"""``manage.py walkthrough``: play a flow through HTTP as each of its people, and show the books."""

from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from backoffice.demo.bot_walk import BotWalk
from backoffice.demo.partner_walk import PartnerWalk
from backoffice.demo.walkthrough import Astray, Walk

WALKS: dict[int, type[Walk]] = {1: Walk, 3: PartnerWalk, 4: BotWalk}


class Command(BaseCommand):
    help = (
        "Walk one booking from Telegram to paid (flow 1), a blogger's bonus from her link to her "
        "card (flow 3), or a booking through the bot on everybody's phones (flow 4), against the "
        "running demo, and print the story."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--flow", type=int, choices=sorted(WALKS), default=1)
        parser.add_argument("--url", default=f"http://127.0.0.1:{settings.PORT}")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("A walk makes people and bookings: on a laptop only, with DEBUG on.")
        url, flow = options["url"].rstrip("/"), options["flow"]
        translation.activate("en")  # one language for the whole story, names of accounts included
        try:
            code = WALKS[flow](url, self.stdout.write).run()
        except Astray as error:
            raise CommandError(str(error)) from error
        except httpx.HTTPError as error:
            raise CommandError(f"The server at {url} did not answer: {error}") from error
        self.stdout.write(self.style.SUCCESS(f"Walked all of flow {flow} with booking {code}."))
