"""The outbox's way to Telegram and e-mail: claim -> carry -> record, one message at a time, across
two transactions.

Killed between the two, a claimed message comes due again when its claim runs out: nothing is lost,
and of each worker one message at most goes twice, when its answer was lost. Several workers share
the pace through the database: a chat that is being written to belongs to one of them.
"""

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from core.clock import now
from notifications.buttons import keyboard
from notifications.channels import email
from notifications.channels.outcomes import (
    Envelope,
    Invitation,
    Later,
    Moved,
    Never,
    Outcome,
    Sent,
)
from notifications.files import file_for
from notifications.models import WHOLE_BOT, ChatMember, ChatPace, Notification
from notifications.models.notification import NotificationQuerySet
from notifications.services.reach import group_moved, lose
from notifications.states import PATIENT, Kind, NotificationState
from notifications.templates import render_message

if TYPE_CHECKING:
    from notifications.channels.telegram import Line

# Telegram's bounds are 30 a second over all chats, 1 a second in a chat, 20 a minute in a group;
# messages that left in time may arrive closer together, so the first is kept with some room.
PACE = timedelta(milliseconds=36)
PERSON_PACE = timedelta(seconds=1)
GROUP_PACE = timedelta(seconds=3)
CLAIM = timedelta(minutes=5)
BACKOFF = (10, 30, 120, 600, 1800, 3600)
GIVE_UP_AFTER = 12
# So long a sender waits for the next message to become due before it ends.
PATIENCE = timedelta(seconds=1)
# So often it looks whether something more urgent has come.
GLANCE = 0.5
# A change of a message that is still on its way waits for it.
AFTER_THE_FIRST = timedelta(seconds=5)


def send_due(*, at: datetime, until: datetime | None = None) -> int:
    """Send what is due, and what becomes due before ``until``, at the pace that Telegram permits;
    returns how many messages were tried.

    Without a bot token or a mail server what would go that way waits.
    """
    if not settings.TELEGRAM_BOT_TOKEN and not settings.SENDS_EMAIL:
        return 0
    until, moment, tried = until or at + PATIENCE, at, 0
    with _Lines() as lines:
        while True:
            row = _claim(moment)
            if row is not None:
                _record(_carry(row, moment, lines), max(now(), moment))
                tried += 1
                moment = max(now(), moment)
                continue
            due = _next_due(moment)
            if due is None or due > until:
                return tried
            # In the tests' frozen time this is what moves it.
            pause = min(max((due - moment).total_seconds(), 0.001), GLANCE)
            time.sleep(pause)
            moment = max(now(), moment + timedelta(seconds=pause))


# --- claim


@transaction.atomic
def _claim(at: datetime) -> Notification | None:
    """The next message, taken; None when none may go now. Messages that must not or need not go are
    put off or dropped on the way."""
    bot = _pace(WHOLE_BOT, at)
    while True:
        rows = _ways(bot_is_free=bot.free_at <= at).due(at).exclude(_chat_is_busy(at))
        chosen = rows.select_related("recipient__preferences", "edits")
        row = (
            chosen.select_for_update(skip_locked=True, of=("self",))
            .order_by("is_bulk", "next_attempt_at", "id")
            .first()
        )
        if row is None:
            return None
        if _is_put_off(row, at):
            continue
        row.claim(until=at + CLAIM)
        row.save(update_fields=["state", "attempts", "next_attempt_at"])
        if row.chat_id:
            ChatPace.objects.filter(pk=WHOLE_BOT).update(free_at=at + PACE)
            _set_pace(row.chat_id, at + CLAIM)
        return row


def _ways(*, bot_is_free: bool) -> NotificationQuerySet:
    telegram = bool(settings.TELEGRAM_BOT_TOKEN) and bot_is_free
    return Notification.objects.by_ways(telegram=telegram, email=settings.SENDS_EMAIL)


def _chat_is_busy(at: datetime) -> Exists:
    return Exists(ChatPace.objects.filter(chat_id=OuterRef("chat_id"), free_at__gt=at))


