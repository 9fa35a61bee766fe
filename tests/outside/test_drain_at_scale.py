"""Very many messages through two senders at once: at the permitted pace, each once.

``make bench-outbox`` does it with ten thousand and prints what it took.
"""

import os
import time
from collections import Counter, defaultdict

import pytest

from core.clock import now
from notifications.models import Notification
from notifications.outbound import send_due
from notifications.states import Kind
from tests.sales.threads import run_together

pytestmark = pytest.mark.django_db(transaction=True)

MESSAGES = int(os.environ.get("BENCH_MESSAGES", "50"))
IS_BENCH = "BENCH_MESSAGES" in os.environ
SENDERS = 2
# A line to Telegram and back.
ANSWER_SECONDS = 0.05 if IS_BENCH else 0
# One message in forty goes to a group, so that three groups keep to their own pace for minutes.
EACH_TO_A_GROUP, GROUPS = 40, 3
EACH_PERSON = 3 if IS_BENCH else 1
# Telegram's bounds, and what is made of them.
MOST_A_SECOND, LEAST_A_SECOND, MOST_A_GROUP_MINUTE = 30, 22, 20


def owe() -> None:
    at = now()
    Notification.objects.bulk_create(
        Notification(
            chat_id=_chat(number),
            kind=Kind.ANNOUNCEMENT,
            payload={"text": str(number)},
            language="ru",
            dedupe_key=f"drain:{number}",
            next_attempt_at=at,
            created_at=at,
            is_bulk=IS_BENCH,
        )
        for number in range(MESSAGES)
    )


def _chat(number: int) -> int:
    if number % EACH_TO_A_GROUP == 0:
        return -1 - number // EACH_TO_A_GROUP % GROUPS
    return 1 + number % (MESSAGES // EACH_PERSON)


def busiest(arrivals: list[float], window: float) -> int:
    """The most that came within any ``window`` seconds; ``arrivals`` are in order."""
    most = first = 0
    for last, arrived in enumerate(arrivals):
        while arrived - arrivals[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most


def test_two_senders_share_the_pace_and_send_each_message_once(bot_api):
    owe()
    bot_api.delay = ANSWER_SECONDS
    began = time.monotonic()

    tried = run_together([lambda: send_due(at=now())] * SENDERS, patience=1800)

    took = time.monotonic() - began
    arrivals, chats = [], defaultdict(list)
    for sent in bot_api.sent:
        arrivals.append(sent["at"].timestamp())
        chats[sent["chat_id"]].append(sent["at"].timestamp())
    second = busiest(arrivals, 1)
    chat_second = max(busiest(found, 1) for found in chats.values())
    groups = [found for chat_id, found in chats.items() if chat_id < 0]
    group_minute = max(busiest(found, 60) for found in groups)
    texts = Counter(sent["text"] for sent in bot_api.sent)
    if IS_BENCH:
        print(
            f"\n{MESSAGES} messages to {len(chats)} chats, {len(groups)} of them groups, by"
            f" {SENDERS} senders: {took / 60:.1f} min, {len(arrivals) / took:.1f} a second"
            f"\nbusiest second: {second} (bound {MOST_A_SECOND}), of one chat: {chat_second}"
            f" (bound 1); busiest minute of a group: {group_minute} (bound {MOST_A_GROUP_MINUTE})"
            f"\nlost: {MESSAGES - len(texts)}, twice: {len(arrivals) - len(texts)},"
            f" tried by each sender: {tried}"
        )
    assert (len(texts), len(arrivals)) == (MESSAGES, MESSAGES)
    assert not Notification.objects.exclude(state="sent").exists()
    assert sum(tried) == MESSAGES
    assert all(tried), "both have sent"
    assert second <= MOST_A_SECOND
    assert chat_second == 1
    assert group_minute <= MOST_A_GROUP_MINUTE
    if IS_BENCH:
        assert MESSAGES / took >= LEAST_A_SECOND
