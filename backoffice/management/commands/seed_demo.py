"""``manage.py seed_demo``: fill an empty database with the demo; leave a filled one alone."""

from typing import Any

from django.core.management.base import BaseCommand

from backoffice.demo.seed import seed
from core.clock import now
from partners.models import TravelAgency
from sales.models import Booking


class Command(BaseCommand):
    help = "Fill an empty database with a believable demo. A filled one is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        if TravelAgency.objects.exists():
            self.stdout.write("The demo is there already; nothing was changed.")
            return
        seed(at=now())
        self.stdout.write(f"The demo is ready: {Booking.objects.count()} bookings.")
