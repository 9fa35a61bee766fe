"""How far announcements are."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from notifications.models import Announcement, Notification
from notifications.states import AnnouncementStatus, NotificationState


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of the people that an announcement was started for."""

    people: int
    sent: int
    failed: int
    # They are still to get it.
    waiting: int
    # They will not: it was stopped, or they have gone since.
    left_out: int

    @property
    def percent(self) -> int:
        """Of those who need not wait any more."""
        return 100 * (self.people - self.waiting) // self.people if self.people else 0


def progress_of(announcements: Iterable[Announcement]) -> dict[int, Progress]:
    """By announcement; whom it has not been spread to yet waits, too."""
    rows = list(announcements)
    messages = Notification.objects.filter(announcement__in=rows).order_by()
    found: dict[int | None, dict[str, int]] = defaultdict(dict)
    for key, state, n in messages.values_list("announcement", "state").annotate(n=Count("pk")):
        found[key][state] = n
    return {row.pk: _progress(row, found[row.pk]) for row in rows}


def _progress(row: Announcement, counted: dict[str, int]) -> Progress:
    people = max(row.people, sum(counted.values()))
    sent = counted.get(NotificationState.SENT, 0)
    failed = counted.get(NotificationState.FAILED, 0)
    left_out = people - sent - failed
    if row.status == AnnouncementStatus.SENDING:
        left_out = counted.get(NotificationState.DROPPED, 0)
    return Progress(people, sent, failed, people - sent - failed - left_out, left_out)
