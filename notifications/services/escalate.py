"""A request that nobody answers: the agency's next people are told, then the platform."""

from contextlib import suppress
from datetime import datetime, timedelta

from constance import config
from django.db.models import Exists, OuterRef

from core.actor import Actor, job
from core.acts import act
from core.refusals import TryAgain
from core.services.events import record
from core.sweeps import one_of_many
from notifications.models import Notification
from notifications.requests import WITH_WORDS, owe_card, subject_of
from notifications.services.desks import next_desk, platform_desk
from notifications.states import Kind
from sales.models import Booking
from sales.queries.waiting import waiting_requests
from sales.states import BookingStatus

# Not sooner than after these parts of the request's time, however short that is.
REMIND_AFTER, ALARM_AFTER = 0.5, 0.75


def sweep_unanswered(*, at: datetime) -> int:
    """Tell of every request that is about to lapse, once each; returns how many were told of. One
    that fails holds up no other, and the next sweep tries it again."""
    told = 0
    for booking_id in _due(Kind.REQUEST_WAITS, config.REMIND_MINUTES, REMIND_AFTER, at):
        with (
            one_of_many("agency not reminded of a request", booking=booking_id),
            suppress(TryAgain),
        ):
            told += bool(remind_agency(booking_id=booking_id, by=job(), at=at))
    for booking_id in _due(Kind.REQUEST_WAITS_PLATFORM, config.ALARM_MINUTES, ALARM_AFTER, at):
        with one_of_many("platform not told of a request", booking=booking_id), suppress(TryAgain):
            told += bool(alarm_platform(booking_id=booking_id, by=job(), at=at))
    return told


@act
def remind_agency(*, booking_id: int, by: Actor, at: datetime) -> int:
    """Tell of a waiting request those of its agency who have not been told of it, all of them when
    all have; answers how many. Of a decided one, and a second time, nobody is told."""
    booking = _lock_unanswered(booking_id, Kind.REQUEST_WAITS)

    if booking is None:
        return 0
    told = Notification.objects.cards(subject_of(booking)).filter(recipient__isnull=False)
    known = set(told.values_list("recipient_id", flat=True))
    addresses = next_desk(booking.session.tour.agency, known, at)
    people = owe_card(Kind.REQUEST_WAITS, booking, addresses, at=at)

    if people:
        agency_id = booking.agency_id
        record("booking.reminded", booking, by=by, at=at, agency_id=agency_id, people=people)
    return people


@act
def alarm_platform(*, booking_id: int, by: Actor, at: datetime) -> int:
    """Tell the platform of a waiting request; answers how many were written to. Of a decided one,
    and a second time, nobody is told."""
    booking = _lock_unanswered(booking_id, Kind.REQUEST_WAITS_PLATFORM)

    if booking is None:
        return 0
    people = owe_card(Kind.REQUEST_WAITS_PLATFORM, booking, platform_desk(), at=at)

    if people:
        agency_id = booking.agency_id
        record("booking.alarmed", booking, by=by, at=at, agency_id=agency_id, people=people)
    return people


def _due(kind: Kind, minutes: int, part: float, at: datetime) -> list[int]:
    """The requests that lapse within ``minutes``, have waited for ``part`` of their time, and of
    which nobody was told so."""
    told = Notification.objects.filter(booking_id=OuterRef("pk"), kind=kind)
    waiting = waiting_requests(Booking.objects.all(), at)
    soon = waiting.filter(expires_at__lte=at + timedelta(minutes=minutes)).exclude(Exists(told))
    rows = soon.values_list("pk", "created_at", "expires_at")
    return [pk for pk, asked, ends in rows if ends and at - asked >= (ends - asked) * part]


def _lock_unanswered(booking_id: int, kind: Kind) -> Booking | None:
    """The booking, locked, if it waits still and nobody was told so by another worker."""
    rows = Booking.objects.select_related(*WITH_WORDS).select_for_update(of=("self",))
    booking = rows.filter(pk=booking_id, status=BookingStatus.REQUESTED).first()
    told = Notification.objects.filter(booking_id=booking_id, kind=kind)
    return None if told.exists() else booking
