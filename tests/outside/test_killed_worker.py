"""A worker killed half-way loses nothing: what is owed is a row that a sweep finds."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from core.clock import now
from core.models import EventDelivery
from notifications.handlers import handle
from notifications.models import Notification
from notifications.outbound import CLAIM, send_due
from notifications.services.deliver import deliver_events
from tests import factories
from tests.outside.conftest import TOKEN, due_now

pytestmark = pytest.mark.django_db(transaction=True)

SEND = """
import django; django.setup()
from core.clock import now
from notifications.outbound import send_due
send_due(at=now())
"""

TELL = """
import os, django; django.setup()
from core.clock import now
from notifications.handlers import handle
from notifications.services.deliver import deliver_events
def handle_and_die(event):
    handle(event)
    print("told", flush=True)
    os.kill(os.getpid(), 9)
deliver_events(at=now(), handle=handle_and_die)
"""


def start(script: str, **environment: str) -> subprocess.Popen:
    """A worker of its own on this test's database."""
    known = connection.get_connection_params()
    url = "postgresql://{user}@/{dbname}?host={host}&port={port}".format_map(known)
    return subprocess.Popen(
        [sys.executable, "-c", script],
        env=os.environ
        | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "backoffice.settings"}
        | environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def owe(count: int, *, chat_id: int) -> list[Notification]:
    """So many messages, each to a chat of its own, in this order."""
    return [
        factories.notification(
            chat_id=chat_id + number, payload={"text": f"Salom {number}"}, next_attempt_at=now()
        )
        for number in range(count)
    ]


def test_killed_while_sending_nothing_is_lost_and_one_message_goes_twice(bot_api):
    before, stuck, *after = owe(6, chat_id=9_000)
    bot_api.holds.add(stuck.chat_id)

    worker = start(SEND, TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_URL=bot_api.url)
    with worker:
        assert bot_api.stuck.wait(30), "the worker never began to send"
        worker.send_signal(signal.SIGKILL)

    states = dict(Notification.objects.values_list("pk", "state"))
    assert states == {before.pk: "sent", stuck.pk: "sending"} | {m.pk: "queued" for m in after}
    bot_api.holds.clear()
    assert send_due(at=now()) == len(after), "what is claimed nobody else sends meanwhile"
    send_due(at=now() + CLAIM + timedelta(seconds=1))
    assert set(Notification.objects.values_list("state", flat=True)) == {"sent"}
    arrived = Counter(sent["chat_id"] for sent in bot_api.sent)
    once = {message.chat_id: 1 for message in (before, *after)}
    assert arrived == once | {stuck.chat_id: 2}, "its answer was lost"


def test_killed_while_telling_the_event_is_told_by_the_next(cast):
    cast.request()
    due_now()
    waiting = EventDelivery.objects.count()

    worker = start(TELL)
    said, _ = worker.communicate(timeout=30)

    assert said.strip() == "told"
    assert worker.returncode == -signal.SIGKILL
    assert EventDelivery.objects.count() == waiting
    assert not Notification.objects.exists()
    deliver_events(at=now(), handle=handle)
    assert EventDelivery.objects.count() == 0
    assert Notification.objects.filter(recipient=cast.traveller).count() == 1
