"""``manage.py payme_sandbox --booking CODE``: play Payme's side against the running server."""

import json
from collections.abc import Iterable
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from finance.providers.payme.cashbox import own_key
from finance.providers.payme.protocol import to_tiyin
from finance.providers.payme.sandbox import Cashbox, Rehearsal, Step, new_id
from sales.models import Booking
from sales.states import BookingStatus


class Command(BaseCommand):
    help = (
        "Rehearse Payme's sandbox on an approved booking. Scenario 1 creates and cancels a "
        "transaction, scenario 2 creates, performs and takes it back; 'pay' just pays the booking."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--booking", required=True, help="The code of an approved booking.")
        parser.add_argument("--scenario", choices=["1", "2", "all", "pay"], default="all")
        parser.add_argument("--url", default=f"http://127.0.0.1:{settings.PORT}")

    def handle(self, *args: Any, **options: Any) -> None:
        booking = Booking.objects.filter(code=options["booking"].strip().upper()).first()
        if booking is None:
            raise CommandError("There is no booking with this code.")
        if booking.status != BookingStatus.APPROVED:
            raise CommandError(
                f"Booking {booking.code} is {booking.status}; only an approved one can be paid."
            )
        rehearsal = Rehearsal(_cashbox(booking, options["url"]))
        try:
            calls, wrong = self._play(_steps(rehearsal, options["scenario"]))
        except httpx.HTTPError as error:
            raise CommandError(f"The server at {options['url']} did not answer: {error}") from error
        if wrong:
            raise CommandError(f"{wrong} of {calls} answers were wrong.")
        self.stdout.write(self.style.SUCCESS(f"All {calls} answers were right."))

    def _play(self, steps: Iterable[Step]) -> tuple[int, int]:
        calls = wrong = 0
        for step in steps:
            calls, wrong = calls + 1, wrong + bool(step.problem)
            verdict = "ok " if not step.problem else "BAD"
            self.stdout.write(f"{verdict} {step.title} · {step.method}")
            if step.params:
                self.stdout.write(f"      asked    {_line(step.params)}")
            self.stdout.write(f"      answered {_line(step.answer)}")
            if step.problem:
                self.stdout.write(self.style.ERROR(f"      {step.problem}"))
        return calls, wrong


def _cashbox(booking: Booking, url: str) -> Cashbox:
    return Cashbox(
        url=f"{url.rstrip('/')}/api/payments/payme/",
        login=settings.PAYME_LOGIN,
        key=own_key(),
        account_field=settings.PAYME_ACCOUNT_FIELD,
        reference=booking.code,
        amount=to_tiyin(booking.final_price),
    )


def _steps(rehearsal: Rehearsal, scenario: str) -> Iterable[Step]:
    if scenario == "pay":
        yield from rehearsal.pay(new_id())
    if scenario in ("1", "all"):
        yield from rehearsal.create_and_cancel()
    if scenario in ("2", "all"):
        yield from rehearsal.create_perform_and_cancel()


def _line(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False)[:300]
