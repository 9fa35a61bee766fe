"""Cards: messages with buttons that ask for a decision, often in several copies.

When it is decided – by a button, in the admin, by the clock – every copy that was sent is changed
to say how, and one that has not left is not sent any more.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from core.actor import Actor
from core.acts import act, require_transaction
from core.models import EventLog
from notifications.models import Notification
from notifications.services.outbox import Address, Letter, put
from notifications.states import Kind, NotificationState

# Translated where they are read.
DECIDED = gettext_noop("It was decided before this could be sent.")
OVERTAKEN = gettext_noop("Something newer is said instead.")
# On somebody's screen, or on its way there.
STANDS = (NotificationState.SENT, NotificationState.SENDING)


def close_cards(
    subject: str,
    event: EventLog,
    outcome: Callable[[str], str],
    *,
    not_before: datetime | None = None,
) -> None:
    """Owe each copy its last words: ``outcome(language)``, without markup. A building block."""
    require_transaction()
    _drop_words(subject)
    copies = Notification.objects.cards(subject).select_for_update().order_by("pk")
    for copy in copies.exclude(state=NotificationState.DROPPED):
        if copy.state in (NotificationState.QUEUED, NotificationState.FAILED):
            # Nobody tries again to ask what has been answered.
            copy.drop(why=DECIDED)
            copy.save(update_fields=["state", "last_error"])
        elif copy.state in STANDS:
            payload = {"outcome": outcome(copy.language)}
            _owe_words(copy, event, payload, not_before)


def reopen_cards(subject: str, event: EventLog, words: Callable[[str], str]) -> None:
    """A decision was taken back: what it would have said is not said, copies that it kept from
    leaving leave, and those that stand have their buttons again, under ``words(language)``. A
    building block."""
    require_transaction()
    _drop_words(subject)
    for copy in Notification.objects.cards(subject).select_for_update().order_by("pk"):
        if copy.state == NotificationState.DROPPED and copy.last_error == DECIDED:
            copy.send_again(at=event.timestamp)
            copy.save(update_fields=["state", "attempts", "next_attempt_at"])
        elif copy.state in STANDS:
            payload = copy.payload | {"outcome": words(copy.language), "asks": copy.kind}
            _owe_words(copy, event, payload)


@act
def keep_card(
    *, letter: Letter, chat_id: int, message_id: int, language: str, by: Actor, at: datetime
) -> Notification:
    """Keep a card that the bot itself has shown to ``by``, or in his group: a copy like those that
    the outbox sends, and closed with them."""
    address = Address(by.user_id if chat_id > 0 else None, chat_id, language)
    shown = replace(letter, dedupe=f"{letter.subject}:shown:{message_id}")
    put(shown, [address], at=at)
    copies = Notification.objects.select_for_update()
    copy = copies.get(dedupe_key=f"{shown.dedupe}:{address.key}")

    if copy.state == NotificationState.QUEUED:
        copy.claim(until=at)
        copy.mark_sent(at=at, message_id=message_id)
        copy.save()
    return copy


def _drop_words(subject: str) -> None:
    """Of what is said last only the newest is."""
    waiting = Notification.objects.filter(subject=subject, kind=Kind.CARD_CLOSED)
    queued = waiting.filter(state=NotificationState.QUEUED)
    for row in queued.select_for_update().order_by("pk"):
        row.drop(why=OVERTAKEN)
        row.save(update_fields=["state", "last_error"])


def _owe_words(
    copy: Notification,
    event: EventLog,
    payload: dict[str, Any],
    not_before: datetime | None = None,
) -> None:
    letter = Letter(
        kind=Kind.CARD_CLOSED,
        dedupe=f"{event.pk}:closed:{copy.pk}",
        # Asked again when it leaves: notifications.decisions.
        payload=payload | {"held": True} if not_before else payload,
        booking_id=copy.booking_id,
        agency_id=copy.agency_id,
        subject=copy.subject,
        edits_id=copy.pk,
        not_before=not_before,
    )
    put(letter, [Address(copy.recipient_id, copy.chat_id, copy.language)], at=event.timestamp)
