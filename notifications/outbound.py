"""The outbox's way to Telegram: claim -> carry -> record, across two transactions.

Killed between the two, a claimed message comes due again when its claim runs out: nothing is lost,
and a message goes twice at most when its answer was lost.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from core.clock import now
from notifications.channels.outcomes import Envelope, Later, Never, Outcome, Sent
from notifications.models import Notification
from notifications.templates import render
from partners.models import User

BATCH = 25
CLAIM = timedelta(minutes=5)
BACKOFF = (10, 30, 120, 600, 1800, 3600)
GIVE_UP_AFTER = 12


def send_due(*, at: datetime) -> int:
    """Send what is due; returns how many messages were tried. Without a bot token: none."""
    if not settings.TELEGRAM_BOT_TOKEN:
        return 0
    tried = 0
    while envelopes := _claim(at):
        outcomes = _carry(envelopes)
        for outcome in outcomes:
            _record(outcome, now())
        tried += len(outcomes)
        if len(outcomes) < len(envelopes):
            break
    return tried


def _claim(at: datetime) -> list[Envelope]:
    with transaction.atomic():
        due = Notification.objects.due(at).order_by("next_attempt_at", "id")
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:BATCH])
        envelopes = []
        for row in rows:
            row.claim(until=at + CLAIM)
            try:
                text = render(row.kind, row.payload, row.language)
            except (LookupError, ValueError) as error:
                # A template and its values do not fit: no later attempt mends it, and the others
                # of the batch must not wait for it.
                row.give_up(error=repr(error))
            else:
                envelopes.append(Envelope(row.pk, row.chat_id or 0, text))
            row.save(update_fields=["state", "attempts", "next_attempt_at", "last_error"])
    return envelopes


def _carry(envelopes: list[Envelope]) -> list[Outcome]:
    # aiogram takes seconds to import: only a worker that sends pays for it.
    from notifications.channels.telegram import send_all

    return send_all(envelopes, token=settings.TELEGRAM_BOT_TOKEN, api_url=settings.TELEGRAM_API_URL)


@transaction.atomic
def _record(outcome: Outcome, at: datetime) -> None:
    row = Notification.objects.select_for_update().get(pk=outcome.key)
    match outcome:
        case Sent(message_id=message_id):
            row.mark_sent(at=at, message_id=message_id)
        case Never(error=error, blocked=blocked):
            row.give_up(error=error)
            if blocked and row.recipient_id:
                User.objects.filter(pk=row.recipient_id).update(is_reachable=False)
        case Later(error=error) if row.attempts >= GIVE_UP_AFTER:
            row.give_up(error=error)
        case Later(error=error, seconds=seconds):
            wait = seconds or BACKOFF[min(row.attempts - 1, len(BACKOFF) - 1)]
            row.put_back(until=at + timedelta(seconds=wait), error=error)
    row.save()
