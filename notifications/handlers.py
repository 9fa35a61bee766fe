"""When this event, then that message. No network here: rows of the outbox only."""

from collections.abc import Callable, Collection
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
from notifications.changes import CHANGES, tell_of_change
from notifications.chats import (
    BOUND,
    REACHABLE,
    UNBOUND,
    catch_up,
    invite_travellers,
    keep_door,
    let_go,
)
from notifications.decisions import OFFER_TAKEN, OVER_NOW, PAID, TAKEN_BACK, TO_PAY
from notifications.exports import TOLD_JOBS, tell_about_job
from notifications.models import Notification
from notifications.money_cards import ASKED, ENDED, ask_accountants, close_money_card
from notifications.offers import tell_offer
from notifications.requests import (
    DESK_CHANGES,
    ask_desk,
    ask_desk_again,
    close_request,
    close_taken,
    reopen_request,
    told_from,
)
from notifications.services.outbox import Address, Letter, agency_desk, owners, person, put
from notifications.states import Kind, NotificationState
from partners.roles import AGENCY
from sales.models import Booking
from sales.states import OVER, BookingStatus, CancelReason

# What is said of the booking only while it stands.
OF_THE_TRIP = (Kind.TRIP_IN_THREE_DAYS, Kind.TRIP_TOMORROW, Kind.SESSION_CHANGED)

Handler = Callable[[EventLog, Booking], None]
Teller = Callable[[EventLog], None]


def handle(event: EventLog) -> None:
    """Owe the messages that follow from ``event``; events nobody is told about are passed over."""
    if tellers := TELLERS.get(event.action):
        for teller in tellers:
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


def _approved(event: EventLog, booking: Booking) -> None:
    """With nothing to pay it is paid at once, and that is told."""
    if booking.final_price:
        _decided(Kind.BOOKING_APPROVED)(event, booking)


def _taken_back(event: EventLog, booking: Booking) -> None:
    """Nobody hears of a decision that was taken back."""
    kinds = (Kind.BOOKING_APPROVED, Kind.BOOKING_REJECTED, Kind.DATE_OFFERED)
    _drop(booking, kinds, why=TAKEN_BACK)


def _paid(event: EventLog, booking: Booking) -> None:
    """Nobody is asked to pay what is paid."""
    _drop(booking, TO_PAY, why=PAID)


def _offer_taken(event: EventLog, booking: Booking) -> None:
    """Nobody is offered what he has taken, and the agency's card says so."""
    offered = Booking.objects.filter(code=event.details["instead_of"]).first()
    if offered is not None:
        _drop(offered, (Kind.DATE_OFFERED,), why=OFFER_TAKEN)
        close_taken(event, offered, booking)


def _ended(event: EventLog, booking: Booking) -> None:
    """Nobody is reminded of what has ended."""
    if booking.status in OVER:
        _drop(booking, (*TO_PAY, *OF_THE_TRIP), why=OVER_NOW)


def _drop(booking: Booking, kinds: Collection[Kind], *, why: str) -> None:
    waiting = Notification.objects.select_for_update().filter(
        booking=booking, kind__in=kinds, state=NotificationState.QUEUED
    )
    for row in waiting.order_by("pk"):
        row.drop(why=why)
        row.save(update_fields=["state", "last_error"])


def _agency(kind: Kind) -> Handler:
    def handler(event: EventLog, booking: Booking) -> None:
        _tell(kind, agency_desk(booking.session.tour.agency), event, booking)

    return handler


def _agency_lost_seats(event: EventLog, booking: Booking) -> None:
    """The agency hears of an end that is not its own doing."""
    # The money of a booking that had ended before comes back later.
    came_late = event.action == "booking.refunded" and booking.cancel_reason != CancelReason.REFUND
    is_own_doing = event.role in AGENCY and event.user_id != booking.user_id
    if not came_late and not is_own_doing:
        _agency(Kind.AGENCY_CANCELLED)(event, booking)


HANDLERS: dict[str, list[Handler]] = {
    "booking.requested": [_traveller(Kind.BOOKING_REQUESTED), ask_desk],
    "booking.approved": [_approved, close_request],
    "booking.rejected": [_decided(Kind.BOOKING_REJECTED), close_request],
    "booking.date_offered": [tell_offer, close_request],
    "booking.offer_taken": [_offer_taken],
    "booking.decision_undone": [_taken_back, reopen_request],
    "booking.expired": [
        _ended,
        _traveller(Kind.BOOKING_EXPIRED),
        close_request,
        _agency_lost_seats,
    ],
    "booking.paid": [_paid, _traveller(Kind.BOOKING_PAID), _agency(Kind.AGENCY_PAID), keep_door],
    "booking.cancelled": [
        _ended,
        _traveller(Kind.BOOKING_CANCELLED),
        close_request,
        _agency_lost_seats,
        keep_door,
    ],
    "refund.done": [_traveller(Kind.BOOKING_REFUNDED)],
    "booking.refunded": [_ended, _traveller(Kind.BOOKING_REFUNDED), _agency_lost_seats, keep_door],
}


PAYOUTS = {
    "payout.paid": Kind.AGENCY_PAYOUT_PAID,
    "payout.failed": Kind.AGENCY_PAYOUT_FAILED,
}

# Who tells of which events about something else than a booking; of some several do.
TOLD: tuple[tuple[Collection[str], Teller], ...] = (
    (PAYOUTS, _tell_owners),
    (TOLD_PROOFS, tell_accountants),
    (TOLD_JOBS, tell_about_job),
    (WITHDRAWALS, tell_of_withdrawal),
    (BONUSES, tell_of_bonus),
    (GRANTS, tell_of_grant),
    (CHANGES, tell_of_change),
    (ASKED, ask_accountants),
    (ENDED, close_money_card),
    (BOUND, invite_travellers),
    (UNBOUND, let_go),
    (REACHABLE, catch_up),
    (DESK_CHANGES, ask_desk_again),
)
TELLERS: dict[str, list[Teller]] = {
    action: [teller for actions, teller in TOLD if action in actions]
    for action in {action for actions, _ in TOLD for action in actions}
}
