"""Words the tests of bookings share: the paths of one, and where it stands."""

from datetime import timedelta

from catalog.models import TourSession
from sales.models import Booking
from sales.services.holds import sweep_lapsed_holds
from tests.api.phone import Phone
from tests.factories import NOW

HOUR = timedelta(minutes=60)


def of(booking: Booking, what: str = "") -> str:
    return f"bookings/{booking.pk}/{what}"


def status(booking: Booking) -> str:
    return Booking.objects.get(pk=booking.pk).status


def taken(session: TourSession) -> int:
    return TourSession.objects.get(pk=session.pk).seats_taken


def in_every_state(cast) -> dict[str, Booking]:
    """A booking of Dilnoza's with Silk Road in every state."""
    rejected, cancelled, expired = (cast.request() for _ in range(3))
    Phone(cast.silk_manager).post(of(rejected, "reject/"), {"reason": "Snow."})
    Phone(cast.traveller).post(of(cancelled, "cancel/"))
    Booking.objects.filter(pk=expired.pk).update(expires_at=NOW)
    sweep_lapsed_holds(at=NOW)
    return {
        "requested": cast.request(),
        "approved": cast.approved(),
        "paid": cast.paid(),
        "rejected": rejected,
        "cancelled": cancelled,
        "expired": expired,
    }
