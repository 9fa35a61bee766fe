"""What messages about a booking say: the templates' values, in the reader's language."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.clock import TASHKENT
from core.money import som
from finance.providers.payme.cashbox import checkout_link
from partners.models import TravelAgency
from sales.models import Booking
from sales.states import BookingStatus, CancelReason

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
            "meeting": meeting_of(session.tour.meeting_point, session.tour.map_link),
            "agency": session.tour.agency.name,
            "contacts": contacts_of(session.tour.agency),
            "free_seats": session.available_seats,
            "traveller": str(booking.user),
            "status": booking.get_status_display(),
            "agency_share": _sum(facts, "agency_share"),
            "pay_url": pay_link(booking, language),
            "lapsed": _lapsed(facts),
            "ended": _ended(booking),
            "money_back": _money_back(booking, facts),
            "returned": _sum(facts, "amount"),
            "stands": _("The booking stands.") if booking.status == BookingStatus.PAID else "",
        }


def pay_link(booking: Booking, language: str) -> str:
    """Payme's page for an approved booking; "" when there is nothing to pay, or no cashbox.

    It holds nothing and records nothing: whether it may still be paid, Payme asks.
    """
    waits = booking.status == BookingStatus.APPROVED and booking.final_price
    if not waits or not settings.PAYME_MERCHANT_ID:
        return ""
    return checkout_link(reference=booking.code, amount=booking.final_price, language=language)


def meeting_of(place: str, map_link: str) -> str:
    """One line; "" when nothing is known of it."""
    if not place:
        return ""
    return " ".join(filter(None, (_("Meeting point: {place}").format(place=place), map_link)))


def _lapsed(facts: Facts) -> str:
    """Whose time it was that is over."""
    if facts.get("was") == BookingStatus.REQUESTED:
        return _("The agency has not answered in time, and the request has lapsed.")
    return _("It was not paid in time, and the seats are free again.")


def _ended(booking: Booking) -> str:
    """Who called it off, and why."""
    sentences: dict[str, str] = {
        CancelReason.TRAVELLER: _("You called it off yourself."),
        CancelReason.AGENCY: _("The agency called it off."),
        CancelReason.PLATFORM: _("Circle called it off."),
        CancelReason.SESSION: _("The tour does not take place on these dates."),
    }
    sentence = sentences.get(booking.cancel_reason, "")
    if not booking.cancel_note or booking.cancel_reason == CancelReason.TRAVELLER:
        return sentence
    reason = _("Reason: {reason}").format(reason=booking.cancel_note)
    return f"{sentence} {reason}"


def _money_back(booking: Booking, facts: Facts) -> str:
    """What comes back of what was paid; "" when nothing was."""
    if not facts.get("was_paid"):
        return ""
    if not booking.final_price:
        return _("Your bonus comes back by the terms of cancellation.")
    if not Decimal(facts.get("refund") or "0"):
        return _("By the terms of cancellation nothing comes back.")
    return _("To be returned: {refund}.").format(refund=_sum(facts, "refund"))


def dates_of(start: date, end: date) -> str:
    first = date_format(start, "j E Y")
    return first if start == end else f"{first} – {date_format(end, 'j E Y')}"


def hour_of(instant: str | None) -> str:
    """HH:MM in Tashkent of what an event recorded; "" for nothing."""
    if not instant:
        return ""
    return f"{datetime.fromisoformat(instant).astimezone(TASHKENT):%H:%M}"


def moment_of(instant: datetime) -> str:
    """The day and the hour in Tashkent, in the active language."""
    return date_format(timezone.localtime(instant, TASHKENT), "j E, H:i")


def contacts_of(agency: TravelAgency) -> str:
    return ", ".join(filter(None, (agency.name, agency.phone, agency.telegram)))


def _sum(facts: Facts, name: str) -> str:
    """A sum that the event recorded; events of other kinds have none."""
    return som(Decimal(facts.get(name) or "0"))
