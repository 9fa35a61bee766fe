"""Requests on the agency's desk: a card with buttons for whoever decides, and its last words."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from constance import config
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from core.clock import local_date
from core.models import EventLog
from notifications.booking_words import dates_of, hour_of, values_of
from notifications.rejections import read_reason
from notifications.services.cards import close_cards, reopen_cards
from notifications.services.desks import request_desk
from notifications.services.outbox import Address, Letter, put_all
from notifications.states import Kind
from partners.models import TravelAgency
from partners.roles import STAFF
from sales.models import Booking
from sales.queries.decisions import DECIDED
from sales.states import BookingStatus, CancelReason

# After them an agency's requests arrive elsewhere.
DESK_CHANGES = ("agency.chat_set", "agency.chat_unset", "agency.chat_lost")
# A loaded booking has all that its card names.
WITH_WORDS = ("session__tour__agency", "user")


def subject_of(booking: Booking) -> str:
    return f"booking:{booking.pk}"


def told_from(event: EventLog) -> datetime | None:
    """What a person of the staff decides can be taken back for a while: it is not told before."""
    if event.user_id is None or event.role not in STAFF:
        return None
    return event.timestamp + timedelta(seconds=config.UNDO_SECONDS)


# --- the card


def ask_desk(event: EventLog, booking: Booking) -> None:
    """Ask the agency."""
    addresses = request_desk(booking.session.tour.agency, event.timestamp)
    owe_card(Kind.AGENCY_REQUEST, booking, addresses, at=event.timestamp)


def ask_desk_again(event: EventLog) -> None:
    """The agency has another desk than before: what waits for its answer is asked there, too."""
    agency = TravelAgency.objects.get(pk=event.object_id)
    addresses = request_desk(agency, event.timestamp)
    waiting = Booking.objects.filter(
        agency=agency, status=BookingStatus.REQUESTED, expires_at__gt=event.timestamp
    )
    for booking in waiting.select_related(*WITH_WORDS).order_by("pk"):
        owe_card(Kind.AGENCY_REQUEST, booking, addresses, at=event.timestamp)


def owe_card(kind: Kind, booking: Booking, addresses: Iterable[Address], *, at: datetime) -> int:
    """Owe the waiting request to each address, with its buttons, of one kind once; answers how many
    are owed it now.

    A request that is decided meanwhile needs no one's attention: its row is locked, so that either
    its decision sees this card or this the decision.
    """
    row = Booking.objects.select_for_update().filter(pk=booking.pk, status=BookingStatus.REQUESTED)
    if row.first() is None:
        return 0
    cards = [(card_of(kind, booking, address.language), address) for address in addresses]
    return put_all(cards, at=at)


def card_of(kind: Kind, booking: Booking, language: str) -> Letter:
    """The waiting request as it is told; ``booking`` is loaded WITH_WORDS."""
    until = booking.answer_by.isoformat() if booking.answer_by else ""
    payload = values_of(booking, language, {"until": until})
    with override(language):
        payload["history"] = history_of(booking)
    return Letter(
        kind=kind,
        dedupe=f"booking{booking.pk}:{kind}",
        payload=payload,
        booking_id=booking.pk,
        agency_id=booking.agency_id,
        subject=subject_of(booking),
    )


def history_of(booking: Booking) -> str:
    """The traveller and this agency so far, in the active language."""
    before = Booking.objects.filter(user_id=booking.user_id, agency_id=booking.agency_id)
    others = list(before.exclude(pk=booking.pk).select_related("session__tour"))
    if not others:
        return _("First request to you.")
    by_himself = [each for each in others if each.cancel_reason == CancelReason.TRAVELLER]
    told = _("With you before: requests {all}, paid {paid}, cancelled by himself {cancelled}.")
    paid = [each for each in others if each.paid_at is not None]
    told = told.format(all=len(others), paid=len(paid), cancelled=len(by_himself))
    return f"{told} {_last_trip(others, booking.created_at)}".rstrip()


def _last_trip(bookings: list[Booking], at: datetime) -> str:
    sessions = [each.session for each in bookings if each.status == BookingStatus.PAID]
    been = [each for each in sessions if each.date_end < local_date(at)]
    if not been:
        return ""
    last = max(been, key=lambda session: session.date_end)
    dates = dates_of(last.date_start, last.date_end)
    return _("Last trip: {tour}, {dates}.").format(tour=last.tour.title, dates=dates)


# --- its last words


def close_request(event: EventLog, booking: Booking) -> None:
    """Every copy shows how it ended, and by whom; what becomes of the booking later does not change
    that."""
    taken_back = event.action in DECIDED and booking.status == BookingStatus.REQUESTED
    if _ended_request(event, booking) and not taken_back:
        words = _in_each_language(event, booking)
        close_cards(subject_of(booking), event, words, not_before=told_from(event))


def close_taken(event: EventLog, offered: Booking, taken: Booking) -> None:
    """The date that was offered instead is taken: the request's card leads to the new booking."""
    session = taken.session

    def words(language: str) -> str:
        with override(language):
            dates = dates_of(session.date_start, session.date_end)
            told = _("📅 Another date was offered and taken: {dates}, booking {code}")
            return told.format(dates=dates, code=taken.code)

    close_cards(subject_of(offered), event, words)


def reopen_request(event: EventLog, booking: Booking) -> None:
    """The decision was taken back before it was told: every copy asks again."""
    reopen_cards(subject_of(booking), event, _in_each_language(event, booking))


def _in_each_language(event: EventLog, booking: Booking) -> Callable[[str], str]:
    def words(language: str) -> str:
        with override(language):
            return outcome_of(event, booking)

    return words


def last_outcome(booking: Booking) -> EventLog | None:
    """What was decided last about the request, or took that back."""
    events = EventLog.objects.filter(
        object_type=booking._meta.label_lower, object_id=booking.pk, action__in=OUTCOMES
    )
    decided = events.select_related("user").order_by("-pk")
    return next((each for each in decided if _ended_request(each, booking)), None)


def outcome_of(event: EventLog, booking: Booking) -> str:
    """How the request ended, who did it and when, in the active language."""
    who = _("the traveller") if event.user_id == booking.user_id else event.user
    values = {
        "who": who or _("the system"),
        "time": hour_of(event.timestamp.isoformat()),
        "reason": read_reason(event.details.get("reason", "")),
        "dates": event.details.get("dates", ""),
    }
    # A traveller need not say why.
    return str(OUTCOMES[event.action]).format(**values).removesuffix(": ")


def _ended_request(event: EventLog, booking: Booking) -> bool:
    """Not the end of what had been approved before."""
    if event.action == "booking.expired":
        return bool(event.details.get("was") == BookingStatus.REQUESTED)
    if event.action == "booking.cancelled":
        return booking.approved_at is None
    return True


OUTCOMES: Mapping[str, Any] = {
    "booking.approved": gettext_lazy("✅ Approved by {who}, {time}"),
    "booking.rejected": gettext_lazy("❌ Rejected by {who}, {time}: {reason}"),
    "booking.date_offered": gettext_lazy("📅 {who} has offered another date, {time}: {dates}"),
    "booking.expired": gettext_lazy("⌛ Nobody has answered in time"),
    "booking.cancelled": gettext_lazy("🚫 Cancelled by {who}, {time}: {reason}"),
    "booking.decision_undone": gettext_lazy(
        "↩️ {who} has taken the decision back, {time}: the request waits again"
    ),
}
