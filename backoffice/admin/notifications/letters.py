"""A message as its reader gets it."""

from dataclasses import dataclass

from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from backoffice.admin.display import COLOURS, page_url
from notifications.models import Notification
from notifications.templates import render_message


@dataclass(frozen=True, slots=True)
class Message:
    """One row of the outbox, ready to be shown."""

    row: Notification
    to: str
    colour: str
    url: str
    text: SafeString


def read_message(row: Notification) -> Message:
    """``row.recipient`` should be loaded with it."""
    return Message(
        row=row,
        to=str(row.recipient or _("chat %(id)s") % {"id": row.chat_id}),
        colour=COLOURS["message"].get(row.state, "plain"),
        url=page_url("notifications.notification", row.pk),
        text=preview(row),
    )


def preview(row: Notification) -> SafeString:
    """The text, rendered as it is sent; values are escaped by the template's own ``render``."""
    try:
        text = render_message(row)
    except (KeyError, ValueError, IndexError):
        return mark_safe(linebreaks(_("This message cannot be shown: a value is missing.")))
    return mark_safe(linebreaks(text))
