"""``manage.py verify_log``: check the event log's seals; names the first broken block."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.models import EventSeal
from core.services.seal import broken_seals


class Command(BaseCommand):
    help = "Check that no sealed event was changed."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = next(broken_seals(), None)
        if broken is not None:
            raise CommandError(
                f"The block of {broken.events} events up to event {broken.last_event_id} "
                "no longer matches its seal."
            )
        self.stdout.write(f"All {EventSeal.objects.count()} seals hold.")
