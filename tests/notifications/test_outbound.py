"""The outbox's way to Telegram: a real bot client against a Telegram of our own on loopback.

Time is frozen and moves by what the sender would have slept, so the server sees each message at
the instant at which it would have come.
"""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from constance import config

from notifications import outbound
from notifications.models import Notification, Preferences
from notifications.outbound import BACKOFF, CLAIM, DIED, GIVE_UP_AFTER, send_due
from notifications.services.outbox import Address, Letter, put
from notifications.services.reach import BLOCKED
from notifications.states import Kind
from tests import factories
from tests.factories import NOW
from tests.notifications.talk import bot_api, talk  # noqa: F401
from tests.outside.conftest import refusal

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=10)
GROUP = -100_500
GONE = refusal(403, "Forbidden: bot was blocked by the user")
FAULT = refusal(502, "Bad Gateway")


@pytest.fixture(autouse=True)
def _in_one_step(waiting_moves_the_clock, monkeypatch):
    """Nothing more urgent comes meanwhile: a wait is one sleep."""
    monkeypatch.setattr(outbound, "GLANCE", 3600)


def message(**fields):
    return factories.notification(**fields)


def states(*rows) -> list[str]:
    return list(
        Notification.objects.filter(pk__in=[r.pk for r in rows])
        .order_by("pk")
        .values_list("state", flat=True)
    )


def seconds(api, chat_id=None) -> list[float]:
    """When messages arrived, counted from NOW."""
    told = [sent for sent in api.sent if chat_id in (None, sent["chat_id"])]
    return [(sent["at"] - NOW).total_seconds() for sent in told]


def busiest(arrivals: list[float], window: float) -> int:
    """The most that came within any ``window`` seconds."""
    return max(sum(start <= each < start + window for each in arrivals) for start in arrivals)


# --- one message


def test_without_a_bot_the_outbox_keeps_its_rows():
    row = message()

    assert send_due(at=NOW) == 0
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("queued", 0)


def test_a_message_is_sent_once_and_what_became_of_it_is_kept(bot_api):  # noqa: F811
    row = message(chat_id=5, payload={"text": "Salom & <b>!"})

    assert send_due(at=NOW) == 1
    assert send_due(at=NOW + timedelta(days=1)) == 0

    row.refresh_from_db()
    assert bot_api.texts(5) == ["Salom &amp; &lt;b&gt;!"]
    assert (row.state, row.sent_at, row.message_id, row.attempts) == ("sent", NOW, 1, 1)


def test_what_is_held_back_leaves_when_it_is_due_without_another_sweep(bot_api):  # noqa: F811
    message(next_attempt_at=NOW + timedelta(seconds=30))

    assert send_due(at=NOW, until=NOW + timedelta(seconds=29)) == 0
    assert send_due(at=NOW, until=NOW + timedelta(seconds=50)) == 1
    assert seconds(bot_api) == [30]


def test_what_waits_for_another_lock_is_not_waited_for_beyond_the_turn(bot_api, monkeypatch):  # noqa: F811
    message()
    monkeypatch.setattr(outbound, "_take_next", lambda at: (None, False))

    assert send_due(at=NOW, until=NOW + timedelta(seconds=1)) == 0
    assert NOW + timedelta(seconds=1) <= outbound.now() < NOW + timedelta(seconds=2)


def test_a_message_telegram_will_never_take_is_given_up_without_blaming_the_person(bot_api):  # noqa: F811
    row = message()
    bot_api.answer(row.chat_id, refusal(400, "Bad Request: chat not found"))

    send_due(at=NOW)

    row.refresh_from_db()
    assert (row.state, row.recipient.is_reachable) == ("failed", True)
    assert "chat not found" in row.last_error


def test_a_failing_telegram_is_tried_again_later_and_later_and_given_up_in_the_end(bot_api, clock):  # noqa: F811
    row = message()
    bot_api.answer(row.chat_id, *[FAULT] * GIVE_UP_AFTER)

    for attempt in range(GIVE_UP_AFTER):
        assert states(row) == ["queued"]
        clock.move_to(max(row.next_attempt_at, outbound.now()))
        assert send_due(at=outbound.now()) == 1
        row.refresh_from_db()
        assert row.attempts == attempt + 1

    assert states(row) == ["failed"]
    assert "Bad Gateway" in row.last_error
    waits = [round(b - a) for a, b in pairwise(seconds(bot_api))]
    assert waits == [*BACKOFF, *[BACKOFF[-1]] * (GIVE_UP_AFTER - 1 - len(BACKOFF))]


def test_with_telegram_out_of_reach_everything_waits(settings):
    settings.TELEGRAM_BOT_TOKEN = "42:a-token-for-tests"
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"
    row = message()

    send_due(at=NOW)

    row.refresh_from_db()
    assert (row.state, row.next_attempt_at) == ("queued", NOW + timedelta(seconds=BACKOFF[0]))


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ((502, "<html>Bad Gateway</html>"), "queued"),
        ((200, {"ok": True, "result": {"message_id": 9}}), "sent"),
    ],
)
def test_of_an_answer_that_cannot_be_read_it_is_believed_that_it_arrived(bot_api, answer, state):  # noqa: F811
    row = message()
    bot_api.answer(row.chat_id, answer)

    send_due(at=NOW)

    assert states(row) == [state]


