"""The bot's first words, and its two ways in."""

import json
import os
import signal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core.models import EventLog
from notifications.bot.webhook import MOST_BYTES
from partners.models import ReferralTouch, User
from tests import factories
from tests.notifications.talk import SECRET, WEBHOOK, buttons, talk  # noqa: F401
from tests.outside.conftest import TOKEN, bot_api  # noqa: F401

pytestmark = pytest.mark.django_db
NEW = 555_000_777


def who_brought(telegram_id):
    return User.objects.get(telegram_id=telegram_id).referred_by


# --- /start


def test_who_starts_the_bot_is_met_in_the_language_of_his_telegram(talk, settings):  # noqa: F811
    olga = talk(NEW, "Olga & <b>co</b>", language_code="en-GB")

    [call] = olga.hear(olga.says("/start"))

    user = User.objects.get(telegram_id=NEW)
    assert (user.first_name, user.language, user.is_reachable) == ("Olga & <b>co</b>", "en", True)
    assert call["text"].startswith("Hello, Olga &amp; &lt;b&gt;co&lt;/b&gt;!")
    assert buttons(call) == {"Open Circle": settings.MINI_APP_URL}
    assert EventLog.objects.get(action="user.registered").source == "bot"


def test_the_first_code_is_kept_once_and_the_second_partner_does_not_take_it(talk, cast):  # noqa: F811
    second = factories.referral_partner(code="SECOND")
    olga = talk(NEW, language_code="en")
    first = olga.says("/start madina")

    assert "Madina brought you to Circle." in olga.write("/start madina")
    olga.hear(first)
    assert "brought you" not in olga.write("/start SECOND")

    assert who_brought(NEW) == cast.partner
    assert ReferralTouch.objects.filter(partner=cast.partner).count() == 1
    assert ReferralTouch.objects.get(partner=second).refusal == "taken"


def test_ones_own_code_and_a_ring_are_told(talk, cast):  # noqa: F811
    User.objects.filter(pk=cast.blogger.pk).update(language="en")
    madina = talk(cast.blogger.telegram_id)
    friend = factories.referral_partner(code="FRIEND")
    User.objects.filter(pk=friend.user_id).update(
        referred_by=cast.partner, referred_at=friend.created_at
    )

    assert "This is your own link" in madina.write("/start MADINA")
    assert "came to Circle through you" in madina.write("/start FRIEND")
    assert who_brought(cast.blogger.telegram_id) is None


def test_junk_behind_start_is_harmless(talk):  # noqa: F811
    olga = talk(NEW, language_code="en")
    factories.referral_partner(code="MADINA")

    for junk in ("", "Мадина", "A" * 65, "a'; DROP TABLE", "MADINA MADINA", "<b>", "NOBODY", "\0"):
        assert "Circle" in olga.write(f"/start {junk}")

    assert who_brought(NEW) is None
    assert not ReferralTouch.objects.exists()


def test_a_person_whose_account_is_closed_gets_a_sentence_and_nothing_else(talk, cast):  # noqa: F811
    User.objects.filter(pk=cast.blogger.pk).update(is_active=False)
    madina = talk(cast.blogger.telegram_id, language_code="en")

    assert madina.write("/bonus") == "Your account is closed. Please write to Circle's support."
    assert madina.press("become-partner")["text"].startswith("Your account is closed.")


def test_other_words_get_the_commands(talk):  # noqa: F811
    olga = talk(NEW, language_code="en")

    assert olga.write("/help") == olga.write("what is this?") == olga.write("/nothing")
    assert "/partner – Bring travellers and earn" in olga.write("/help")


def test_each_reads_the_commands_that_he_may_use(talk, cast):  # noqa: F811
    User.objects.update(language="en")
    office = {"/office"}
    groups = {"/rollcall", "/bind", "/unbind", "/pending", *office}
    money, rooms = {"/waiting", *office}, {"/accountants", "/platform"}
    may = {
        cast.traveller: set(),
        cast.silk_manager: groups,
        cast.silk_owner: {*groups, "/desk"},
        cast.support: {"/pending", *office},
        cast.accountant: money,
        cast.admin: {*groups, *money, *rooms, "/desk"},
    }

    def commands(person):
        return {line.split()[0] for line in talk(person.telegram_id).write("/help").splitlines()}

    usual = commands(cast.stranger)
    assert {person: commands(person) - usual for person in may} == may


def test_the_language_is_chosen_and_spoken_from_then_on(talk):  # noqa: F811
    olga = talk(NEW, language_code="de")
    [choice] = olga.hear(olga.says("/language"))
    assert buttons(choice)["English"] == "speak:en"

    answer = olga.press("speak:en")

    assert (answer["method"], answer["text"]) == ("editMessageText", "We speak English now.")
    assert User.objects.get(telegram_id=NEW).language == "en"
    assert "What the bot can do" in olga.write("/help")


def test_a_forged_button_does_nothing(talk):  # noqa: F811
    olga = talk(NEW, language_code="en")

    for forged in ("speak:de", "speak", "speak:uz:uz", "", "x" * 64, "speak:\ud800"):
        assert olga.press(forged)["text"] == "This button does nothing any more."

    assert User.objects.get(telegram_id=NEW).language == "en"


