"""A scheduled export reaches who asked for it, by bot or mail, once, while he may have it."""

import socketserver
import threading
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from core.actor import job as the_clock
from core.carry_jobs import run_due_jobs
from core.clock import now
from core.models import EventDelivery, Job
from core.services.jobs import start_job
from core.services.schedules import Wish, add_schedule, run_due_schedules
from notifications import exports
from notifications.handlers import handle
from notifications.models import Notification
from notifications.outbound import send_due
from notifications.services.deliver import deliver_events
from tests.factories import NOW
from tests.outside.conftest import TOKEN, BotApi, refusal

pytestmark = pytest.mark.django_db

TOMORROW = NOW + timedelta(days=1)
PARAMS = {"report": "commission", "group": "agency", "period": "yesterday", "language": "en"}


@pytest.fixture
def bot_api(settings):
    api = BotApi()
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_API_URL = TOKEN, api.url
    yield api
    api.close()


@pytest.fixture(autouse=True)
def _no_mail(settings):
    settings.SENDS_EMAIL = False


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks enough SMTP to take letters; refuses recipients as it is told to."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.letters, self.refuses = [], None


class Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 here")
        while command := self.rfile.readline().decode().strip():
            match command.split(":")[0].upper().split()[0]:
                case "RCPT" if self.server.refuses:
                    self.say(self.server.refuses)
                case "DATA":
                    self.say("354 go on")
                    lines = iter(self.rfile.readline, b".\r\n")
                    letter = b"".join(line.removeprefix(b".") for line in lines)
                    self.server.letters.append(message_from_bytes(letter, policy=policy.default))
                    self.say("250 taken")
                case "QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 fine")


@pytest.fixture
def mail(settings):
    server = MailServer()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    settings.SENDS_EMAIL = True
    backend = "django.core.mail.backends.smtp.EmailBackend"
    options = {"host": "127.0.0.1", "port": server.server_address[1]}
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def scheduled(cast, clock):
    """The accountant's daily commission has run: told, not sent."""

    def run(channel="telegram", email="", file_format="csv", person=None, **params):
        cast.paid()
        wish = Wish(
            kind="report",
            title="Commission & co",
            every="day",
            channel=channel,
            email=email,
            params=PARAMS | {"format": file_format} | params,
        )
        add_schedule(wish=wish, by=(person or cast.accountant).actor("admin"), at=NOW)
        clock.move_to(TOMORROW)
        assert run_due_schedules(by=the_clock(), at=TOMORROW) == 1
        run_due_jobs()
        tell()
        return Job.objects.latest("id")

    return run


def tell():
    deliver_events(at=TOMORROW, handle=handle)


def owed():
    return Notification.objects.filter(kind__startswith="export")


def test_the_file_comes_by_the_bot_once(bot_api, scheduled, cast):
    job = scheduled()
    tell()
    [row] = owed()
    assert row.recipient == cast.accountant

    send_due(at=TOMORROW)
    send_due(at=TOMORROW + timedelta(days=1))

    documents = [sent for sent in bot_api.sent if sent["chat_id"] == cast.accountant.telegram_id]
    [document] = documents
    assert document["name"] == "commission-20270301-20270301.csv"
    assert b"Silk Road Travel" in document["document"]
    assert "<b>Commission &amp; co</b>" in document["text"]
    assert "/admin/core/job/" in document["text"]
    row.refresh_from_db()
    assert (row.state, job.status) == ("sent", "done")


def test_the_file_comes_by_mail_without_a_bot(mail, scheduled, cast):
    scheduled(channel="email", email="aziza@example.com", file_format="xlsx")

    assert send_due(at=TOMORROW) == 1

    [letter] = mail.letters
    assert (letter["To"], letter["Subject"]) == ("aziza@example.com", "Commission & co")
    assert letter.get_body().get_content().startswith("Commission & co\r\nRows: 1.")
    [file] = letter.iter_attachments()
    assert file.get_filename() == "commission-20270301-20270301.xlsx"
    assert file.get_content().startswith(b"PK")
    assert owed().get().state == "sent"
    assert set(bots().values_list("state", flat=True)) == {"queued"}, "they wait for a bot"


def bots():
    """What goes by the bot, and has not been overtaken by what came after it."""
    return Notification.objects.exclude(kind__startswith="export").exclude(state="dropped")


@pytest.mark.usefixtures("waiting_moves_the_clock")
def test_without_a_mail_server_letters_wait_and_the_bots_messages_go(bot_api, scheduled):
    scheduled(channel="email", email="aziza@example.com")

    send_due(at=TOMORROW, until=TOMORROW + timedelta(minutes=1))

    assert owed().get().state == "queued"
    assert set(bots().values_list("state", flat=True)) == {"sent"}


@pytest.mark.parametrize(
    ("answer", "state"), [("550 nobody of that name", "failed"), ("451 come later", "queued")]
)
def test_a_recipient_that_is_refused(mail, scheduled, answer, state):
    mail.refuses = answer
    scheduled(channel="email", email="nobody@example.com")

    send_due(at=TOMORROW)

    row = owed().get()
    assert row.state == state
    assert answer[4:10] in row.last_error


def test_a_mail_server_that_is_away_is_tried_again(mail, scheduled):
    scheduled(channel="email", email="aziza@example.com")
    mail.shutdown()
    mail.server_close()

    send_due(at=TOMORROW)

    assert owed().get().state == "queued"


def test_telegrams_fault_is_tried_again(bot_api, scheduled, cast):
    scheduled()
    bot_api.answer(cast.accountant.telegram_id, refusal(502, "Bad Gateway"))

    send_due(at=TOMORROW)
    assert owed().get().state == "queued"
    send_due(at=TOMORROW + timedelta(minutes=1))

    assert owed().get().state == "sent"


def test_of_a_file_that_is_too_large_the_address_comes(bot_api, scheduled, cast, monkeypatch):
    monkeypatch.setitem(exports.MOST_BYTES, "telegram", 10)
    scheduled()

    send_due(at=TOMORROW)

    [message] = [sent for sent in bot_api.sent if "Commission" in sent["text"]]
    assert "document" not in message
    assert "/admin/core/job/" in message["text"]


def test_who_lost_his_role_meanwhile_gets_nothing(bot_api, scheduled, cast):
    scheduled()
    type(cast.accountant).objects.filter(pk=cast.accountant.pk).update(platform_role="support")

    send_due(at=TOMORROW)

    assert owed().get().state == "failed"
    assert not [sent for sent in bot_api.sent if "Commission" in sent["text"]]


def test_an_export_that_failed_is_told_of(bot_api, scheduled):
    scheduled(report="no-such-report")

    send_due(at=TOMORROW)

    [message] = [sent for sent in bot_api.sent if "Commission" in sent["text"]]
    assert "could not be made" in message["text"]


def test_what_somebody_waits_for_himself_is_not_sent(cast):
    by = cast.accountant.actor("admin")
    start_job(kind="report", title="Mine", params=PARAMS | {"format": "csv"}, by=by, at=now())
    run_due_jobs()

    tell()

    assert not EventDelivery.objects.exists()
    assert not owed().exists()
