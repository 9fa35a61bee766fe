"""Cards: messages with buttons that ask for a decision, often in several copies.

When it is decided – by a button, in the admin, by the clock – every copy that was sent is changed
to say how, and one that has not left is not sent any more. Building blocks, for the handlers.
"""

from collections.abc import Callable
from datetime import datetime

from core.acts import require_transaction
from core.models import EventLog
from notifications.models import Notification
from notifications.services.outbox import Address, Letter, put
from notifications.states import Kind, NotificationState

DECIDED = "It was decided before this could be sent."


def close_cards(
    subject: str,
    event: EventLog,
    outcome: Callable[[str], str],
    *,
    not_before: datetime | None = None,
) -> None:
    """Owe each copy its last words: ``outcome(language)``, without markup."""
    require_transaction()
    copies = Notification.objects.cards(subject).select_for_update().order_by("pk")
    for copy in copies.exclude(state=NotificationState.DROPPED):
        if copy.state == NotificationState.QUEUED:
            copy.drop(why=DECIDED)
            copy.save(update_fields=["state", "last_error"])
        elif copy.state != NotificationState.FAILED:
            _owe_words(copy, event, outcome(copy.language), not_before)


def reopen_cards(subject: str, *, at: datetime) -> None:
    """A decision was taken back: what it would have said is not said, and copies that it kept from
    leaving leave."""
    require_transaction()
    rows = Notification.objects.filter(subject=subject).select_for_update().order_by("pk")
    for row in rows:
        if row.kind == Kind.CARD_CLOSED and row.state == NotificationState.QUEUED:
            row.drop(why="The decision was taken back.")
        elif row.state == NotificationState.DROPPED and row.last_error == DECIDED:
            row.send_again(at=at)
        else:
            continue
        row.save(update_fields=["state", "last_error", "attempts", "next_attempt_at"])


def _owe_words(
    copy: Notification, event: EventLog, words: str, not_before: datetime | None
) -> None:
    letter = Letter(
        kind=Kind.CARD_CLOSED,
        dedupe=f"{event.pk}:closed:{copy.pk}",
        payload={"outcome": words},
        booking_id=copy.booking_id,
        agency_id=copy.agency_id,
        subject=copy.subject,
        edits_id=copy.pk,
        not_before=not_before,
    )
    put(letter, [Address(copy.recipient_id, copy.chat_id, copy.language)], at=event.timestamp)
