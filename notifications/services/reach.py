"""Who can be written to: people who block the bot, groups that get another id."""

from datetime import datetime

from django.utils.translation import gettext_noop

from catalog.services.chats import move_chat
from core.actor import Actor, job
from core.acts import act, require_transaction
from core.clock import now
from core.services.events import record
from notifications.models import Notification
from notifications.models.notification import NotificationQuerySet
from notifications.services.staff_chats import lose_staff_chats, move_staff_chats
from notifications.states import Kind, NotificationState
from partners.models import TravelAgency, User
from partners.services.agency_chat import lose_agency_chat

# Translated where it is read.
BLOCKED = gettext_noop("The person has blocked the bot.")
MESSAGE_GONE = gettext_noop("The group has become another, where this message is not.")


def lose(row: Notification) -> None:
    """The reader of ``row`` has put the bot out: he is written to no more until he comes back, and
    what still waits for him is dropped. Of a group nothing but this message is lost; where
    it was an agency's desk or one of the platform's own, that has none any more."""
    require_transaction()
    if row.chat_id is not None and row.chat_id < 0:
        lose_agency_chat(chat_id=row.chat_id, by=job(), at=now())
        lose_staff_chats(chat_id=row.chat_id, at=now())
        return
    if row.recipient_id is None or row.chat_id is None:
        return
    User.objects.filter(pk=row.recipient_id).update(is_reachable=False)
    _drop_waiting(row.recipient_id, row.chat_id)


@act
def note_block(*, telegram_id: int, is_blocked: bool, by: Actor, at: datetime) -> None:
    """A person has blocked the bot in their private chat, or let it in again: what waits for him is
    dropped, or he is written to from now on. Nothing happens to who is not known."""
    user = User.objects.filter(telegram_id=telegram_id).first()

    if user is None or user.is_reachable != is_blocked:
        return
    user.is_reachable = not is_blocked
    user.save(update_fields=["is_reachable"])
    if is_blocked:
        _drop_waiting(user.pk, telegram_id)
        return

    record("user.reachable_again", user, by=by, at=at)


def _drop_waiting(user_id: int, chat_id: int) -> None:
    _drop(Notification.objects.filter(recipient_id=user_id, chat_id=chat_id), BLOCKED)


def _drop(rows: NotificationQuerySet, why: str) -> None:
    waiting = rows.filter(state=NotificationState.QUEUED)
    # One that somebody is busy with meets the same answer when it leaves.
    for each in waiting.select_for_update(skip_locked=True).order_by("pk"):
        each.drop(why=why)
        each.save(update_fields=["state", "last_error"])


def group_moved(*, old_id: int, new_id: int) -> None:
    """Telegram has made a supergroup of a group, under another id: all that knew the old one knows
    the new. Its messages are counted from the beginning there: what would change an old one is
    dropped."""
    require_transaction()
    _drop(Notification.objects.filter(chat_id=old_id, edits__isnull=False), MESSAGE_GONE)
    waiting = Notification.objects.waiting()
    waiting.filter(chat_id=old_id).update(chat_id=new_id)
    for row in waiting.filter(kind=Kind.CHAT_INVITATION, payload__group=old_id):
        row.payload["group"] = new_id
        row.save(update_fields=["payload"])
    TravelAgency.objects.filter(manager_chat_id=old_id).update(manager_chat_id=new_id)
    move_chat(old_id, new_id)
    move_staff_chats(old_id=old_id, new_id=new_id, at=now())
