"""``manage.py verify_log``: check the event log against its seals; names the first bad row."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.queries.seals import prove_log


class Command(BaseCommand):
    help = "Check that no sealed event was changed, taken out or slipped in."

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        proof = prove_log()
        seconds = time.monotonic() - started
        self.stdout.write(
            f"Checked {proof.events} events under {proof.seals} seals ({seconds:.2f} s)."
        )
        if proof.faults:
            raise CommandError(f"{proof.faults[0]} Broken seals: {len(proof.faults)}.")
        self.stdout.write("Every seal holds.")
