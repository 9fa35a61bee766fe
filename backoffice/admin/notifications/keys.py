"""The buttons under a message, drawn."""

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from backoffice.admin.notifications.letters import preview
from notifications.buttons import Button, Rows, keyboard
from notifications.models import Notification
from notifications.states import Kind


def drawn(row: Notification) -> SafeString:
    """A message as it stands in the chat: text and buttons."""
    context = {"text": preview(row), "keys": _keys_of(row)}
    return render_to_string("admin/notifications/letter.html", context)


def _keys_of(row: Notification) -> Rows:
    try:
        if row.kind == Kind.CHAT_INVITATION:
            # Its link is made when it leaves.
            return ((Button(row.payload["button"]),),)
        return keyboard(row.kind, row.payload, row.language)
    except (LookupError, ValueError):
        # Of an older shape; the text above says so.
        return ()
