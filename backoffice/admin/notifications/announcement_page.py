"""What an announcement's pages show: as its readers get it, to whom, how far it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from backoffice.admin.core.sentences import events_of
from backoffice.admin.display import list_url, page_url, state_badge
from backoffice.admin.notifications.letters import preview
from backoffice.admin.notifications.segment_form import criteria_of
from notifications.models import Announcement, Notification
from notifications.outbound import PACE
from notifications.queries.announcements import Progress, progress_of
from notifications.queries.segments import count_by_language, people_of
from notifications.services.announcements import payload_of
from notifications.shapes import Segment
from notifications.states import AnnouncementStatus, Kind, NotificationState
from partners.models import Language, User

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Version:
    """The text in one language; ``is_own`` unless the Russian one stands in."""

    language: str
    name: str
    text: SafeString
    is_own: bool
    readers: int | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom it would go to now, and how long that would take."""

    people: int
    by_language: list[tuple[str, int]]
    examples: list[tuple[User, str]]
    time: str


def draft_page(announcement: Announcement) -> dict[str, Any]:
    """What it would do."""
    counted, audience = _audience(announcement)
    return {
        "audience": audience,
        "versions": _versions(announcement, counted),
        "criteria": criteria_of(Segment.read(announcement.segment)),
    }


def started_page(announcement: Announcement, reader: User, at: datetime) -> dict[str, Any]:
    """What it did, and does."""
    return {
        "announcement": announcement,
        "badge": announcement_badge(announcement),
        "progress": tell_progress(announcement, at),
        "versions": _versions(announcement),
        "criteria": criteria_of(Segment.read(announcement.segment)),
        "events": events_of(announcement, reader),
    }


def announcement_badge(announcement: Announcement) -> SafeString:
    status = announcement.status
    return state_badge("announcement", status, announcement.get_status_display())


def tell_progress(announcement: Announcement, at: datetime) -> SafeString:
    """The figures, each a list of messages; asked for anew by htmx while it goes."""
    progress = progress_of([announcement])[announcement.pk]
    context = {
        "announcement": announcement,
        "is_going": announcement.status == AnnouncementStatus.SENDING,
        "progress": progress,
        "left": time_for(progress.waiting, at),
        "figures": [
            (_("Sent"), progress.sent, messages_url(announcement, NotificationState.SENT), ""),
            (
                _("Failed"),
                progress.failed,
                messages_url(announcement, NotificationState.FAILED),
                "danger" if progress.failed else "",
            ),
            (_("Waiting"), progress.waiting, "", ""),
            (_("Not sent to"), progress.left_out, "", ""),
        ],
    }
    return render_to_string("admin/notifications/announcement_progress.html", context)


def messages_url(announcement: Announcement, state: str) -> str:
    """The messages of it that ended so."""
    return list_url(
        "notifications.notification",
        announcement__id__exact=announcement.pk,
        state__exact=state,
    )


def time_for(people: int, at: datetime) -> str:
    """How long so many messages take when nothing more urgent comes between."""
    duration = people * PACE
    if duration.total_seconds() < 60:
        return _("less than a minute")
    return timesince(at - duration, at, depth=2)


def shortly(progress: Progress) -> str:
    return _("%(sent)s of %(people)s") % {"sent": progress.sent, "people": progress.people}


def _audience(announcement: Announcement) -> tuple[dict[str, int], Audience]:
    people = people_of(Segment.read(announcement.segment))
    counted = count_by_language(people)
    total = sum(counted.values())
    examples = [(u, page_url("partners.user", u.pk)) for u in people.order_by("-pk")[:EXAMPLES]]
    named = [(str(each.label), counted.get(each, 0)) for each in Language]
    return counted, Audience(total, named, examples, time_for(total, announcement.created_at))


def _versions(announcement: Announcement, counted: dict[str, int] | None = None) -> list[Version]:
    return [
        Version(
            language=language,
            name=str(language.label),
            text=_as_read(announcement, language),
            is_own=bool(getattr(announcement, f"text_{language}")),
            readers=None if counted is None else counted.get(language, 0),
        )
        for language in Language
    ]


def _as_read(announcement: Announcement, language: str) -> SafeString:
    payload = payload_of(announcement, language)
    return preview(Notification(kind=Kind.ANNOUNCEMENT, payload=payload, language=language))
