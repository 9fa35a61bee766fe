"""The outbox's way to Telegram and e-mail: claim -> carry -> record, one message at a time, across
two transactions.

Killed between the two, a claimed message comes due again when its claim runs out: nothing is lost,
and of each worker one message at most goes twice, when its answer was lost. Several workers share
the pace through the database: a chat that is being written to belongs to one of them.
"""

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_noop

from catalog.services.chats import lose_chat
from core.actor import job
from core.clock import now
from notifications.buttons import keyboard
from notifications.channels import email
from notifications.channels.outcomes import (
    Envelope,
    Gone,
    Invitation,
    Later,
    Moved,
    Never,
    Outcome,
    Sent,
)
from notifications.decisions import why_untrue
from notifications.files import file_for
from notifications.models import WHOLE_BOT, ChatMember, ChatPace, Notification
from notifications.models.notification import NotificationQuerySet
from notifications.reasons import FLOOD
from notifications.services.announcements import STOPPED
from notifications.services.reach import MESSAGE_GONE, group_moved, lose
from notifications.states import PATIENT, AnnouncementStatus, Kind, NotificationState
from notifications.templates import render_message

if TYPE_CHECKING:
    from notifications.channels.telegram import Line

# Telegram's bounds are 30 a second over all chats, 1 a second in a chat, 20 a minute in a group;
# messages that left in time may arrive closer together, so the first is kept with some room.
PACE = timedelta(milliseconds=36)
# By so much a message may be late without the next being late, too.
SLACK = timedelta(milliseconds=12)
PERSON_PACE = timedelta(seconds=1)
GROUP_PACE = timedelta(seconds=3)
CLAIM = timedelta(minutes=5)
BACKOFF = (10, 30, 120, 600, 1800, 3600)
GIVE_UP_AFTER = 12
# Longer than this nobody is kept waiting: a clock that ran ahead must not silence everybody.
LONGEST_PAUSE = timedelta(hours=1)
# So long a sender waits for the next message before it ends its turn.
PATIENCE = timedelta(seconds=1)
# So often it looks whether something more urgent has come.
GLANCE = 0.5
# And so often when somebody else is busy with what is due.
BLINK = 0.05
# Translated where it is read.
DIED = gettext_noop("It was never known to arrive: whoever sent it died each time.")
NEVER_SENT = gettext_noop("The message that it would change was never sent.")
NOT_THERE = gettext_noop("The message that it would change is no longer there.")
# A change of a message that is still on its way waits for it.
AFTER_THE_FIRST = timedelta(seconds=5)
# A decision on which somebody still works waits for what becomes of it.
WHILE_DECIDED = timedelta(seconds=1)

log = structlog.get_logger(__name__)


def send_due(*, at: datetime, until: datetime | None = None) -> int:
    """Send what is due, and what becomes due before ``until``, at the pace that Telegram permits;
    returns how many messages were tried.

    Without a bot token or a mail server what would go that way waits.
    """
    if not settings.TELEGRAM_BOT_TOKEN and not settings.SENDS_EMAIL:
        return 0
    until, moment, tried = until or at, at, 0
    with _Lines() as lines:
        while True:
            row = _claim(moment)
            if row is not None:
                _record(_carry(row, moment, lines), max(now(), moment))
                tried += 1
                moment = max(now(), moment)
                continue
            due = _next_due(moment, max(until, moment))
            if due is None or _is_too_late(due, moment, until):
                return tried
            pause = min((due - moment).total_seconds(), GLANCE) if due > moment else BLINK
            time.sleep(pause)
            # In the tests' frozen time this is what moves it.
            moment = max(now(), moment + timedelta(seconds=pause))


def _is_too_late(due: datetime, at: datetime, until: datetime) -> bool:
    """Whether to go rather than to wait for ``due``. Nobody leaves in the middle of a row of
    messages, for their pace alone; nor stays for one that somebody else is busy with."""
    return at > until if due <= at else due > max(until, at + PATIENCE)


# --- claim


def _claim(at: datetime) -> Notification | None:
    """The next message, taken; None when none may go now."""
    while True:
        row, is_taken = _take_next(at)
        if is_taken or row is None:
            return row


