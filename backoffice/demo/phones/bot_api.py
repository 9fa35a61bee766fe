"""The Bot API as far as Circle's bot uses it: chats and their messages live in memory.

What people do – write, press, ask to be let into a group, put the bot out – comes back to the bot
as updates. https://core.telegram.org/bots/api names the methods and their fields.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count
from typing import Any

from partners.providers.login_data import sign_login_data

Json = dict[str, Any]
BOT_ID = 4242424242
# So long getUpdates waits for something new; the bot asks again.
POLL_SECONDS = 5


class Refused(Exception):
    """An error answer of the Bot API."""

    def __init__(self, code: int, description: str):
        super().__init__(description)
        self.code, self.description = code, description


@dataclass(slots=True)
class File:
    name: str
    content: bytes


@dataclass(slots=True)
class Message:
    """``text`` is Telegram's HTML; buttons are rows of the Bot API's InlineKeyboardButton."""

    id: int
    at: float
    text: str
    sender: int = BOT_ID
    buttons: list[list[Json]] = field(default_factory=list)
    file: File | None = None
    is_silent: bool = False
    was_edited: bool = False
    wants_reply: bool = False
    replies_to: int | None = None


@dataclass(slots=True)
class Chat:
    """A private chat has the person's id; a group's is negative."""

    id: int
    title: str = ""
    messages: dict[int, Message] = field(default_factory=dict)
    members: set[int] = field(default_factory=set)
    has_blocked: bool = False
    is_admin: bool = True

    @property
    def is_group(self) -> bool:
        return self.id < 0

    def as_json(self) -> Json:
        if self.is_group:
            return {"id": self.id, "type": "supergroup", "title": self.title}
        return {"id": self.id, "type": "private", "first_name": self.title}


class FakeTelegram:
    """``name_of`` says what a person is called; threads may use it side by side."""

    def __init__(self, name_of: Callable[[int], str] = str, token: str = ""):
        # What sign-ins are signed with.
        self.token = token
        self.chats: dict[int, Chat] = {}
        self.alerts: dict[int, str] = {}
        # Of people who are not known by another name yet.
        self.names: dict[int, str] = {}
        # Whose phones are offered before anything has been written.
        self.people: list[tuple[int, str]] = []
        self._name_of = name_of
        self._numbers = count(1)
        self._updates: list[Json] = []
        self._changed = threading.Condition()
        self._links: dict[str, int] = {}

    # --- what the bot does

    def call(self, method: str, fields: Mapping[str, Any], file: File | None = None) -> Any:
        """The ``result`` of a call. Refuses with Refused; what it does not know answers True."""
        work = getattr(self, f"_{_snake(method)}", None)
        if work is None:
            return True
        with self._changed:
            return work(fields, file) if method == "sendDocument" else work(fields)

    def _get_me(self, _fields: Mapping[str, Any]) -> Json:
        return {"id": BOT_ID, "is_bot": True, "first_name": "Circle", "username": "circle"}

    def _get_updates(self, fields: Mapping[str, Any]) -> list[Json]:
        first = int(fields.get("offset") or 0)
        self._updates = [update for update in self._updates if update["update_id"] >= first]
        if not self._updates:
            self._changed.wait(POLL_SECONDS)
        return list(self._updates)

    def _send_message(self, fields: Mapping[str, Any]) -> Json:
        return self._arrives(fields, str(fields["text"]))

    def _send_document(self, fields: Mapping[str, Any], file: File | None) -> Json:
        return self._arrives(fields, str(fields.get("caption", "")), file)

    def _arrives(self, fields: Mapping[str, Any], text: str, file: File | None = None) -> Json:
        chat = self._open(int(fields["chat_id"]))
        if chat.has_blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        markup = fields.get("reply_markup") or {}
        message = Message(
            next(self._numbers),
            time.time(),
            text,
            buttons=markup.get("inline_keyboard", []),
            file=file,
            is_silent=bool(fields.get("disable_notification")),
            wants_reply=bool(markup.get("force_reply")),
        )
        chat.messages[message.id] = message
        return self._message_json(chat, message)

    def _edit_message_text(self, fields: Mapping[str, Any]) -> Json:
        chat, message = self._find(fields)
        buttons = (fields.get("reply_markup") or {}).get("inline_keyboard", [])
        if (message.text, message.buttons) == (fields["text"], buttons):
            raise Refused(400, "Bad Request: message is not modified")
        message.text, message.buttons, message.was_edited = str(fields["text"]), buttons, True
        return self._message_json(chat, message)

    def _edit_message_reply_markup(self, fields: Mapping[str, Any]) -> Json:
        chat, message = self._find(fields)
        message.buttons = (fields.get("reply_markup") or {}).get("inline_keyboard", [])
        return self._message_json(chat, message)

    def _answer_callback_query(self, fields: Mapping[str, Any]) -> bool:
        person = int(str(fields["callback_query_id"]).partition(":")[2] or 0)
        if fields.get("text"):
            self.alerts[person] = str(fields["text"])
        return True

    def _get_chat_member(self, fields: Mapping[str, Any]) -> Json:
        chat, person = self._open(int(fields["chat_id"])), int(fields["user_id"])
        user = self._user_json(person)
        if person == BOT_ID and chat.is_admin:
            return {"status": "administrator", "user": user, **ADMINISTRATOR}
        there = person == BOT_ID or person in chat.members
        return {"status": "member" if there else "left", "user": user}

    def _create_chat_invite_link(self, fields: Mapping[str, Any]) -> Json:
        link = f"https://t.me/+{next(self._numbers):08d}"
        self._links[link] = int(fields["chat_id"])
        return {
            "invite_link": link,
            "creator": self._user_json(BOT_ID),
            "creates_join_request": True,
            "is_primary": False,
            "is_revoked": False,
            "name": fields.get("name", ""),
        }

    def _approve_chat_join_request(self, fields: Mapping[str, Any]) -> bool:
        self._open(int(fields["chat_id"])).members.add(int(fields["user_id"]))
        return True

    def _ban_chat_member(self, fields: Mapping[str, Any]) -> bool:
        self._open(int(fields["chat_id"])).members.discard(int(fields["user_id"]))
        return True

    # --- what people do

    def writes(
        self, person: int, text: str, *, chat_id: int | None = None, replies_to: int | None = None
    ) -> None:
        """A person's message, in his own chat with the bot or in a group."""
        with self._changed:
            chat = self._open(chat_id or person)
            said = Message(
                next(self._numbers), time.time(), text, sender=person, replies_to=replies_to
            )
            chat.messages[said.id] = said
            chat.has_blocked = False
            self._happens("message", self._message_json(chat, said))

    def presses(self, person: int, chat_id: int, message_id: int, data: str) -> None:
        with self._changed:
            chat = self._open(chat_id)
            self.alerts.pop(person, None)
            query = {
                "id": f"{next(self._numbers)}:{person}",
                "from": self._user_json(person),
                "chat_instance": str(chat_id),
                "data": data,
                "message": self._message_json(chat, chat.messages[message_id]),
            }
            self._happens("callback_query", query)

    def asks_in(self, person: int, link: str) -> None:
        """A person follows a link into a group; the bot is asked."""
        with self._changed:
            group = self._open(self._links[link])
            request = {
                "chat": group.as_json(),
                "from": self._user_json(person),
                "user_chat_id": person,
                "date": int(time.time()),
            }
            self._happens("chat_join_request", request)

    def adds_bot(self, person: int, title: str) -> int:
        """A person makes a group and the bot its administrator; answers the group's id."""
        with self._changed:
            group = self._open(-1_002_000_000_000 - next(self._numbers))
            group.title = title
            group.members.add(person)
            self._is_now(group, person, "left", "administrator")
            return group.id

    def signs_in(self, person: int, at: int) -> dict[str, str]:
        """What Telegram adds to the address behind a sign-in button that the person presses."""
        told = {"id": str(person), "first_name": self._called(person), "auth_date": str(at)}
        return sign_login_data(told, self.token)

    def blocks(self, person: int) -> None:
        with self._changed:
            chat = self._open(person)
            chat.has_blocked = True
            self._is_now(chat, person, "member", "kicked")

    # --- how it is written

    def _is_now(self, chat: Chat, person: int, before: str, after: str) -> None:
        bot = self._user_json(BOT_ID)
        told = {
            "chat": chat.as_json(),
            "from": self._user_json(person),
            "date": int(time.time()),
            "old_chat_member": _membership(before, bot),
            "new_chat_member": _membership(after, bot),
        }
        self._happens("my_chat_member", told)

    def _happens(self, kind: str, what: Json) -> None:
        self._updates.append({"update_id": next(self._numbers), kind: what})
        self._changed.notify_all()

    def _open(self, chat_id: int) -> Chat:
        if chat_id not in self.chats:
            self.chats[chat_id] = Chat(chat_id, self._called(chat_id))
        return self.chats[chat_id]

    def _called(self, chat_id: int) -> str:
        return self.names.get(chat_id) or self._name_of(chat_id)

    def _find(self, fields: Mapping[str, Any]) -> tuple[Chat, Message]:
        chat = self._open(int(fields["chat_id"]))
        message = chat.messages.get(int(fields["message_id"]))
        if message is None:
            raise Refused(400, "Bad Request: message to edit not found")
        return chat, message

    def _user_json(self, person: int) -> Json:
        if person == BOT_ID:
            return self._get_me({})
        return {"id": person, "is_bot": False, "first_name": self._called(person)}

    def _message_json(self, chat: Chat, message: Message) -> Json:
        told: Json = {
            "message_id": message.id,
            "date": int(message.at),
            "chat": chat.as_json(),
            "from": self._user_json(message.sender),
        }
        if message.sender == BOT_ID:
            told |= read_html(message.text)
        else:
            told |= {"text": message.text, "entities": _commands(message.text)}
        if message.replies_to in chat.messages:
            told["reply_to_message"] = self._message_json(chat, chat.messages[message.replies_to])
        return told


