"""``manage.py audit_books``: prove the books, in words; non-zero when a proof fails."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.clock import now
from finance.queries.balances import balances_before
from sales.queries.audit import book_proofs

SHOWN = 20


class Command(BaseCommand):
    help = "Prove that the ledger balances and that seats, bookings and money agree."

    def handle(self, *args: Any, **options: Any) -> None:
        started, broken = time.monotonic(), 0
        for proof in book_proofs():
            verdict = "holds" if not proof.faults else f"BROKEN {len(proof.faults)} times"
            self.stdout.write(f"{verdict:>8}  {proof.sentence} ({proof.looked_at} looked at)")
            for fault in proof.faults[:SHOWN]:
                self.stdout.write(f"          {fault}")
            broken += bool(proof.faults)
        seconds = time.monotonic() - started
        if broken:
            raise CommandError(f"{broken} proofs are broken ({seconds:.2f} s).")
        self.stdout.write("All accounts, summed from their lines, UZS:")
        for kind, balance in balances_before(now()).items():
            self.stdout.write(f"{balance:>20}  {kind}")
        self.stdout.write(f"The books are right ({seconds:.2f} s).")
