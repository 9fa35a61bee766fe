"""``manage.py rotate_card_keys``: kept card numbers under the first key, so that others may go."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.actor import job
from core.clock import now
from core.refusals import Refusal
from core.sealed import CannotOpen
from finance.models.withdrawal import number_of
from finance.services.card_keys import reseal_card, under_other_keys

NAMED = 20


class Command(BaseCommand):
    help = (
        "Encrypt the card numbers of withdrawals with the first of CARD_ENCRYPTION_KEYS. May be "
        "interrupted and run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="Change nothing, count those under other keys; exit 1 when there are any.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = list(under_other_keys().values_list("pk", flat=True))
        if options["check"]:
            return self._say(len(waiting))
        closed = [number for number in waiting if not self._reseal(number)]
        self.stdout.write(f"Encrypted anew: {len(waiting) - len(closed)}.")
        if closed:
            names = ", ".join(number_of(each) for each in closed[:NAMED])
            more = f" and {len(closed) - NAMED} more" if len(closed) > NAMED else ""
            raise CommandError(
                f"Cannot be decrypted with the keys that are here: {len(closed)}, "
                f"withdrawals {names}{more}. Put their key back behind the first, or end them."
            )
        self._say(under_other_keys().count())

    def _reseal(self, withdrawal_id: int) -> bool:
        try:
            reseal_card(withdrawal_id=withdrawal_id, by=job(), at=now())
        except CannotOpen:
            return False
        except Refusal as refusal:
            raise CommandError(
                f"Withdrawal {number_of(withdrawal_id)}: {refusal.detail} Run it again."
            ) from None
        return True

    def _say(self, left: int) -> None:
        if left:
            raise CommandError(f"Under other keys than the first: {left}. Keep the old keys.")
        self.stdout.write("Under other keys than the first: 0. The old keys may be dropped.")
