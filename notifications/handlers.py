"""When this event, then that message. No network here: rows of the outbox only."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from django.utils.translation import override

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
from notifications.booking_words import values_of
from notifications.books import TOLD_PROOFS, tell_accountants
from notifications.exports import TOLD_JOBS, tell_about_job
from notifications.models import Notification
from notifications.requests import ask_desk, close_request, reopen_request, told_from
from notifications.services.outbox import Address, Letter, agency_desk, owners, person, put
from notifications.states import Kind, NotificationState
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


def _tell(
    kind: Kind,
    addresses: list[Address],
    event: EventLog,
    booking: Booking,
    not_before: datetime | None = None,
) -> None:
    for address in addresses:
        letter = Letter(
            kind=kind,
            dedupe=f"{event.pk}:{kind}",
            payload=values_of(booking, address.language, event.details),
            booking_id=booking.pk,
            agency_id=booking.agency_id,
            not_before=not_before,
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
            payload = values | {"amount": som(Decimal(event.details["amount"]))}
        # Not under the agency: its managers read that list, too.
        letter = Letter(kind, f"{event.pk}:{kind}", payload)
        put(letter, [address], at=event.timestamp)


def _traveller(kind: Kind) -> Handler:
    def handler(event: EventLog, booking: Booking) -> None:
        _tell(kind, person(booking.user), event, booking)

    return handler


def _decided(kind: Kind) -> Handler:
    """What the staff decided, told when it can no longer be taken back."""

    def handler(event: EventLog, booking: Booking) -> None:
        # Taken back before it was told.
        if booking.status != BookingStatus.REQUESTED:
            _tell(kind, person(booking.user), event, booking, told_from(event))

    return handler


def _taken_back(event: EventLog, booking: Booking) -> None:
    """Nobody hears of a decision that was taken back."""
    waiting = Notification.objects.select_for_update().filter(
        booking=booking,
        kind__in=(Kind.BOOKING_APPROVED, Kind.BOOKING_REJECTED),
        state=NotificationState.QUEUED,
    )
    for row in waiting.order_by("pk"):
        row.drop(why="The decision was taken back.")
        row.save(update_fields=["state", "last_error"])


def _agency(kind: Kind) -> Handler:
    def handler(event: EventLog, booking: Booking) -> None:
        _tell(kind, agency_desk(booking.session.tour.agency), event, booking)

    return handler


def _agency_lost_seats(event: EventLog, booking: Booking) -> None:
    """The agency hears of an end that is not its own doing."""
    if event.user_id is None or event.user_id == booking.user_id:
        _agency(Kind.AGENCY_CANCELLED)(event, booking)


HANDLERS: dict[str, list[Handler]] = {
    "booking.requested": [_traveller(Kind.BOOKING_REQUESTED), ask_desk],
    "booking.approved": [_decided(Kind.BOOKING_APPROVED), close_request],
    "booking.rejected": [_decided(Kind.BOOKING_REJECTED), close_request],
    "booking.decision_undone": [_taken_back, reopen_request],
    "booking.expired": [_traveller(Kind.BOOKING_EXPIRED), close_request, _agency_lost_seats],
    "booking.paid": [_traveller(Kind.BOOKING_PAID), _agency(Kind.AGENCY_PAID)],
    "booking.cancelled": [_traveller(Kind.BOOKING_CANCELLED), close_request, _agency_lost_seats],
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