@transaction.atomic
def _take_next(at: datetime) -> tuple[Notification | None, bool]:
    """The first that is due, and whether it was taken: what must not or need not go is put off,
    dropped or given up instead."""
    bot = _pace(WHOLE_BOT, at)
    rows = (
        _ways(bot_is_free=not at < bot.free_at <= at + LONGEST_PAUSE)
        .due(at)
        .exclude(_chat_is_busy(at))
    )
    rows = rows.select_related("recipient__preferences", "edits", "announcement")
    locked = rows.select_for_update(skip_locked=True, of=("self",))
    row = locked.order_by("is_bulk", "next_attempt_at", "id").first()
    if row is None or _is_put_off(row, at):
        return row, False
    row.claim(until=at + CLAIM)
    row.save(update_fields=["state", "attempts", "next_attempt_at"])
    if row.chat_id:
        # Behind when nothing was sent for a while, ahead when a clock was wrong.
        is_near = at - SLACK < bot.free_at <= at
        bot.free_at = (bot.free_at if is_near else at - SLACK) + PACE
        bot.save(update_fields=["free_at"])
        _set_pace(row.chat_id, at + CLAIM)
    return row, True


def _ways(*, bot_is_free: bool) -> NotificationQuerySet:
    telegram = bool(settings.TELEGRAM_BOT_TOKEN) and bot_is_free
    return Notification.objects.by_ways(telegram=telegram, email=settings.SENDS_EMAIL)


def _chat_is_busy(at: datetime) -> Exists:
    ahead = ChatPace.objects.filter(chat_id=OuterRef("chat_id"), free_at__gt=at)
    return Exists(ahead.filter(free_at__lte=at + LONGEST_PAUSE))


def _is_put_off(row: Notification, at: datetime) -> bool:
    """Whether it does not go now after all: somebody's quiet hours, a change of a message that is
    not there yet or never will be, one that kills whoever sends it, an announcement that was
    stopped, or what is no longer true."""
    quiet, untrue = _quiet_until(row, at), why_untrue(row)
    if row.announcement and row.announcement.status == AnnouncementStatus.STOPPED:
        row.drop(why=STOPPED)
    elif row.attempts >= GIVE_UP_AFTER:
        row.give_up(error=DIED)
    elif untrue is None:
        row.next_attempt_at = at + WHILE_DECIDED
    elif untrue:
        row.drop(why=untrue)
    elif quiet is not None and row.kind in PATIENT:
        row.next_attempt_at = quiet
    elif row.edits is None or row.edits.message_id is not None:
        return False
    elif row.edits.state in (NotificationState.QUEUED, NotificationState.SENDING):
        row.next_attempt_at = at + AFTER_THE_FIRST
    else:
        row.drop(why=NEVER_SENT)
    row.save(update_fields=["state", "next_attempt_at", "last_error"])
    return True


def _quiet_until(row: Notification, at: datetime) -> datetime | None:
    wishes = getattr(row.recipient, "preferences", None)
    return wishes.quiet_until(at) if wishes else None


def _next_due(at: datetime, until: datetime) -> datetime | None:
    """When the next message may go, of those that are due before ``until``."""
    bot = ChatPace.objects.filter(pk=WHOLE_BOT).values_list("free_at", flat=True).first() or at
    rows = _ways(bot_is_free=True).due(until)
    # The bot's own pace is mostly what is waited for, and that is quickly known.
    if bot > at and rows.filter(email="", next_attempt_at__lte=bot).exists():
        return bot
    chat = ChatPace.objects.filter(chat_id=OuterRef("chat_id")).values("free_at")
    when = Greatest("next_attempt_at", Coalesce(Subquery(chat), F("next_attempt_at")))
    found = rows.annotate(when=when).aggregate(first=Min("when"))["first"]
    return max(found, bot) if found else None


# --- the pace


def _pace(chat_id: int, at: datetime) -> ChatPace:
    """The chat's row, locked; the bot's own makes the claims of all workers go in turn."""
    row = ChatPace.objects.select_for_update().filter(pk=chat_id).first()
    if row is None:
        ChatPace.objects.bulk_create([ChatPace(pk=chat_id, free_at=at)], ignore_conflicts=True)
        row = ChatPace.objects.select_for_update().get(pk=chat_id)
    return row


def _set_pace(chat_id: int, free_at: datetime) -> None:
    ChatPace.objects.bulk_create(
        [ChatPace(pk=chat_id, free_at=free_at)],
        update_conflicts=True,
        unique_fields=["chat_id"],
        update_fields=["free_at"],
    )


# --- carry


class _Lines:
    """The ways out, opened when they are first needed: aiogram takes seconds to import."""

    def __init__(self) -> None:
        self._telegram: Line | None = None

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *error: object) -> None:
        if self._telegram is not None:
            self._telegram.__exit__(None, None, None)

    def send(self, envelope: Envelope) -> Outcome:
        if envelope.email:
            return email.send(envelope)
        if self._telegram is None:
            from notifications.channels.telegram import Line

            self._telegram = Line(settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_API_URL)
        return self._telegram.send(envelope)


