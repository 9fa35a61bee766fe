"""Something that travellers rely on has changed: the guide, the meeting point. Told to who goes.

Prices, seats and the rest touch no booking that stands: it has frozen its own.
"""

from collections.abc import Callable, Iterator, Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models.tour import map_link
from catalog.states import RUNS
from core.clock import local_date
from core.models import EventLog
from notifications.booking_words import values_of
from notifications.services.outbox import Letter, person, put_all
from notifications.states import Kind
from sales.models import Booking
from sales.states import HOLDS_SEATS

# A sentence for the active language; "" when nothing changes for who reads that.
Words = Callable[[str], str]


def tell_of_session(event: EventLog) -> None:
    """Owe the date's travellers the news of another guide."""
    facts = event.details
    if "guide" in (facts.get("before") or {}):
        before, after = facts["before"]["guide"], facts["after"]["guide"]
        rows = Booking.objects.filter(session_id=event.object_id)
        _tell(event, rows, lambda _language: _guide(before, after))


def tell_of_tour(event: EventLog) -> None:
    """Owe the travellers of all its dates to come the news of another meeting point."""
    before, after = event.details.get("meeting_before"), event.details.get("meeting_after")
    if before and after:
        rows = Booking.objects.filter(session__tour_id=event.object_id)
        _tell(event, rows, lambda language: _meeting(before, after, language))


CHANGES = {"session.changed": tell_of_session, "tour.changed": tell_of_tour}


def tell_of_change(event: EventLog) -> None:
    CHANGES[event.action](event)


def _tell(event: EventLog, rows: QuerySet[Booking], words: Words) -> None:
    standing = rows.filter(
        status__in=HOLDS_SEATS,
        session__status__in=RUNS,
        session__date_start__gte=local_date(event.timestamp),
    )
    owed = []
    for booking in standing.select_related("session__tour__agency", "user").order_by("pk"):
        for address in person(booking.user):
            with override(address.language):
                changes = words(address.language)
            if changes:
                letter = _letter(event, booking, address.language, changes)
                owed.append((letter, address))
    put_all(owed, at=event.timestamp)


def _letter(event: EventLog, booking: Booking, language: str, changes: str) -> Letter:
    return Letter(
        kind=Kind.SESSION_CHANGED,
        dedupe=f"{event.pk}:{Kind.SESSION_CHANGED}:{booking.pk}",
        payload=values_of(booking, language, {}) | {"changes": changes},
        booking_id=booking.pk,
        agency_id=booking.agency_id,
    )


def _guide(before: str, after: str) -> str:
    return _became(_("Guide"), before, after)


def _meeting(before: Mapping[str, str], after: Mapping[str, str], language: str) -> str:
    lines = _place_lines(before, after, language)
    return "\n".join(lines)


def _place_lines(
    before: Mapping[str, str], after: Mapping[str, str], language: str
) -> Iterator[str]:
    was, now = _place(before, language), _place(after, language)
    if was != now:
        yield _became(_("Meeting point"), was, now)
    here, there = _map(before), _map(after)
    if there and (there != here or was != now):
        yield _("On the map: {link}").format(link=there)


def _became(what: str, before: str, after: str) -> str:
    if not before:
        return f"{what}: {after}"
    after = after or _("will be named later")
    return f"{what}: {before} → {after}"


def _place(place: Mapping[str, str], language: str) -> str:
    return place.get(f"meeting_point_{language}") or place["meeting_point_ru"]


def _map(place: Mapping[str, str]) -> str:
    return map_link(place["meeting_lat"] or None, place["meeting_lon"] or None)
