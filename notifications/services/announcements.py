"""Announcements: written, started, spread over the outbox, stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core.actor import Actor, job
from core.acts import act
from core.locks import lock_row
from core.refusals import Conflict, Invalid
from core.services.events import field_names, kept, record
from notifications.models import WHOLE_BOT, Announcement, ChatPace, Notification
from notifications.queries.segments import people_at_start
from notifications.services.outbox import Address, Letter, person, put
from notifications.shapes import Segment
from notifications.states import AnnouncementStatus, Kind, NotificationState
from partners.models import Language, User
from partners.roles import require

log = structlog.get_logger(__name__)

RESOURCE = "notifications.announcement"
LONGEST = 4096
# The columns that a draft says.
WRITTEN = ("title", *(f"text_{each}" for each in Language), "segment")
# So many people are spread to in one transaction, and so many such pieces of one announcement in a
# turn of the worker: a little more than can leave in the minute between two.
PIECE = 500
PIECES_A_TURN = 4
# Translated where it is read.
STOPPED = gettext_noop("The announcement was stopped.")
EVERYBODY = Segment()


class NoTitle(Invalid):
    message = _("Give it a name for the list.")
    field = "title"


class NoText(Invalid):
    message = _("Write it in Russian at least.")
    field = "text_ru"


class TooLong(Invalid):
    message = _("Telegram takes {longest} characters; this has {length}.")


class DaysReversed(Invalid):
    message = _("The last day is before the first.")
    field = "goes_to"


class NotADraft(Conflict):
    message = _("It has gone out already. Make a copy to write something new.")


class NobodyToTell(Conflict):
    message = _("Nobody belongs to this segment whom the bot can write to.")


class SegmentGrown(Conflict):
    message = _("More people belong to the segment by now: {people}. Please confirm once more.")


class NotGoing(Conflict):
    message = _("Only what is being sent can be stopped.")


class CannotReachYou(Conflict):
    message = _(
        "Your account has no Telegram, has blocked the bot or does not want announcements: there "
        "is nowhere to send it."
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """What staff write. An empty translation is read in Russian; the title stays with the staff."""

    title: str
    text_ru: str
    text_uz: str = ""
    text_en: str = ""
    segment: Segment = EVERYBODY

    @classmethod
    def of(cls, announcement: Announcement) -> "Draft":
        """A draft that says the same to the same people."""
        segment = Segment.read(announcement.segment)
        texts = {
            f"text_{language}": getattr(announcement, f"text_{language}") for language in Language
        }
        return cls(title=announcement.title, segment=segment, **texts)


# --- writing


@act
def write_announcement(*, draft: Draft, by: Actor, at: datetime) -> Announcement:
    """A new draft. Refuses with NotAllowed, NoTitle, NoText, TooLong and DaysReversed."""
    require(by, RESOURCE, "add")
    _check(draft)

    announcement = Announcement(created_by_id=by.person_id)
    _write(announcement, draft)
    announcement.save()

    record("announcement.written", announcement, by=by, at=at)
    return announcement


@act
def change_announcement(
    *, announcement_id: int, draft: Draft, by: Actor, at: datetime
) -> Announcement:
    """Another text or segment for a draft. Refuses with NotFound, NotAllowed, NotADraft, and as
    ``write_announcement`` does."""
    announcement = lock_row(Announcement, pk=announcement_id)

    require(by, RESOURCE, "change")
    _check_draft(announcement)
    _check(draft)

    before = kept(announcement, WRITTEN)
    changed = _write(announcement, draft)
    announcement.save(update_fields=changed)

    if changed:
        facts: dict[str, Any] = {
            "fields": field_names(announcement, changed),
            "before": {name: before[name] for name in changed},
            "after": kept(announcement, changed),
        }
        record("announcement.changed", announcement, by=by, at=at, **facts)
    return announcement


@act
def copy_announcement(*, announcement_id: int, by: Actor, at: datetime) -> Announcement:
    """A draft with the same texts and segment. Refuses with NotFound and NotAllowed."""
    original = lock_row(Announcement, pk=announcement_id)

    require(by, RESOURCE, "add")

    copy = Announcement(created_by_id=by.person_id)
    _write(copy, Draft.of(original))
    copy.save()

    record("announcement.written", copy, by=by, at=at, copy_of=original.pk)
    return copy


@act
def try_announcement(*, announcement_id: int, by: Actor, at: datetime) -> int:
    """Send it, in each language it is written in, to ``by`` alone; returns how many messages.
    Refuses with NotFound, NotAllowed and CannotReachYou."""
    announcement = lock_row(Announcement, pk=announcement_id)

    require(by, RESOURCE, "change")
    addresses = person(User.objects.get(pk=by.person_id))

    sent = 0
    for language in Language:
        if getattr(announcement, f"text_{language}"):
            dedupe = f"announcement{announcement.pk}:try:{language}:{at.isoformat()}"
            letter = Letter(Kind.ANNOUNCEMENT, dedupe, payload_of(announcement, language))
            sent += put(letter, addresses, at=at)
    if not sent:
        raise CannotReachYou

    record("announcement.tried", announcement, by=by, at=at)
    return sent


# --- starting and stopping


@act
def start_announcement(
    *, announcement_id: int, expected_people: int, by: Actor, at: datetime
) -> Announcement:
    """Let it go out to the people of its segment, of whom ``by`` has seen ``expected_people``.

    Refuses with NotFound, NotAllowed, NotADraft, NobodyToTell, and SegmentGrown when there are
    more than a tenth more by now.
    """
    announcement = lock_row(Announcement, pk=announcement_id)

    require(by, RESOURCE, "start")
    _check_draft(announcement)
    people = people_at_start(Segment.read(announcement.segment), at).count()
    if not people:
        raise NobodyToTell
    if people * 10 > expected_people * 11:
        raise SegmentGrown(people=people)

    announcement.start(by_id=by.person_id, at=at, people=people)
    announcement.save(update_fields=["status", "started_by", "started_at", "people"])

    record("announcement.started", announcement, by=by, at=at, people=people)
    return announcement


@act
def stop_announcement(*, announcement_id: int, by: Actor, at: datetime) -> Announcement:
    """No further message of it leaves; what waits in the outbox is dropped by the worker.

    Refuses with NotFound, NotAllowed and NotGoing.
    """
    _wait_for_the_claim(at)
    announcement = lock_row(Announcement, pk=announcement_id)

    require(by, RESOURCE, "stop")
    if announcement.status != AnnouncementStatus.SENDING or is_over(announcement):
        raise NotGoing

    announcement.stop(at=at)
    announcement.save(update_fields=["status", "ended_at"])

    record("announcement.stopped", announcement, by=by, at=at)
    return announcement


def _wait_for_the_claim(at: datetime) -> None:
    """Workers claim in turn, by the lock of this row: a claim that is being made ends before the
    stop, and the next one sees it."""
    ChatPace.objects.bulk_create([ChatPace(pk=WHOLE_BOT, free_at=at)], ignore_conflicts=True)
    lock_row(ChatPace, pk=WHOLE_BOT)


# --- spreading


def spread_announcements(*, at: datetime) -> None:
    """The worker's turn: put a share of what goes out into the outbox, drop what was stopped.

    Killed anywhere it goes on where it was: each piece is a transaction, which remembers up to whom
    it came. One announcement that fails holds up no other.
    """
    going = Announcement.objects.filter(status=AnnouncementStatus.SENDING).order_by("pk")
    for pk in going.values_list("pk", flat=True):
        _take_turn(pk, at, spread_piece, finish_announcement)
    stopped = Notification.objects.filter(
        announcement__status=AnnouncementStatus.STOPPED, state=NotificationState.QUEUED
    )
    for pk in stopped.order_by().values_list("announcement", flat=True).distinct():
        _take_turn(pk, at, drop_piece)


def _take_turn(pk: int, at: datetime, *steps: Callable[..., int]) -> None:
    """Each step until it has nothing more to do, or its share is done."""
    try:
        for step in steps:
            for _piece in range(PIECES_A_TURN):
                if not step(announcement_id=pk, by=job(), at=at):
                    break
    except Exception:
        log.exception("announcement could not be carried on", announcement_id=pk)


@act
def spread_piece(*, announcement_id: int, by: Actor, at: datetime) -> int:
    """Owe it to the next people of the segment, by their ids; returns how many those were. Does
    nothing for what is not being sent or is in another worker's hands."""
    announcement = _in_my_hands(announcement_id)
    if announcement is None:
        return 0

    people = list(_still_to_reach(announcement).order_by("pk")[:PIECE])

    for language in Language:
        letter = Letter(
            Kind.ANNOUNCEMENT,
            f"announcement{announcement.pk}",
            payload_of(announcement, language),
            announcement_id=announcement.pk,
        )
        readers = (each for each in people if each.language == language)
        put(letter, [Address(u.pk, u.telegram_id, u.language) for u in readers], at=at)
    announcement.reached_id = people[-1].pk if len(people) == PIECE else _last_id()
    announcement.save(update_fields=["reached_id"])
    return len(people)


