"""``/bot<token>/<method>`` for the bot, and pages on which everybody's phone can be used."""

import json
import re
import time
from collections.abc import Mapping
from email.parser import BytesParser
from email.policy import HTTP
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from backoffice.demo.phones.bot_api import BOT_ID, Chat, FakeTelegram, File, Message, Refused

HOST = "127.0.0.1"
LARGEST_BODY = 60_000_000
SHOWN = 60
Fields = dict[str, Any]
# Who may write in a group, and what they are called; nobody in a private chat.
Writers = Mapping[int, str]


def server_of(telegram: FakeTelegram, token: str, port: int = 0) -> ThreadingHTTPServer:
    handler = type("BoundDoor", (Door,), {"telegram": telegram, "token": token})
    server = ThreadingHTTPServer((HOST, port), handler)
    server.daemon_threads = True
    return server


class Door(BaseHTTPRequestHandler):
    telegram: FakeTelegram
    token: str
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        path = unquote(self.path.partition("?")[0]).strip("/")
        if found := re.fullmatch(r"chat/(-?\d+)/file/(\d+)", path):
            return self._file(int(found[1]), int(found[2]))
        if found := re.fullmatch(r"chat/(\d+)/sign-in/(\d+)", path):
            return self._sign_in(int(found[1]), int(found[2]))
        chat_id = int(path.removeprefix("chat/")) if re.fullmatch(r"chat/-?\d+", path) else None
        page = chats_page(self.telegram) if chat_id is None else chat_page(self.telegram, chat_id)
        return self._send(200, page.encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size) if size else self._chunks()
        if len(body) > LARGEST_BODY:
            return self._json(413, {"ok": False, "error_code": 413, "description": "too large"})
        fields, file = read_form(self.headers.get("Content-Type", ""), body)
        method = self.path.removeprefix(f"/bot{self.token}/")
        if method != self.path:
            return self._call(method, fields, file)
        if self.path.startswith("/bot"):
            return self._json(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        return self._act(fields)

    def _call(self, method: str, fields: Fields, file: File | None) -> None:
        try:
            answer = {"ok": True, "result": self.telegram.call(method, fields, file)}
        except Refused as refusal:
            told = {"error_code": refusal.code, "description": refusal.description}
            return self._json(refusal.code, {"ok": False, **told})
        return self._json(200, answer)

    def _act(self, fields: Fields) -> None:
        """What somebody did on his phone; then its page again."""
        chat_id, person = int(fields["chat"]), int(fields["as"])
        match fields:
            case {"press": data, "message": message}:
                self.telegram.presses(person, chat_id, int(message), data)
            case {"link": link}:
                self.telegram.asks_in(person, link)
            case {"block": _}:
                self.telegram.blocks(person)
            case {"group": title} if title.strip():
                chat_id = self.telegram.adds_bot(person, title)
            case {"text": text, **rest} if text.strip():
                reply = int(rest["reply"]) if rest.get("reply") else None
                self.telegram.writes(person, text, chat_id=chat_id, replies_to=reply)
        self._go(f"/chat/{chat_id}?as={person}")

    def _file(self, chat_id: int, number: int) -> None:
        file = self.telegram.chats[chat_id].messages[number].file
        if file is None:
            return self._send(404, b"", "text/plain")
        return self._send(200, file.content, "application/pdf")

    def _sign_in(self, person: int, number: int) -> None:
        """On to the address behind the message's sign-in button, signed as of now."""
        rows = self.telegram.chats[person].messages[number].buttons
        address = next(b["login_url"]["url"] for row in rows for b in row if "login_url" in b)
        signed = self.telegram.signs_in(person, int(time.time()))
        self._go(f"{address}?{urlencode(signed)}")

    def _go(self, address: str) -> None:
        self.send_response(303)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _chunks(self) -> bytes:
        body = b""
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        return body

    def _json(self, status: int, answer: Mapping[str, Any]) -> None:
        self._send(status, json.dumps(answer).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the demo's terminal is not its log."""


def read_form(kind: str, body: bytes) -> tuple[Fields, File | None]:
    """The fields of a call, what is JSON read as such, and the file that came along."""
    if "multipart" not in kind:
        fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        return _read(fields), None
    told = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    texts: dict[str, str] = {}
    file = None
    for part in told.iter_parts():  # type: ignore[attr-defined]
        content: Any = part.get_payload(decode=True)
        name = part.get_filename()
        if name:
            file = File(name, content)
        else:
            field = str(part.get_param("name", header="content-disposition"))
            texts[field] = content.decode()
    return _read(texts), file


def _read(fields: dict[str, str]) -> Fields:
    return {
        name: json.loads(text) if name == "reply_markup" else _boolean(text)
        for name, text in fields.items()
    }


def _boolean(text: str) -> str | bool:
    return {"true": True, "false": False}.get(text, text)


# --- the pages


def chats_page(telegram: FakeTelegram) -> str:
    chats = sorted(telegram.chats.values(), key=_latest, reverse=True)
    rows = "".join(
        f'<a class="chat" href="/chat/{chat.id}"><b>{escape(chat.title)}</b>'
        f"<span>{len(chat.messages)}</span><small>{escape(_last_words(chat))}</small></a>"
        for chat in chats
    )
    people = "".join(
        f'<li><a href="/chat/{number}">{escape(name)}</a></li>' for number, name in telegram.people
    )
    body = f"<h1>Everybody's phone</h1>{rows or NOTHING}<h1>Take one</h1><ul>{people}</ul>"
    return PAGE.format(refresh=5, title="Telegram's stand-in", body=body)


def chat_page(telegram: FakeTelegram, chat_id: int) -> str:
    known = dict(telegram.people)
    chat = telegram.chats.get(chat_id) or Chat(chat_id, known.get(chat_id, str(chat_id)))
    person = chat_id if chat_id > 0 else min(chat.members, default=0)
    writers = (
        {} if chat_id > 0 else {each: known.get(each, str(each)) for each in chat.members or known}
    )
    messages = list(chat.messages.values())[-SHOWN:]
    alert = telegram.alerts.get(person, "")
    body = "".join(
        [
            f'<p><a href="/">All chats</a></p><h1>{escape(chat.title)}</h1>',
            "".join(_bubble(chat, message, writers) for message in messages),
            f'<p class="alert">{escape(alert)}</p>' if alert else "",
            _box(chat, writers, messages[-1] if messages else None),
            "" if chat.is_group else _more(chat),
        ]
    )
    return PAGE.format(refresh=3600, title=escape(chat.title), body=body)


def _latest(chat: Chat) -> int:
    return max(chat.messages, default=0)


def _last_words(chat: Chat) -> str:
    last = chat.messages[_latest(chat)].text if chat.messages else ""
    return re.sub(r"<[^>]+>", "", last)[:80]


def _bubble(chat: Chat, message: Message, writers: Writers) -> str:
    marks = " · ".join(
        word
        for word, holds in (
            ("without a sound", message.is_silent),
            ("changed", message.was_edited),
        )
        if holds
    )
    # The bot's text is Telegram's HTML, which is a part of the web's; a person's is not.
    own = message.sender == BOT_ID
    text = message.text if own else escape(message.text)
    file = (
        f'<p><a href="/chat/{chat.id}/file/{message.id}">📎 {escape(message.file.name)}</a></p>'
        if message.file
        else ""
    )
    rows = "".join(
        f'<div class="row">{"".join(_button(chat, message, each, writers) for each in row)}</div>'
        for row in message.buttons
    )
    side = "bot" if own else "me"
    return f'<div class="bubble {side}">{text}{file}<small>{marks}</small></div>{rows}'


def _button(chat: Chat, message: Message, button: Mapping[str, str], writers: Writers) -> str:
    label = escape(button["text"])
    if "login_url" in button:
        return f'<a class="button" href="/chat/{chat.id}/sign-in/{message.id}">{label}</a>'
    if "url" in button and not button["url"].startswith("https://t.me/+"):
        return f'<a class="button" href="{escape(button["url"])}">{label}</a>'
    does = (
        {"link": button["url"]}
        if "url" in button
        else {"press": button["callback_data"], "message": message.id}
    )
    return _form(chat, writers, does, f"<button>{label}</button>")


def _box(chat: Chat, writers: Writers, last: Message | None) -> str:
    reply = {"reply": last.id} if last and last.wants_reply else {}
    return _form(chat, writers, reply, '<input name="text" autofocus><button>Send</button>')


def _more(chat: Chat) -> str:
    block = _form(chat, {}, {"block": 1}, "<button>Block the bot</button>")
    group = '<input name="group" placeholder="Title"><button>Add the bot to a new group</button>'
    return f"<hr>{_form(chat, {}, {}, group)}{block}"


def _form(chat: Chat, writers: Writers, fields: Mapping[str, Any], inside: str) -> str:
    """What one of the writers does; of a private chat it is its person."""
    known = {"chat": chat.id, **({} if writers else {"as": chat.id}), **fields}
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(str(value))}">'
        for name, value in known.items()
    )
    who = ""
    if writers:
        choices = "".join(
            f'<option value="{number}">{escape(name)}</option>' for number, name in writers.items()
        )
        who = f'<select name="as">{choices}</select>'
    return f'<form method="post" action="/act">{hidden}{who}{inside}</form>'


