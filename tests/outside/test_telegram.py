"""Messages really leave: aiogram against a Bot API server that speaks HTTP."""

from datetime import timedelta

import pytest
from django.test import override_settings

from core.clock import now
from notifications.handlers import handle
from notifications.models import Notification
from notifications.outbound import GIVE_UP_AFTER, send_due
from notifications.services.deliver import deliver_events
from notifications.states import NotificationState
from tests.factories import NOW
from tests.outside.conftest import due_now, refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told(cast):
    """Dilnoza asked for seats: what is owed to her and to the agency's people."""
    cast.request(seats=2)
    deliver_events(at=NOW, handle=handle)
    due_now()
    return Notification.objects.get(recipient=cast.traveller)


def test_a_message_arrives_in_the_recipients_language(bot_api, told, cast):
    send_due(at=now())

    told.refresh_from_db()
    assert told.state == NotificationState.SENT
    assert told.message_id is not None
    [text] = bot_api.texts(cast.traveller.telegram_id)
    assert told.payload["code"] in text
    assert bot_api.sent[0]["mode"] == "HTML"
    assert not Notification.objects.exclude(state=NotificationState.SENT).exists()


def test_nothing_is_sent_twice(bot_api, told, cast):
    send_due(at=now())
    send_due(at=now() + timedelta(hours=1))

    assert len(bot_api.texts(cast.traveller.telegram_id)) == 1


def test_without_a_bot_token_messages_wait_in_the_outbox(bot_api, told):
    with override_settings(TELEGRAM_BOT_TOKEN=""):
        assert send_due(at=now()) == 0

    told.refresh_from_db()
    assert told.state == NotificationState.QUEUED
    assert bot_api.sent == []


def test_who_blocked_the_bot_is_unreachable_and_not_written_to_again(bot_api, told, cast):
    chat = cast.traveller.telegram_id
    bot_api.answer(chat, refusal(403, "Forbidden: bot was blocked by the user"))

    send_due(at=now())

    told.refresh_from_db()
    cast.traveller.refresh_from_db()
    assert told.state == NotificationState.FAILED
    assert "blocked" in told.last_error
    assert cast.traveller.is_reachable is False


def test_a_chat_that_does_not_exist_fails_for_good(bot_api, told, cast):
    bot_api.answer(cast.traveller.telegram_id, refusal(400, "Bad Request: chat not found"))

    send_due(at=now())

    told.refresh_from_db()
    cast.traveller.refresh_from_db()
    assert told.state == NotificationState.FAILED
    assert cast.traveller.is_reachable is True


def test_telegram_asks_for_quiet_and_gets_it(bot_api, told, cast):
    chat = cast.traveller.telegram_id
    bot_api.answer(chat, refusal(429, "Too Many Requests", retry_after=7))

    sent_at = now()
    send_due(at=sent_at)

    told.refresh_from_db()
    assert told.state == NotificationState.QUEUED
    assert told.next_attempt_at >= sent_at + timedelta(seconds=7)
    send_due(at=sent_at + timedelta(seconds=3))
    assert len(bot_api.texts(chat)) == 1
    send_due(at=now() + timedelta(minutes=10))
    told.refresh_from_db()
    assert told.state == NotificationState.SENT


def test_a_fault_of_telegrams_is_tried_again_and_given_up_in_the_end(bot_api, told, cast):
    fault = refusal(502, "Bad Gateway")
    bot_api.answer(cast.traveller.telegram_id, *[fault] * GIVE_UP_AFTER)

    at = now()
    for _ in range(GIVE_UP_AFTER):
        at += timedelta(hours=2)
        send_due(at=at)

    told.refresh_from_db()
    assert told.state == NotificationState.FAILED
    assert told.attempts == GIVE_UP_AFTER


def test_a_server_that_does_not_answer_costs_nothing_but_time(told):
    with override_settings(
        TELEGRAM_BOT_TOKEN="1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        TELEGRAM_API_URL="http://127.0.0.1:9",
    ):
        send_due(at=now())

    told.refresh_from_db()
    assert told.state == NotificationState.QUEUED
    assert told.last_error
