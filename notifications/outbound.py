"""The outbox's way to Telegram and e-mail: claim -> carry -> record, across two transactions.

Killed between the two, a claimed message comes due again when its claim runs out: nothing is lost,
and a message goes twice at most when its answer was lost.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from core.clock import now
from notifications.channels import email
from notifications.channels.outcomes import Envelope, Later, Never, Outcome, Sent
from notifications.exports import attachment_of
from notifications.models import Notification
from notifications.templates import render
from partners.models import User

BATCH = 25
CLAIM = timedelta(minutes=5)
# So many uploads are over before the claim is.
FILES_AT_ONCE = 2
BACKOFF = (10, 30, 120, 600, 1800, 3600)
GIVE_UP_AFTER = 12


def send_due(*, at: datetime) -> int:
    """Send what is due; returns how many messages were tried. Without a bot token or a mail server
    what would go that way waits."""
    if not settings.TELEGRAM_BOT_TOKEN and not settings.SENDS_EMAIL:
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
        ways = {"telegram": bool(settings.TELEGRAM_BOT_TOKEN), "email": settings.SENDS_EMAIL}
        due = Notification.objects.due(at).by_ways(**ways).order_by("next_attempt_at", "id")
        envelopes: list[Envelope] = []
        for row in due.select_for_update(skip_locked=True, of=("self",))[:BATCH]:
            row.claim(until=at + CLAIM)
            try:
                envelopes.append(_envelope(row))
            except (LookupError, ValueError) as error:
                # A template and its values do not fit: no later attempt mends it, and the others
                # of the batch must not wait for it.
                row.give_up(error=repr(error))
            row.save(update_fields=["state", "attempts", "next_attempt_at", "last_error"])
            if sum(envelope.file is not None for envelope in envelopes) == FILES_AT_ONCE:
                break
    return envelopes


def _envelope(row: Notification) -> Envelope:
    return Envelope(
        row.pk,
        row.chat_id or 0,
        render(row.kind, row.payload, row.language),
        email=row.email,
        subject=str(row.payload.get("title", "")),
        file=attachment_of(row.payload, email=bool(row.email)),
    )


def _carry(envelopes: list[Envelope]) -> list[Outcome]:
    outcomes = email.send_all([envelope for envelope in envelopes if envelope.email])
    chats = [envelope for envelope in envelopes if not envelope.email]
    if not chats:
        return outcomes
    # aiogram takes seconds to import: only a worker that sends pays for it.
    from notifications.channels.telegram import send_all

    token, api_url = settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_API_URL
    return [*outcomes, *send_all(chats, token=token, api_url=api_url)]


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