NOTHING = "<p>Nothing has been sent yet.</p>"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="{refresh}">
<title>{title}</title><style>
body{{font:15px/1.4 system-ui;margin:1rem auto;max-width:34rem;padding:0 1rem;background:#dfe7ec}}
h1{{font-size:1.2rem}} a{{color:#1769aa}} small{{display:block;color:#777}}
.chat{{display:block;background:#fff;padding:.6rem 1rem;border-radius:.6rem;margin:.4rem 0;
text-decoration:none;color:#111}} .chat span{{float:right;color:#1769aa}}
.bubble{{background:#fff;padding:.6rem .8rem;border-radius:.8rem;margin:.6rem 3rem .2rem 0;
white-space:pre-line;overflow-wrap:anywhere}} .me{{background:#d6f3c8;margin:.6rem 0 .2rem 3rem}}
.row{{display:flex;gap:.3rem;margin:.2rem 3rem .2rem 0}} .row form,.row a{{flex:1}}
button,.button{{font:inherit;width:100%;border:0;border-radius:.5rem;padding:.45rem;background:#8fa9ba;
color:#fff;text-align:center;text-decoration:none;cursor:pointer;box-sizing:border-box}}
.alert{{background:#333;color:#fff;padding:.6rem 1rem;border-radius:.6rem}}
body>form{{display:flex;gap:.4rem;margin-top:1rem}} body>form input[name=text]{{flex:1;font:inherit;
padding:.4rem}} body>form button{{width:auto}}
</style><body>{body}</body></html>"""
