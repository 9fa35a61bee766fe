"""Sending once more what has failed."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.refusals import Conflict, NotFound
from core.services.events import record
from notifications.models import Notification
from notifications.services.reach import BLOCKED
from notifications.states import NotificationState
from partners.roles import PLATFORM, require


class NotFailed(Conflict):
    code = "message_not_failed"
    message = _("Only a message that has failed can be sent once more.")


class Unreachable(Conflict):
    code = "person_unreachable"
    message = _("{person} has blocked the bot and can be written to after pressing Start again.")


@act
def retry_message(*, message_id: int, by: Actor, at: datetime) -> Notification:
    """Owe a failed message, or one that a blocked bot kept from leaving, anew.

    Refuses with NotAllowed, NotFound, NotFailed and Unreachable.
    """
    require(by, "notifications.notification", "retry")
    rows = Notification.objects.select_for_update(of=("self",)).select_related("recipient")
    row = rows.filter(pk=message_id).first()

    if row is None or not (by.role in PLATFORM or row.agency_id in by.agency_ids):
        raise NotFound
    if not can_be_retried(row):
        raise NotFailed
    if row.recipient and not row.email and not row.recipient.is_reachable:
        raise Unreachable(person=row.recipient)

    row.send_again(at=at)
    row.save(update_fields=["state", "attempts", "next_attempt_at", "last_error"])

    to = str(row.recipient or row.chat_id)
    record("message.retried", row, by=by, at=at, agency_id=row.agency_id, to=to)
    return row


def can_be_retried(row: Notification) -> bool:
    was_blocked = row.state == NotificationState.DROPPED and row.last_error == BLOCKED
    return was_blocked or row.state == NotificationState.FAILED