def test_groups_channels_and_bots_are_passed_over(talk):  # noqa: F811
    olga = talk(NEW)
    olga.chat = {"id": -100, "type": "group", "title": "Friends"}
    other = talk(NEW + 1)
    other.person["is_bot"] = True
    post = {"message_id": 1, "date": 1, "chat": {"id": -5, "type": "channel", "title": "C"}}

    assert olga.hear(olga.says("/start")) == []
    assert olga.hear(olga.presses("speak:en")) == []
    assert other.hear(other.says("/start")) == []
    assert other.hear({"update_id": 1, "channel_post": post}) == []
    assert other.hear({"update_id": 2, "of_a_newer_telegram": {}}) == []
    assert not User.objects.filter(telegram_id__in=[NEW, NEW + 1]).exists()


# --- the webhook


def test_the_webhook_takes_only_what_carries_the_secret(talk, settings):  # noqa: F811
    olga = talk(NEW)
    update = olga.says("/start")

    assert olga.bring(update, secret="wrong").status_code == 403
    assert olga.bring(update, secret="").status_code == 403
    assert olga.bring(update, secret="секрет").status_code == 403
    assert olga.client.get(WEBHOOK).status_code == 405
    settings.TELEGRAM_WEBHOOK_SECRET = ""
    assert olga.bring(update, secret="").status_code == 404
    settings.TELEGRAM_WEBHOOK_SECRET, settings.TELEGRAM_BOT_TOKEN = SECRET, ""
    assert olga.bring(update).status_code == 404
    assert olga.api.calls == []
    assert not User.objects.filter(telegram_id=NEW).exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[]", 400),
        (b"null", 400),
        (b"{}", 400),
        (b'{"update_id": "1"}', 400),
        (b"[" * 100_000, 400),
        (b" " * MOST_BYTES + b"{}", 413),
        # It is one, and brought again and again unless it is taken.
        (b'{"update_id": 1, "message": {"text": 5}}', 200),
        (b'{"update_id": 1, "message": null}', 200),
        (b'{"update_id": 1}', 200),
    ],
    ids=lambda given: str(given)[:40],
)
def test_junk_is_never_an_error_of_ours(talk, body, status):  # noqa: F811
    olga = talk(NEW)

    assert olga.bring(body).status_code == status
    assert olga.api.calls == []


def test_what_people_write_is_not_logged(talk, caplog):  # noqa: F811
    olga = talk(NEW)
    update = olga.says("8600 4954 7331 6478")
    update["message"]["date"] = "8600 4954 7331 6478"

    assert olga.bring(update).status_code == 200
    assert "could not be read" in caplog.text
    assert "8600" not in caplog.text


def test_an_error_of_ours_is_logged_and_answered_calmly(talk, caplog):  # noqa: F811
    olga = talk(NEW, language_code="en")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE finance_referralpayoutrequest RENAME TO gone")

    assert olga.write("/withdrawals").startswith("Something went wrong here.")
    assert "the bot could not answer" in caplog.text


def test_a_telegram_that_does_not_answer_is_no_error_of_ours(talk, settings):  # noqa: F811
    olga = talk(NEW)
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"

    assert olga.bring(olga.says("/start")).status_code == 200
    assert User.objects.filter(telegram_id=NEW).exists()


# --- the command


def test_without_a_token_the_command_says_so():
    with pytest.raises(CommandError, match="TELEGRAM_BOT_TOKEN"):
        call_command("bot")


def test_the_webhook_is_registered_with_its_secret_and_the_menu_in_three_languages(
    bot_api,  # noqa: F811
    settings,
    capsys,
):
    settings.BACKOFFICE_URL, settings.TELEGRAM_WEBHOOK_SECRET = "https://circle.example", ""
    with pytest.raises(CommandError, match="TELEGRAM_WEBHOOK_SECRET"):
        call_command("bot", "--set-webhook")
    assert bot_api.calls == []

    settings.TELEGRAM_WEBHOOK_SECRET = SECRET
    call_command("bot", "--set-webhook")

    [(method, fields), *menus] = bot_api.calls
    assert method == "setWebhook"
    assert fields["url"] == "https://circle.example/telegram/webhook/"
    assert fields["secret_token"] == SECRET
    assert json.loads(fields["allowed_updates"]) == [
        "callback_query",
        "chat_join_request",
        "chat_member",
        "message",
        "my_chat_member",
    ]
    assert [menu.get("language_code") for _, menu in menus] == [None, "uz", "en"]
    assert "https://circle.example/telegram/webhook/" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_the_bot_fetches_updates_and_ends_calmly(talk, capsys):  # noqa: F811
    olga = talk(NEW, language_code="en")
    olga.api.updates = [olga.says("/start")]
    olga.api.after_sending = lambda: os.kill(os.getpid(), signal.SIGTERM)

    call_command("bot")

    assert capsys.readouterr().out.splitlines()[-1] == "The bot has ended."
    assert olga.api.calls[0][0] == "deleteWebhook"
    assert olga.api.sent[0]["text"].startswith("Hello, Dilnoza!")
    assert User.objects.filter(telegram_id=NEW).exists()
