"""Requests on the agency's desk: a card with buttons for whoever decides, and its last words."""

from collections.abc import Callable
from datetime import datetime, timedelta

from constance import config
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.models import EventLog
from notifications.booking_words import hour_of, values_of
from notifications.services.cards import close_cards, reopen_cards
from notifications.services.outbox import Address, Letter, agency_desk, put
from notifications.states import Kind
from partners.models import User
from partners.roles import STAFF
from sales.models import Booking
from sales.states import BookingStatus


def subject_of(booking: Booking) -> str:
    return f"booking:{booking.pk}"


def told_from(event: EventLog) -> datetime | None:
    """What a person of the staff decides can be taken back for a while: it is not told before."""
    if event.user_id is None or event.role not in STAFF:
        return None
    return event.timestamp + timedelta(seconds=config.UNDO_SECONDS)


def ask_desk(event: EventLog, booking: Booking) -> None:
    """A request that was decided before it could be told needs no one's attention."""
    if booking.status == BookingStatus.REQUESTED:
        addresses = agency_desk(booking.session.tour.agency)
        owe_card(Kind.AGENCY_REQUEST, booking, addresses, at=event.timestamp)


def owe_card(kind: Kind, booking: Booking, addresses: list[Address], *, at: datetime) -> None:
    """Owe the waiting request to each address, with its buttons; of one kind once."""
    until = booking.expires_at.isoformat() if booking.expires_at else ""
    for address in addresses:
        payload = values_of(booking, address.language, {"until": until})
        with override(address.language):
            payload["history"] = history_of(booking)
        letter = Letter(
            kind=kind,
            dedupe=f"booking{booking.pk}:{kind}",
            payload=payload,
            booking_id=booking.pk,
            agency_id=booking.agency_id,
            subject=subject_of(booking),
        )
        put(letter, [address], at=at)


def history_of(booking: Booking) -> str:
    """The traveller and this agency so far, in the active language."""
    before = Booking.objects.filter(user_id=booking.user_id, agency_id=booking.agency_id)
    statuses = list(before.exclude(pk=booking.pk).values_list("status", flat=True))
    if not statuses:
        return _("First request to you.")
    return _("With you before: paid {paid}, of requests {all}.").format(
        paid=statuses.count(BookingStatus.PAID), all=len(statuses)
    )


def close_request(event: EventLog, booking: Booking) -> None:
    """Every copy shows how it ended, and by whom."""
    ended = OUTCOMES[event.action]
    who = str(User.objects.get(pk=event.user_id)) if event.user_id else ""

    def outcome(language: str) -> str:
        with override(language):
            words = ended(booking, event)
            return f"{words} ({who}, {hour_of(event.timestamp.isoformat())})" if who else words

    close_cards(subject_of(booking), event, outcome, not_before=told_from(event))


def _cancelled(booking: Booking, event: EventLog) -> str:
    return _("Cancelled: {reason}").format(reason=booking.cancel_note or "–")


OUTCOMES: dict[str, Callable[[Booking, EventLog], str]] = {
    "booking.approved": lambda booking, event: _("✅ Approved"),
    "booking.rejected": lambda booking, event: _("❌ Rejected: {reason}").format(
        reason=event.details.get("reason", "")
    ),
    "booking.expired": lambda booking, event: _("⌛ The time to answer is over"),
    "booking.cancelled": _cancelled,
}


def reopen_request(event: EventLog, booking: Booking) -> None:
    """The decision was taken back before it was told."""
    reopen_cards(subject_of(booking), at=event.timestamp)
