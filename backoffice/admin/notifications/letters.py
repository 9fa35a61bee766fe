"""A message as its reader gets it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from backoffice.admin.display import COLOURS, page_url
from core.clock import now
from notifications.models import Notification
from notifications.reasons import in_words
from notifications.templates import render, render_message


@dataclass(frozen=True, slots=True)
class Message:
    """One row of the outbox, ready to be shown."""

    row: Notification
    to: str
    colour: str
    url: str
    text: SafeString
    # Why it was not sent, in the reader's language where it is ours.
    why: str
    # What was written under it later.
    changes: tuple["Change", ...] = ()

    @property
    def is_waiting(self) -> bool:
        return self.row.is_waiting

    @property
    def is_late(self) -> bool:
        """Its time is over, and it waits still: the bot or the worker is not at work."""
        return self.is_waiting and self.row.next_attempt_at < now()


@dataclass(frozen=True, slots=True)
class Change:
    """A message of the outbox that changes another."""

    row: Notification
    words: SafeString


def read_message(row: Notification, changes: Iterable[Notification] = ()) -> Message:
    """``row.recipient`` should be loaded with it."""
    return Message(
        row=row,
        to=str(row.recipient or _("chat %(id)s") % {"id": row.chat_id}),
        colour=COLOURS["message"].get(row.state, "plain"),
        url=page_url("notifications.notification", row.pk),
        text=preview(row),
        why=in_words(row.last_error),
        changes=tuple(Change(each, _rendered(each, render_words)) for each in changes),
    )


def preview(row: Notification) -> SafeString:
    """The text, rendered as it is sent; values are escaped by the template's own ``render``."""
    return _rendered(row, render_message)


def render_words(row: Notification) -> str:
    """Of a message that changes another its own words only."""
    return render(row.kind, row.payload, row.language)


def _rendered(row: Notification, how: Callable[[Notification], str]) -> SafeString:
    try:
        text = how(row)
    except (KeyError, ValueError, IndexError):
        return mark_safe(linebreaks(_("This message cannot be shown: a value is missing.")))
    return mark_safe(linebreaks(text))
