"""When this event, then that message. No network here: rows of the outbox only."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import override

from core.clock import TASHKENT
from core.models import EventLog
from core.money import som
from finance.models import Payout
from notifications.bonus import (
    BONUSES,
    GRANTS,
    WITHDRAWALS,
    tell_of_bonus,
    tell_of_grant,
    tell_of_withdrawal,
)
from notifications.books import TOLD_PROOFS, tell_accountants
from notifications.exports import TOLD_JOBS, tell_about_job
from notifications.services.outbox import Address, Letter, agency_desk, owners, person, put
from notifications.states import Kind
from sales.models import Booking
from sales.states import BookingStatus

Handler = Callable[[EventLog, Booking], None]


def handle(event: EventLog) -> None:
    """Owe the messages that follow from ``event``; events nobody is told about are passed over."""
    if teller := TELLERS.get(event.action):
        teller(event)
        return
    handlers = HANDLERS.get(event.action)
    if not handlers:
        return
    booking = Booking.objects.select_related("session__tour__agency", "user").get(
        pk=event.object_id
    )
    for handler in handlers:
        handler(event, booking)


def _tell(kind: Kind, addresses: list[Address], event: EventLog, booking: Booking) -> None:
    for address in addresses:
        letter = Letter(
            kind=kind,
            dedupe=f"{event.pk}:{kind}",
            payload=_values(event, booking, address.language),
            booking_id=booking.pk,
            agency_id=booking.agency_id,
        )
        put(letter, [address], at=event.timestamp)


def _tell_owners(event: EventLog) -> None:
    kind = PAYOUTS[event.action]
    payout = Payout.objects.select_related("agency").get(pk=event.object_id)
    values = {
        "number": payout.pk,
        "agency": payout.agency.name,
        "reference": event.details.get("reference", ""),
        "reason": event.details.get("reason", ""),
    }
    for address in owners(payout.agency):
        with override(address.language):
            payload = values | {"amount": _money(event, "amount")}
        # Not under the agency: its managers read that list, too.
        letter = Letter(kind, f"{event.pk}:{kind}", payload)
        put(letter, [address], at=event.timestamp)


def _traveller(kind: Kind) -> Handler:
    def handler(event: EventLog, booking: Booking) -> None:
        _tell(kind, person(booking.user), event, booking)

    return handler


def _agency(kind: Kind) -> Handler:
    def handler(event: EventLog, booking: Booking) -> None:
        _tell(kind, agency_desk(booking.session.tour.agency), event, booking)

    return handler


def _agency_wants_decision(event: EventLog, booking: Booking) -> None:
    """A request that was decided before it could be told needs no one's attention."""
    if booking.status == BookingStatus.REQUESTED:
        _agency(Kind.AGENCY_REQUEST)(event, booking)


def _agency_lost_seats(event: EventLog, booking: Booking) -> None:
    """The agency hears of an end that is not its own doing."""
    if event.user_id is None or event.user_id == booking.user_id:
        _agency(Kind.AGENCY_CANCELLED)(event, booking)


HANDLERS: dict[str, list[Handler]] = {
    "booking.requested": [_traveller(Kind.BOOKING_REQUESTED), _agency_wants_decision],
    "booking.approved": [_traveller(Kind.BOOKING_APPROVED)],
    "booking.rejected": [_traveller(Kind.BOOKING_REJECTED)],
    "booking.expired": [_traveller(Kind.BOOKING_EXPIRED), _agency_lost_seats],
    "booking.paid": [_traveller(Kind.BOOKING_PAID), _agency(Kind.AGENCY_PAID)],
    "booking.cancelled": [_traveller(Kind.BOOKING_CANCELLED), _agency_lost_seats],
    "booking.refunded": [_traveller(Kind.BOOKING_REFUNDED), _agency_lost_seats],
}


PAYOUTS = {
    "payout.paid": Kind.AGENCY_PAYOUT_PAID,
    "payout.failed": Kind.AGENCY_PAYOUT_FAILED,
}

# Events about something else than a booking.
TELLERS: dict[str, Callable[[EventLog], None]] = {
    **dict.fromkeys(PAYOUTS, _tell_owners),
    **dict.fromkeys(TOLD_PROOFS, tell_accountants),
    **dict.fromkeys(TOLD_JOBS, tell_about_job),
    **dict.fromkeys(WITHDRAWALS, tell_of_withdrawal),
    **dict.fromkeys(BONUSES, tell_of_bonus),
    **dict.fromkeys(GRANTS, tell_of_grant),
}


def _values(event: EventLog, booking: Booking, language: str) -> dict[str, Any]:
    """The templates' values, in the reader's language, as they were when it happened."""
    session = booking.session
    with override(language):
        return {
            "code": booking.code,
            "tour": session.tour.title,
            "dates": _dates(session.date_start, session.date_end),
            "seats": booking.seats_reserved,
            "price": som(booking.final_price),
            "until": _clock(event.details.get("until")),
            "reason": booking.cancel_note,
            "meeting_point": session.tour.meeting_point,
            "free_seats": session.available_seats,
            "traveller": str(booking.user),
            "status": booking.get_status_display(),
            "refund": _money(event, "refund"),
            "agency_share": _money(event, "agency_share"),
        }


def _dates(start: Any, end: Any) -> str:
    first = date_format(start, "j E Y")
    return first if start == end else f"{first} – {date_format(end, 'j E Y')}"


def _clock(instant: str | None) -> str:
    if not instant:
        return ""
    return f"{datetime.fromisoformat(instant).astimezone(TASHKENT):%H:%M}"


def _money(event: EventLog, fact: str) -> str:
    """A sum that the event recorded; events of other kinds have none."""
    return som(Decimal(event.details.get(fact) or "0"))