def test_one_bad_message_does_not_hold_up_the_others(bot_api):  # noqa: F811
    unrendered, refused, good = message(payload={}), message(), message()
    bot_api.answer(refused.chat_id, GONE)

    assert send_due(at=NOW) == 3

    unrendered.refresh_from_db()
    assert states(unrendered, refused, good) == ["failed", "failed", "sent"]
    assert "text" in unrendered.last_error


def test_one_that_kills_its_sender_each_time_is_given_up(bot_api):  # noqa: F811
    row = message(state="sending", attempts=GIVE_UP_AFTER)

    assert send_due(at=NOW) == 0

    row.refresh_from_db()
    assert (row.state, row.last_error) == ("failed", DIED)
    assert not bot_api.sent


def test_killed_between_claim_and_record_a_message_comes_due_again(bot_api, monkeypatch):  # noqa: F811
    row = message()

    def killed(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(outbound, "_carry", killed)
        with pytest.raises(KeyboardInterrupt):
            send_due(at=NOW)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("sending", 1)

    assert send_due(at=NOW, until=NOW + CLAIM - timedelta(seconds=1)) == 0
    assert send_due(at=NOW + CLAIM) == 1
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("sent", 2)


# --- the pace


def test_a_person_is_written_to_once_a_second_and_a_group_twenty_times_a_minute(bot_api):  # noqa: F811
    person = factories.user()
    for _ in range(3):
        message(recipient=person)
    for _ in range(25):
        message(chat_id=GROUP)

    assert send_due(at=NOW, until=LATER) == 28

    assert busiest(seconds(bot_api, person.telegram_id), 1) == 1
    assert busiest(seconds(bot_api, GROUP), 60) == 20
    assert max(seconds(bot_api, person.telegram_id)) < 3, "nor slower than it must"
    assert max(seconds(bot_api, GROUP)) < 75


def test_all_together_get_no_more_than_thirty_a_second(bot_api):  # noqa: F811
    for chat_id in range(1, 46):
        message(chat_id=chat_id)

    assert send_due(at=NOW) == 45

    assert 25 <= busiest(seconds(bot_api), 1) <= 30
    assert max(seconds(bot_api)) < 45 / 25


def test_one_of_many_goes_when_nothing_else_is_to_go(bot_api):  # noqa: F811
    message(chat_id=1, is_bulk=True)
    message(chat_id=2, next_attempt_at=NOW + timedelta(seconds=5))
    message(chat_id=3, is_bulk=True, next_attempt_at=NOW + timedelta(seconds=5))
    message(chat_id=4, next_attempt_at=NOW + timedelta(seconds=5))

    send_due(at=NOW, until=LATER)

    assert [sent["chat_id"] for sent in bot_api.sent] == [1, 2, 4, 3]


def test_a_pause_that_a_second_person_meets_is_the_whole_bots(bot_api):  # noqa: F811
    rows = [message(chat_id=chat_id) for chat_id in (41, 42, 43)]
    for chat_id in (41, 42):
        bot_api.answer(chat_id, refusal(429, "Too Many Requests", retry_after=30))

    send_due(at=NOW, until=LATER)

    assert states(*rows) == ["sent"] * 3
    assert 30 <= seconds(bot_api, 43)[0] < 31


@pytest.mark.parametrize("chat_id", [42, GROUP])
def test_a_pause_asked_for_in_one_chat_is_that_chats(bot_api, chat_id):  # noqa: F811
    first, other = message(chat_id=chat_id), message(chat_id=7)
    message(chat_id=chat_id)
    bot_api.answer(chat_id, refusal(429, "Too Many Requests", retry_after=30))

    send_due(at=NOW, until=LATER)

    assert states(first, other) == ["sent", "sent"]
    assert round(seconds(bot_api, 7)[0]) == 0
    asked, again, third = seconds(bot_api, chat_id)
    assert (asked, round(again)) == (0, 30)
    assert third > again


# --- who can be reached


def test_who_blocked_the_bot_is_written_to_no_more_until_he_starts_it_again(
    bot_api,  # noqa: F811
    talk,  # noqa: F811
    settings,
):
    settings.SENDS_EMAIL = False
    person = factories.user()
    first, waiting = message(recipient=person), message(recipient=person)
    letter = message(recipient=person, chat_id=None, email="x@example.com")
    somebody_else = message()
    bot_api.answer(person.telegram_id, GONE)

    send_due(at=NOW)

    person.refresh_from_db()
    assert person.is_reachable is False
    assert states(first, waiting, letter, somebody_else) == ["failed", "dropped", "queued", "sent"]
    waiting.refresh_from_db()
    assert waiting.last_error == BLOCKED
    assert len(bot_api.texts(person.telegram_id)) == 1

    him = talk(person.telegram_id)
    him.hear(him.says("/start"))
    person.refresh_from_db()
    assert person.is_reachable is True


def test_a_group_that_puts_the_bot_out_is_nobodys_block(bot_api):  # noqa: F811
    row = message(recipient=factories.user(), chat_id=GROUP)
    bot_api.answer(GROUP, refusal(403, "Forbidden: bot was kicked from the group chat"))

    send_due(at=NOW)

    row.refresh_from_db()
    assert (row.state, row.recipient.is_reachable) == ("failed", True)


def test_a_group_that_became_another_is_followed_and_the_message_goes_out(bot_api, cast):  # noqa: F811
    new = -100_999
    type(cast.silk).objects.filter(pk=cast.silk.pk).update(manager_chat_id=GROUP)
    chat = factories.tour_chat(chat_id=GROUP)
    config.ACCOUNTANTS_CHAT_ID = GROUP
    first, second = message(chat_id=GROUP), message(chat_id=GROUP)
    payload = {"group": GROUP, "code": "C", "button": "B", "member": 1, "tour": "T", "dates": "D"}
    invitation = message(
        kind=Kind.CHAT_INVITATION, payload=payload, next_attempt_at=NOW + timedelta(days=1)
    )
    moved = "Bad Request: group chat was upgraded to a supergroup chat"
    bot_api.answer(GROUP, refusal(400, moved, migrate_to_chat_id=new))

    send_due(at=NOW, until=LATER)

    assert states(first, second) == ["sent", "sent"]
    assert (len(bot_api.texts(GROUP)), len(bot_api.texts(new))) == (1, 2)
    cast.silk.refresh_from_db()
    chat.refresh_from_db()
    invitation.refresh_from_db()
    assert (cast.silk.manager_chat_id, chat.chat_id, config.ACCOUNTANTS_CHAT_ID) == (new,) * 3
    assert invitation.payload["group"] == new


# --- quiet hours and wishes


def test_in_quiet_hours_what_is_patient_waits_and_the_rest_makes_no_sound(bot_api):  # noqa: F811
    # NOW is 11:00 in Tashkent.
    asleep = Preferences.objects.create(
        user=factories.user(), quiet_from="10:00", quiet_to="12:30"
    ).user
    patient = message(recipient=asleep, kind=Kind.ANNOUNCEMENT)
    urgent = message(recipient=asleep, kind=Kind.CARD_CLOSED, payload={"outcome": "Yes"})
    awake = message()

    send_due(at=NOW)

    patient.refresh_from_db()
    assert states(patient, urgent, awake) == ["queued", "sent", "sent"]
    assert patient.next_attempt_at == NOW + timedelta(hours=1, minutes=30)
    silent = {int(f["chat_id"]): f.get("disable_notification") for _method, f in bot_api.calls}
    assert silent == {asleep.telegram_id: "true", awake.chat_id: None}

    send_due(at=patient.next_attempt_at)
    assert states(patient) == ["sent"]


def test_a_kind_that_somebody_turned_off_is_not_owed_to_him():
    deaf, hears = factories.user(), factories.user()
    Preferences.objects.create(user=deaf, muted=[Kind.ANNOUNCEMENT])
    addresses = [Address(who.pk, who.telegram_id, "ru") for who in (deaf, hears)]

    put(Letter(Kind.ANNOUNCEMENT, "news", {"text": "Salom!"}), addresses, at=NOW)
    put(Letter(Kind.CARD_CLOSED, "card", {"outcome": "Yes"}), addresses, at=NOW)

    told = Counter(Notification.objects.values_list("recipient", flat=True))
    assert told == {deaf.pk: 1, hears.pk: 2}


# --- changes of messages


def change(original):
    return message(
        chat_id=original.chat_id,
        kind=Kind.CARD_CLOSED,
        payload={"outcome": "Approved"},
        edits=original,
    )


def test_a_change_waits_for_what_it_changes(bot_api):  # noqa: F811
    original = message(chat_id=5, next_attempt_at=NOW + timedelta(seconds=20))
    changed = change(original)

    send_due(at=NOW, until=LATER)

    assert states(original, changed) == ["sent", "sent"]
    assert [method for method, _ in bot_api.calls] == ["sendMessage", "editMessageText"]
    assert bot_api.calls[1][1]["message_id"] == "1"
    assert bot_api.texts(5)[1] == "Salom!\n\n<b>Approved</b>"
    assert 20 < seconds(bot_api)[1] <= 26


@pytest.mark.parametrize("state", ["failed", "dropped"])
def test_a_change_of_what_was_never_sent_is_not_needed(bot_api, state):  # noqa: F811
    changed = change(message(chat_id=5, state=state))

    assert send_due(at=NOW) == 0
    assert states(changed) == ["dropped"]


def test_a_change_that_was_made_already_is_a_change_made(bot_api):  # noqa: F811
    original = message(chat_id=5, state="sent", sent_at=NOW, message_id=3)
    changed = change(original)
    bot_api.answer(5, refusal(400, "Bad Request: message is not modified: specified new ..."))

    send_due(at=NOW)

    changed.refresh_from_db()
    assert (changed.state, changed.message_id) == ("sent", 3)


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