def _carry(row: Notification, at: datetime, lines: _Lines) -> Outcome:
    try:
        envelope = _envelope(row, at)
    except (LookupError, ValueError) as error:
        # A template and its values do not fit: no later attempt mends it.
        return Never(row.pk, repr(error))
    except Exception as error:
        log.exception("a message could not be made", message_id=row.pk)
        return Later(row.pk, repr(error))
    try:
        return lines.send(envelope)
    except Exception as error:
        # A token that is none, say: the message is not to blame, and the others must not wait.
        log.exception("a message could not be sent", message_id=row.pk)
        return Later(row.pk, repr(error))


def _envelope(row: Notification, at: datetime) -> Envelope:
    payload, is_removal = row.payload, row.kind == Kind.CHAT_REMOVAL
    return Envelope(
        row.pk,
        row.chat_id or 0,
        render_message(row),
        email=row.email,
        subject=str(payload.get("title", "")),
        file=file_for(row),
        buttons=keyboard(row.kind, payload, row.language),
        is_silent=_quiet_until(row, at) is not None,
        edits=row.edits.message_id if row.edits else None,
        invitation=_invitation(row) if row.kind == Kind.CHAT_INVITATION else None,
        removes=payload["person"] if is_removal else None,
        loses=payload["link"] if is_removal else "",
    )


def _invitation(row: Notification) -> Invitation:
    payload = row.payload
    return Invitation(payload["group"], payload["code"], payload["button"])


# --- record


@transaction.atomic
def _record(outcome: Outcome, at: datetime) -> None:
    row = Notification.objects.select_for_update().get(pk=outcome.key)
    if row.state != NotificationState.SENDING:
        # This sender was so slow that another has sent it, too.
        return
    _settle(row, outcome, at)
    row.save()
    if row.chat_id:
        seconds = outcome.seconds if isinstance(outcome, Later) else 0
        _let_chat_go(row.chat_id, at, timedelta(seconds=seconds or 0))


def _settle(row: Notification, outcome: Outcome, at: datetime) -> None:
    match outcome:
        case Sent(message_id=message_id, link=link):
            row.mark_sent(at=now(), message_id=message_id)
            _keep_link(row, link)
        case Gone():
            row.drop(why=NOT_THERE)
        case Never(error=error, blocked=blocked, shut=shut):
            row.give_up(error=error)
            if blocked:
                lose(row)
            if shut:
                lose_chat(chat_id=shut, by=job(), at=at)
        case Later() | Moved() if row.attempts >= GIVE_UP_AFTER:
            row.give_up(error=getattr(outcome, "error", DIED))
        case Later() | Moved():
            _put_back(row, outcome, at)


def _put_back(row: Notification, outcome: Later | Moved, at: datetime) -> None:
    if isinstance(outcome, Moved):
        group_moved(old_id=outcome.old_id, new_id=outcome.new_id)
        row.refresh_from_db()
        if row.edits_id:
            row.drop(why=MESSAGE_GONE)
        else:
            row.put_back(until=at, error="")
        return
    wait = outcome.seconds or BACKOFF[min(row.attempts, len(BACKOFF)) - 1]
    why = f"{FLOOD} {outcome.error}" if outcome.seconds else outcome.error
    row.put_back(until=at + timedelta(seconds=wait), error=why)


def _let_chat_go(chat_id: int, at: datetime, pause: timedelta) -> None:
    """Free again after its own pace, or the pause that Telegram asks for. The pause is the chat's;
    when a second person's chat is refused meanwhile, it is meant for the whole bot."""
    is_group, pause = chat_id < 0, min(pause, LONGEST_PAUSE)
    if pause and not is_group and _others_are_paused(chat_id, at):
        # Before the chat's own row, as a claim locks them.
        _set_pace(WHOLE_BOT, at + pause)
    _set_pace(chat_id, at + max(GROUP_PACE if is_group else PERSON_PACE, pause))


def _others_are_paused(chat_id: int, at: datetime) -> bool:
    people = Notification.objects.filter(chat_id__gt=0, state=NotificationState.QUEUED)
    paused = people.filter(next_attempt_at__gt=at, last_error__startswith=FLOOD)
    return paused.exclude(chat_id=chat_id).exists()


def _keep_link(row: Notification, link: str) -> None:
    if link:
        ChatMember.objects.filter(pk=row.payload["member"]).update(link=link)