def _is_put_off(row: Notification, at: datetime) -> bool:
    """Whether it does not go now after all: somebody's quiet hours, or a change of a message that
    is not there yet, or never will be."""
    quiet = _quiet_until(row, at)
    if quiet is not None and row.kind in PATIENT:
        row.next_attempt_at = quiet
    elif row.edits is None or row.edits.state == NotificationState.SENT:
        return False
    elif row.edits.state in (NotificationState.QUEUED, NotificationState.SENDING):
        row.next_attempt_at = at + AFTER_THE_FIRST
    else:
        row.drop(why="The message that it would change was never sent.")
    row.save(update_fields=["state", "next_attempt_at", "last_error"])
    return True


def _quiet_until(row: Notification, at: datetime) -> datetime | None:
    wishes = getattr(row.recipient, "preferences", None)
    return wishes.quiet_until(at) if wishes else None


def _next_due(at: datetime) -> datetime | None:
    """When the next message may go; the bot's own pace is short enough to be waited for."""
    bot = ChatPace.objects.filter(pk=WHOLE_BOT).values_list("free_at", flat=True).first() or at
    chat = ChatPace.objects.filter(chat_id=OuterRef("chat_id")).values("free_at")
    when = Greatest("next_attempt_at", Coalesce(Subquery(chat), F("next_attempt_at")))
    rows = _ways(bot_is_free=True).waiting().annotate(when=when)
    found = rows.order_by("when").values_list("when", flat=True).first()
    return max(found, bot) if found else None


# --- the pace


def _pace(chat_id: int, at: datetime) -> ChatPace:
    """The chat's row, locked; the bot's own makes the claims of all workers go in turn."""
    ChatPace.objects.bulk_create([ChatPace(pk=chat_id, free_at=at)], ignore_conflicts=True)
    return ChatPace.objects.select_for_update().get(pk=chat_id)


def _set_pace(chat_id: int, free_at: datetime) -> None:
    ChatPace.objects.bulk_create(
        [ChatPace(pk=chat_id, free_at=free_at)],
        update_conflicts=True,
        unique_fields=["chat_id"],
        update_fields=["free_at"],
    )


def _is_group(chat_id: int) -> bool:
    return chat_id < 0


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
    return lines.send(envelope)


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
    )


def _invitation(row: Notification) -> Invitation:
    payload = row.payload
    return Invitation(payload["group"], payload["code"], payload["button"])


# --- record


@transaction.atomic
def _record(outcome: Outcome, at: datetime) -> None:
    row = Notification.objects.select_for_update().get(pk=outcome.key)
    pause = timedelta(0)
    match outcome:
        case Sent(message_id=message_id, link=link):
            row.mark_sent(at=now(), message_id=message_id)
            _keep_link(row, link)
        case Never(error=error, blocked=blocked):
            row.give_up(error=error)
            if blocked:
                lose(row, error=error, at=at)
        case Moved(chat_id=chat_id):
            row.put_back(until=at, error="")
            group_moved(old_id=row.chat_id or 0, new_id=chat_id)
            row.chat_id = chat_id
        case Later(error=error) if row.attempts >= GIVE_UP_AFTER:
            row.give_up(error=error)
        case Later(error=error, seconds=seconds):
            wait = seconds or BACKOFF[min(row.attempts - 1, len(BACKOFF) - 1)]
            row.put_back(until=at + timedelta(seconds=wait), error=error)
            pause = timedelta(seconds=seconds or 0)
    row.save()
    if row.chat_id:
        _let_chat_go(row.chat_id, at, pause)


def _let_chat_go(chat_id: int, at: datetime, pause: timedelta) -> None:
    """Free again after its own pace. A pause that Telegram asks for in a group is the group's;
    nobody is written to more than once a second, so in a private chat it is the whole bot's."""
    own = GROUP_PACE if _is_group(chat_id) else PERSON_PACE
    _set_pace(chat_id, at + max(own, pause))
    if pause and not _is_group(chat_id):
        _set_pace(WHOLE_BOT, at + pause)


def _keep_link(row: Notification, link: str) -> None:
    if link:
        ChatMember.objects.filter(pk=row.payload["member"]).update(link=link)