@act
def finish_announcement(*, announcement_id: int, by: Actor, at: datetime) -> int:
    """Done, when it was spread to everybody and nothing of it waits; else nothing changes."""
    announcement = _in_my_hands(announcement_id)
    if announcement is None or not is_over(announcement):
        return 0

    announcement.finish(at=at)
    announcement.save(update_fields=["status", "ended_at"])

    record("announcement.done", announcement, by=by, at=at)
    return 1


@act
def drop_piece(*, announcement_id: int, by: Actor, at: datetime) -> int:
    """Drop some of the messages that wait of a stopped announcement; returns how many."""
    rows = Notification.objects.filter(
        announcement=announcement_id,
        announcement__status=AnnouncementStatus.STOPPED,
        state=NotificationState.QUEUED,
    )
    piece = list(rows.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:PIECE])

    for row in piece:
        row.drop(why=STOPPED)
        row.save(update_fields=["state", "last_error"])
    return len(piece)


def payload_of(announcement: Announcement, language: str) -> dict[str, str]:
    """The template's value: the text in ``language``, in Russian when it has none."""
    return {"text": getattr(announcement, f"text_{language}") or announcement.text_ru}


def is_over(announcement: Announcement) -> bool:
    """Whether what is being sent was spread to everybody and nothing of it waits: the worker's
    next turn will finish it."""
    waiting = Notification.objects.waiting().filter(announcement=announcement)
    return not waiting.exists() and not _still_to_reach(announcement).exists()