ADMINISTRATOR: Json = dict.fromkeys(
    (
        "can_be_edited",
        "is_anonymous",
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_promote_members",
        "can_change_info",
        "can_invite_users",
        "can_send_welcome_messages",
        "can_post_stories",
        "can_edit_stories",
        "can_delete_stories",
    ),
    True,
)


def _membership(status: str, bot: Json) -> Json:
    known: dict[str, Json] = {"administrator": ADMINISTRATOR, "kicked": {"until_date": 0}}
    return {"status": status, "user": bot, **known.get(status, {})}


def _commands(text: str) -> list[Json]:
    if not text.startswith("/"):
        return []
    return [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]


class _Reader(HTMLParser):
    """Telegram's HTML as text and entities, whose offsets count UTF-16 units."""

    TYPES: Mapping[str, str] = {"b": "bold", "i": "italic", "code": "code", "a": "text_link"}

    def __init__(self) -> None:
        super().__init__()
        self.text, self.entities = "", list[Json]()
        self._open: list[Json] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        entity: Json = {"type": self.TYPES.get(tag, "bold"), "offset": self._length()}
        if tag == "a":
            entity["url"] = dict(attrs).get("href")
        self._open.append(entity)

    def handle_endtag(self, tag: str) -> None:
        entity = self._open.pop()
        self.entities.append(entity | {"length": self._length() - entity["offset"]})

    def handle_data(self, data: str) -> None:
        self.text += data

    def _length(self) -> int:
        return len(self.text.encode("utf-16-le")) // 2


def read_html(text: str) -> Json:
    """``text`` and ``entities`` of a message, as Telegram hands them on."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return {"text": reader.text, "entities": reader.entities}


def _snake(method: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in method)
