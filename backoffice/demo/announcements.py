"""The demo's announcements, by the acts and the worker's own turns, each at its time."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from backoffice.demo.content import announcements as content
from backoffice.demo.people import People
from core.actor import Source
from notifications.models import Announcement, Notification
from notifications.outbound import PACE
from notifications.services.announcements import (
    Draft,
    spread_announcements,
    start_announcement,
    stop_announcement,
    write_announcement,
)
from notifications.states import NotificationState

MINUTE = timedelta(minutes=1)
# So many had got it when somebody saw the mistake.
BEFORE_THE_STOP = 9


def make_announcements(people: People, *, at: datetime) -> None:
    """One that has arrived, one that was stopped, one that is being written."""
    support = people.staff["support"].actor(Source.ADMIN)

    def started(draft: Draft, then: datetime) -> Announcement:
        written = write_announcement(draft=draft, by=support, at=then - 20 * MINUTE)
        sure = Notification.objects.count() + 1_000
        made = start_announcement(
            announcement_id=written.pk, expected_people=sure, by=support, at=then
        )
        spread_announcements(at=then)
        return made

    then = at - timedelta(days=6)
    done = started(content.NEW_METRO, then)
    _arrive(done.messages.all(), then)
    spread_announcements(at=then + MINUTE)

    then = at - timedelta(days=2, hours=3)
    mistaken = started(content.NIGHT_OF_STARS, then)
    _arrive(mistaken.messages.order_by("id")[:BEFORE_THE_STOP], then)
    stop_announcement(announcement_id=mistaken.pk, by=support, at=then + MINUTE)
    spread_announcements(at=then + MINUTE)

    write_announcement(draft=content.WINTER, by=support, at=at - timedelta(hours=5))


def _arrive(messages: Iterable[Notification], at: datetime) -> None:
    """As if the bot had sent them: nobody writes to the demo's people."""
    for number, message in enumerate(messages):
        if message.state == NotificationState.QUEUED:
            message.claim(until=at)
            message.mark_sent(at=at + number * PACE, message_id=500 + number)
            message.save()
