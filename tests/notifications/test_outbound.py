"""The outbox's way to Telegram: a real bot client against a Telegram of our own on loopback."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from notifications import outbound
from notifications.models import Notification
from notifications.outbound import BACKOFF, BATCH, CLAIM, GIVE_UP_AFTER, send_due
from notifications.services.outbox import Address, Letter, put
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

OK = (
    200,
    {"ok": True, "result": {"message_id": 77, "date": 0, "chat": {"id": 1, "type": "private"}}},
)


def no(status, description, **parameters):
    answer = {"ok": False, "error_code": status, "description": description}
    return status, answer | ({"parameters": parameters} if parameters else {})


class Telegram(ThreadingHTTPServer):
    """Answers by the chat: what ``answers`` says, else OK; remembers what came."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        self.answers, self.sent = {}, []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {key: values[0] for key, values in parse_qs(body).items()}
        chat_id = int(form["chat_id"])
        self.server.sent.append((chat_id, form["text"]))
        status, answer = self.server.answers.get(chat_id, OK)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *args):
        pass


@pytest.fixture
def telegram(settings):
    server = Telegram()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.TELEGRAM_BOT_TOKEN = "42:a-token-for-tests"
    settings.TELEGRAM_API_URL = server.url
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def message(**fields):
    return factories.notification(**fields)


def test_without_a_bot_the_outbox_keeps_its_rows():
    row = message()

    assert send_due(at=NOW) == 0
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("queued", 0)


def test_a_message_is_sent_and_what_became_of_it_is_kept(telegram):
    row = message(chat_id=5, payload={"text": "Salom & <b>!"})

    assert send_due(at=NOW) == 1

    row.refresh_from_db()
    assert telegram.sent == [(5, "Salom &amp; &lt;b&gt;!")]
    assert (row.state, row.sent_at, row.message_id, row.attempts) == ("sent", NOW, 77, 1)


def test_what_is_sent_is_not_sent_again(telegram):
    message()
    send_due(at=NOW)

    assert send_due(at=NOW + timedelta(days=1)) == 0
    assert len(telegram.sent) == 1


def test_what_is_not_due_waits(telegram):
    message(next_attempt_at=NOW + timedelta(seconds=1))

    assert send_due(at=NOW) == 0
    assert send_due(at=NOW + timedelta(seconds=1)) == 1


def test_more_than_a_batch_goes_out_in_one_go(telegram, monkeypatch):
    monkeypatch.setattr("notifications.channels.telegram.PAUSE_SECONDS", 0)
    for _ in range(BATCH + 2):
        message()

    assert send_due(at=NOW) == BATCH + 2
    assert Notification.objects.filter(state="sent").count() == BATCH + 2


def test_a_person_who_blocked_the_bot_is_written_to_no_more(telegram):
    row = message()
    telegram.answers[row.chat_id] = no(403, "Forbidden: bot was blocked by the user")

    send_due(at=NOW)

    row.refresh_from_db()
    assert row.state == "failed"
    assert "blocked" in row.last_error
    assert row.recipient.is_reachable is False


def test_a_message_telegram_will_never_take_is_given_up_without_blaming_the_person(telegram):
    row = message()
    telegram.answers[row.chat_id] = no(400, "Bad Request: chat not found")

    send_due(at=NOW)

    row.refresh_from_db()
    assert (row.state, row.recipient.is_reachable) == ("failed", True)


def test_a_failing_telegram_is_tried_again_later_and_later(telegram):
    row = message()
    telegram.answers[row.chat_id] = no(500, "Internal Server Error")
    waits = []

    at = NOW
    for _ in range(4):
        send_due(at=at)
        row.refresh_from_db()
        assert row.state == "queued"
        waits.append((row.next_attempt_at - NOW).seconds)
        at = row.next_attempt_at

    # The clock stands still, so each wait counts from NOW.
    assert waits == list(BACKOFF[:4])
    assert row.attempts == 4
    assert row.last_error


def test_it_is_given_up_after_twelve_attempts(telegram):
    row = message(attempts=GIVE_UP_AFTER - 1)
    telegram.answers[row.chat_id] = no(502, "Bad Gateway")

    send_due(at=NOW)

    row.refresh_from_db()
    assert (row.state, row.attempts) == ("failed", GIVE_UP_AFTER)


def test_when_telegram_asks_for_quiet_the_rest_stays_claimed_and_comes_due_again(telegram):
    first, second = message(), message()
    telegram.answers[first.chat_id] = no(429, "Too Many Requests", retry_after=30)

    assert send_due(at=NOW) == 1

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.next_attempt_at) == ("queued", NOW + timedelta(seconds=30))
    assert (second.state, second.next_attempt_at) == ("sending", NOW + CLAIM)
    assert len(telegram.sent) == 1
    telegram.answers.clear()
    assert send_due(at=NOW + CLAIM) == 2


def test_one_bad_chat_does_not_hold_up_the_others(telegram):
    rows = [message() for _ in range(3)]
    telegram.answers[rows[1].chat_id] = no(403, "Forbidden: bot was blocked by the user")

    assert send_due(at=NOW) == 3
    assert Notification.objects.filter(state="sent").count() == 2


def test_one_message_that_cannot_be_rendered_does_not_hold_up_the_others(telegram):
    poison = message(payload={})
    good = message()

    send_due(at=NOW)

    poison.refresh_from_db()
    good.refresh_from_db()
    assert (good.state, poison.state) == ("sent", "failed")
    assert "text" in poison.last_error


def test_killed_between_claim_and_record_a_message_comes_due_again(telegram, monkeypatch):
    row = message()

    def killed(envelopes):
        raise KeyboardInterrupt

    monkeypatch.setattr(outbound, "_carry", killed)
    with pytest.raises(KeyboardInterrupt):
        send_due(at=NOW)
    monkeypatch.undo()
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("sending", 1)

    assert send_due(at=NOW + CLAIM - timedelta(seconds=1)) == 0
    assert send_due(at=NOW + CLAIM) == 1
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("sent", 2)


def test_with_telegram_out_of_reach_everything_waits(settings):
    settings.TELEGRAM_BOT_TOKEN = "42:a-token-for-tests"
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"
    row = message()

    send_due(at=NOW)

    row.refresh_from_db()
    assert (row.state, row.next_attempt_at) == ("queued", NOW + timedelta(seconds=BACKOFF[0]))


# --- putting into the outbox


def test_a_letter_is_owed_once_to_each_address():
    person = factories.user()
    letter = Letter(kind="announcement", dedupe="news:1", payload={"text": "Salom!"})
    addresses = [Address(person.pk, person.telegram_id, "uz"), Address(None, -42, "ru")]

    assert put(letter, addresses, at=NOW) == 2
    put(letter, addresses, at=NOW)

    keys = set(Notification.objects.values_list("dedupe_key", flat=True))
    assert keys == {f"news:1:u{person.pk}", "news:1:c-42"}


def test_each_sees_what_was_told_to_him_and_the_agency_its_own(cast):
    mine = message(recipient=cast.traveller)
    silks = message(chat_id=-1, agency=cast.silk)

    assert set(Notification.objects.for_user(cast.traveller)) == {mine}
    assert set(Notification.objects.for_user(cast.silk_owner)) == {silks}
    assert not Notification.objects.for_user(cast.nomad_owner).exists()
    assert set(Notification.objects.for_user(cast.support)) == {mine, silks}