def _in_my_hands(announcement_id: int) -> Announcement | None:
    """The announcement, locked, while it is being sent and no other worker has it."""
    rows = Announcement.objects.select_for_update(skip_locked=True, of=("self",))
    return rows.filter(pk=announcement_id, status=AnnouncementStatus.SENDING).first()


def _still_to_reach(announcement: Announcement) -> QuerySet[User]:
    segment = Segment.read(announcement.segment)
    # It cannot be sending without.
    started_at = announcement.started_at or announcement.created_at
    return people_at_start(segment, started_at).filter(pk__gt=announcement.reached_id)


def _last_id() -> int:
    """So that nobody is looked for again; who comes later was not there at the start."""
    return User.objects.aggregate(last=Max("pk"))["last"] or 0


# --- what is checked


def _check_draft(announcement: Announcement) -> None:
    if announcement.status != AnnouncementStatus.DRAFT:
        raise NotADraft


def _check(draft: Draft) -> None:
    if not draft.title.strip():
        raise NoTitle
    if not draft.text_ru.strip():
        raise NoText
    for language in Language:
        field = f"text_{language}"
        length = length_of(_tidy(getattr(draft, field)))
        if length > LONGEST:
            raise TooLong(field=field, longest=LONGEST, length=length)
    segment = draft.segment
    if segment.goes_from and segment.goes_to and segment.goes_to < segment.goes_from:
        raise DaysReversed


def length_of(text: str) -> int:
    """As Telegram counts: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def _write(announcement: Announcement, draft: Draft) -> list[str]:
    """Set what the draft says; returns the columns that differ from before."""
    values = {
        "title": draft.title.strip(),
        **{f"text_{each}": _tidy(getattr(draft, f"text_{each}")) for each in Language},
        "segment": draft.segment.as_json(),
    }
    changed = [name for name, value in values.items() if getattr(announcement, name) != value]
    for name in changed:
        setattr(announcement, name, values[name])
    return changed


def _tidy(text: str) -> str:
    """Paragraphs stay; lines end as Telegram ends them."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()
