"""What goes into a channel and what comes out of it; no channel's library is needed to say so."""

from dataclasses import dataclass

from notifications.buttons import Rows


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to go along, and what it is called: it lies under ``path`` on this host's disk, or is
    its ``content``."""

    path: str
    name: str
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A way into a group that asks the bot first; ``name`` is what its admins see of it."""

    group_id: int
    name: str
    button: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message, rendered as Telegram's HTML; ``key`` is the caller's own.

    With an ``email`` it goes there, under ``subject``. With ``edits`` it changes that message of
    the chat; with an ``invitation`` a link of the reader's own is made and goes along; with
    ``removes`` nothing is said: that person is taken out of the chat, and the link he ``loses`` no
    longer works.
    """

    key: int
    chat_id: int
    text: str
    email: str = ""
    subject: str = ""
    file: Attachment | None = None
    buttons: Rows = ()
    is_silent: bool = False
    edits: int | None = None
    invitation: Invitation | None = None
    removes: int | None = None
    loses: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    key: int
    message_id: int | None
    # The one that was made for an invitation.
    link: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: try again after ``seconds`` (None: as you see fit)."""

    key: int
    error: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Never:
    """It will not arrive; ``blocked`` when its reader has put the bot out, ``shut`` is the chat
    that did, which of an invitation may be the group."""

    key: int
    error: str
    blocked: bool = False
    shut: int | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """The message that it would change is no longer there: nothing is lost."""

    key: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Telegram knows the group ``old_id`` under another id from now on; nothing has arrived."""

    key: int
    old_id: int
    new_id: int


Outcome = Sent | Later | Never | Moved | Gone
