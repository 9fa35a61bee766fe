"""``manage.py screenshots``: take the pictures of docs/screenshots from the running demo."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from finance.models import AccountingTransaction, Payout, ReconciliationFile
from finance.states import JournalType, PayoutStatus
from partners.models import ReferralPartner
from sales.models import Booking
from sales.states import BookingStatus


class Command(BaseCommand):
    help = "Take the pictures of the main pages from the running demo, in Chromium."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=f"http://127.0.0.1:{settings.PORT}")
        parser.add_argument("--folder", default=str(settings.BASE_DIR / "docs" / "screenshots"))

    def handle(self, *args: Any, **options: Any) -> None:
        # Playwright is a development dependency: only this command needs it.
        from backoffice.demo.screenshots import money_shots, partner_shots, shots, take

        told = Booking.objects.select_related("session").filter(
            status=BookingStatus.PAID, comments__isnull=False, agency__auto_approve=False
        )
        booking = told.first()
        if booking is None:
            raise CommandError("There is no demo here; run `make demo` first.")
        wanted = shots(
            booking_id=booking.pk,
            session_id=booking.session_id,
            tour_id=booking.session.tour_id,
        )
        wanted += money_shots(**_money())
        wanted += partner_shots(partner_id=ReferralPartner.objects.earliest("pk").pk)
        folder = Path(options["folder"])
        for path in take(wanted, url=options["url"].rstrip("/"), folder=folder):
            self.stdout.write(str(path.name))


def _money() -> dict[str, int]:
    """A booking of a paid payout, the payout, and the registry that was compared."""
    payout = Payout.objects.filter(status=PayoutStatus.PAID).latest("pk")
    released = AccountingTransaction.objects.filter(
        type=JournalType.RELEASE, agency_id=payout.agency_id, posted_at__lt=payout.created_at
    ).latest("pk")
    return {
        "released_id": released.booking_id or 0,
        "payout_id": payout.pk,
        "registry_id": ReconciliationFile.objects.latest("pk").pk,
    }
