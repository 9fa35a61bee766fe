"""What goes into a channel and what comes out of it; no channel's library is needed to say so."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to go along: where it lies on this host's disk, and what it is called."""

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message, rendered as Telegram's HTML; ``key`` is the caller's own. With an ``email`` it
    goes there, under ``subject``."""

    key: int
    chat_id: int
    text: str
    email: str = ""
    subject: str = ""
    file: Attachment | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    key: int
    message_id: int | None


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: try again after ``seconds`` (None: as you see fit)."""

    key: int
    error: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Never:
    """It will not arrive; ``blocked`` when the person has blocked the bot."""

    key: int
    error: str
    blocked: bool = False


Outcome = Sent | Later | Never
