"""What messages about a booking say: the templates' values, in the reader's language."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import override

from core.clock import TASHKENT
from core.money import som
from partners.models import TravelAgency
from sales.models import Booking

Facts = Mapping[str, Any]


def values_of(booking: Booking, language: str, facts: Facts) -> dict[str, Any]:
    """All that a template may name; ``facts`` are what an event recorded, as it was then.

    ``booking.session.tour.agency`` and ``booking.user`` should be loaded with it.
    """
    session = booking.session
    with override(language):
        return {
            "booking": booking.pk,
            "code": booking.code,
            "tour": session.tour.title,
            "dates": dates_of(session.date_start, session.date_end),
            "seats": booking.seats_reserved,
            "price": som(booking.final_price),
            "until": hour_of(facts.get("until")),
            "reason": booking.cancel_note,
            "comment": f"«{booking.comment}»" if booking.comment else "",
            "meeting_point": session.tour.meeting_point,
            "agency": session.tour.agency.name,
            "contacts": contacts_of(session.tour.agency),
            "free_seats": session.available_seats,
            "traveller": str(booking.user),
            "status": booking.get_status_display(),
            "refund": _sum(facts, "refund"),
            "agency_share": _sum(facts, "agency_share"),
        }


def dates_of(start: date, end: date) -> str:
    first = date_format(start, "j E Y")
    return first if start == end else f"{first} – {date_format(end, 'j E Y')}"


def hour_of(instant: str | None) -> str:
    """HH:MM in Tashkent of what an event recorded; "" for nothing."""
    if not instant:
        return ""
    return f"{datetime.fromisoformat(instant).astimezone(TASHKENT):%H:%M}"


def contacts_of(agency: TravelAgency) -> str:
    return ", ".join(filter(None, (agency.name, agency.phone, agency.telegram)))


def _sum(facts: Facts, name: str) -> str:
    """A sum that the event recorded; events of other kinds have none."""
    return som(Decimal(facts.get(name) or "0"))
