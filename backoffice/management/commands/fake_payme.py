"""``manage.py fake_payme``: Payme's Subscribe API and cashier, for the demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from finance.providers.payme.cashbox import own_key
from finance.providers.payme.fake import FakePayme, server_of
from finance.providers.payme.sandbox import Cashbox


class Command(BaseCommand):
    help = "Plays Payme: takes invoices and refunds, and calls the server as Payme would."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT + 1)
        parser.add_argument("--merchant", default=f"http://127.0.0.1:{settings.PORT}")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Payme's stand-in is for a laptop only; here DEBUG is off.")
        merchant = Cashbox(
            url=f"{options['merchant'].rstrip('/')}/api/payments/payme/",
            login=settings.PAYME_LOGIN,
            key=own_key(),
            account_field=settings.PAYME_ACCOUNT_FIELD,
            reference="",
            amount=0,
        )
        server = server_of(FakePayme(merchant, settings.PAYME_MERCHANT_ID), options["port"])
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        finally:
            server.server_close()
