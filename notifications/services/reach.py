"""Who can be written to: people who block the bot, groups that move or put it out."""

from datetime import datetime

from core.acts import require_transaction
from notifications.models import Notification
from notifications.states import NotificationState
from partners.models import TravelAgency, User

BLOCKED = "The person has blocked the bot."


def lose(row: Notification, *, error: str, at: datetime) -> None:
    """The reader of ``row`` has put the bot out: he is written to no more until he comes back, and
    what still waits for him is dropped."""
    require_transaction()
    if row.recipient_id is None:
        return
    User.objects.filter(pk=row.recipient_id).update(is_reachable=False)
    waiting = Notification.objects.filter(
        recipient_id=row.recipient_id, state=NotificationState.QUEUED, email=""
    )
    for each in waiting.exclude(pk=row.pk).select_for_update().order_by("pk"):
        each.drop(why=BLOCKED)
        each.save(update_fields=["state", "last_error"])


def group_moved(*, old_id: int, new_id: int) -> None:
    """Telegram has made a supergroup of a group, under another id: all that knew the old one knows
    the new."""
    require_transaction()
    waiting = Notification.objects.waiting().filter(chat_id=old_id)
    waiting.update(chat_id=new_id)
    TravelAgency.objects.filter(manager_chat_id=old_id).update(manager_chat_id=new_id)
