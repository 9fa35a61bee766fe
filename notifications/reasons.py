"""Why a message was not sent, in words for who minds it: what Telegram and the line to it say is
English and for programmers. Our own reasons are translated as they are."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# How a pause that Telegram asks for begins among the reasons.
FLOOD = "Telegram asks for a pause:"
# By what is found in the reason, whatever stands around it.
KNOWN: Mapping[str, Any] = {
    FLOOD: _("Telegram asks for a pause: too much was sent at once."),
    "Too Many Requests": _("Telegram asks for a pause: too much was sent at once."),
    "chat not found": _("Telegram knows no such chat: the person has never started the bot."),
    "blocked by the user": _("The person has blocked the bot."),
    "was kicked": _("The bot was put out of the group."),
    "is not a member": _("The bot is not in the group."),
    "user is deactivated": _("The person has deleted the Telegram account."),
    "message to edit not found": _("The message that it would change was deleted."),
    "not enough rights": _("The bot lacks rights in the group."),
    "no rights to send": _("The bot may not write in the group."),
    "Bad Gateway": _("Telegram has a fault of its own."),
    "Internal Server Error": _("Telegram has a fault of its own."),
    "Service Unavailable": _("Telegram has a fault of its own."),
    "timeout": _("Telegram did not answer in time."),
    "timed out": _("Telegram did not answer in time."),
    "Cannot connect to host": _("Telegram cannot be reached."),
}


def known_in(reason: str) -> str:
    """By what it is known; "" for one that is not."""
    return next((each for each in KNOWN if each.lower() in reason.lower()), "")


def in_words(reason: str) -> str:
    known = known_in(reason)
    if known:
        return str(KNOWN[known])
    return gettext(reason) if reason else ""
