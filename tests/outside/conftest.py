"""The outside, played over real HTTP on loopback; time runs here as it does outside."""

import json
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from django.test import override_settings

from core.clock import now
from core.models import EventDelivery
from notifications.models import Notification

TOKEN = "4242424242:AAtests-own-bot-token-aaaaaaaaaaaaaaaa"


@pytest.fixture(autouse=True)
def clock():
    """Real time: an event loop waits by it."""


def due_now() -> None:
    """The cast lives at NOW; the outside lives today: what is owed is owed now."""
    EventDelivery.objects.update(next_attempt_at=now())
    Notification.objects.update(next_attempt_at=now())


class BotApi:
    """A Bot API server: keeps what was sent, answers as it is told to."""

    def __init__(self):
        self.sent: list[dict] = []
        self.calls: list[tuple[str, dict]] = []
        self.updates: list[dict] = []
        self.after_sending = lambda: None
        self.answers: dict[int, list[tuple[int, dict]]] = {}
        self.stuck = threading.Event()
        self.let_go = threading.Event()
        self.holds: set[int] = set()
        # What a method that is no message answers instead: a result, or a ``refusal``.
        self.results: dict[str, object] = {}
        # Seconds until each answer, as on a line that is long.
        self.delay = 0.0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, chat_id: int, *answers: tuple[int, dict]) -> None:
        """What the next messages to the chat get; then they arrive."""
        self.answers[chat_id] = list(answers)

    def texts(self, chat_id: int) -> list[str]:
        return [message["text"] for message in self.sent if message["chat_id"] == chat_id]

    def close(self) -> None:
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()

    def receive(self, path: str, fields: dict) -> tuple[int, dict]:
        token, _, method = path.removeprefix("/bot").partition("/")
        assert token == TOKEN, path
        self.calls.append((method, fields))
        if method.startswith(("send", "edit")):
            return self.deliver(fields)
        result = self.results.get(method) or self.result_of(method)
        return result if isinstance(result, tuple) else (200, {"ok": True, "result": result})

    def result_of(self, method: str) -> object:
        """What the Bot API answers to what is no message."""
        if method == "getMe":
            return {"id": 4242424242, "is_bot": True, "first_name": "Circle", "username": "circle"}
        if method == "getUpdates":
            fetched, self.updates = self.updates, []
            time.sleep(0 if fetched else 0.05)  # so long it waits for something new
            return fetched
        return True

    def deliver(self, fields: dict) -> tuple[int, dict]:
        chat_id = int(fields["chat_id"])
        text = fields["text"] if "text" in fields else fields["caption"]
        file = {name: fields[name] for name in ("document", "name") if name in fields}
        known = {"chat_id": chat_id, "text": text, "mode": fields["parse_mode"], "at": now()}
        self.sent.append(known | file)
        time.sleep(self.delay)
        if chat_id in self.holds:
            self.stuck.set()
            self.let_go.wait(30)
        waiting = self.answers.get(chat_id)
        if waiting:
            return waiting.pop(0)
        message = {
            "message_id": len(self.sent),
            "date": int(time.time()),
            "chat": {"id": chat_id, "type": "private"},
            "text": text,
        }
        return 200, {"ok": True, "result": message}

    def _handler(self):
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = _body(self)
                status, answer = api.receive(self.path, _fields(self.headers, body))
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                with suppress(BrokenPipeError):  # the sender was killed meanwhile
                    self.wfile.write(data)
                if "/send" in self.path:
                    api.after_sending()

            def log_message(self, *args):
                """Quiet."""

        return Handler


def _body(request: BaseHTTPRequestHandler) -> bytes:
    """What was posted; a file comes in chunks."""
    if "Content-Length" in request.headers:
        return request.rfile.read(int(request.headers["Content-Length"]))
    body = b""
    while size := int(request.rfile.readline(), 16):
        body += request.rfile.read(size)
        request.rfile.readline()
    request.rfile.readline()
    return body


def _fields(headers, body: bytes) -> dict:
    if "json" in headers["Content-Type"]:
        return json.loads(body)
    if "urlencoded" in headers["Content-Type"]:
        return {key: values[0] for key, values in parse_qs(body.decode()).items()}
    boundary = headers["Content-Type"].partition("boundary=")[2].encode()
    fields = {}
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, value = part.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
        name = head.partition(b'name="')[2].partition(b'"')[0].decode()
        file = head.partition(b'filename="')[2].partition(b'"')[0].decode()
        # A file goes as another part, which Telegram's "document" names.
        fields |= {"document": value, "name": file} if file else {name: value.decode()}
    return fields


def refusal(code: int, description: str, **parameters) -> tuple[int, dict]:
    """An error as the Bot API answers it."""
    answer = {"ok": False, "error_code": code, "description": description}
    return code, answer | ({"parameters": parameters} if parameters else {})


@pytest.fixture
def bot_api():
    api = BotApi()
    with override_settings(TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_URL=api.url):
        yield api
    api.close()
