"""What goes into a channel and what comes out of it; no channel's library is needed to say so."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message, rendered; ``key`` is the caller's own."""

    key: int
    chat_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Sent:
    key: int
    message_id: int


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
