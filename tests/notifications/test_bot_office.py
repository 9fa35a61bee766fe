"""``/office``: a button that signs staff in to the back office."""

import json

import pytest

from tests.notifications.talk import bot_api, talk  # noqa: F401

ADDRESS = "https://office.circle.example"


@pytest.fixture
def owner(cast, talk, settings):  # noqa: F811
    """The owner of Silk Road in her chat with the bot; the back office has an https address."""
    settings.BACKOFFICE_URL = ADDRESS
    cast.silk_owner.telegram_id = 700_000_001
    cast.silk_owner.language = "en"
    cast.silk_owner.save(update_fields=["telegram_id", "language"])
    return talk(700_000_001)


def login_urls(call):
    rows = json.loads(call["reply_markup"])["inline_keyboard"] if "reply_markup" in call else []
    return [each["login_url"]["url"] for row in rows for each in row if "login_url" in each]


@pytest.mark.parametrize("words", ["/office", "/start office"])
def test_staff_get_a_button_that_telegram_signs(owner, words):
    [call] = owner.hear(owner.says(words))

    assert login_urls(call) == [f"{ADDRESS}/admin/login/telegram/"]
    assert "asks once more before it signs you in" in call["text"]


def test_staff_read_of_it_and_travellers_do_not(owner, cast, talk):  # noqa: F811
    assert "/office" in owner.write("/help")
    assert "/office" not in talk(700_000_002, language_code="en").write("/help")


@pytest.mark.parametrize("words", ["/office", "/start office"])
def test_travellers_get_none(owner, talk, words):  # noqa: F811
    [call] = (traveller := talk(700_000_002, language_code="en")).hear(traveller.says(words))

    assert login_urls(call) == []
    assert call["text"] == "The back office is for the staff of agencies and of Circle."


def test_without_telegrams_consent_or_the_setting_the_address_is_said_in_words(owner):
    from constance import config

    refused = {"ok": False, "error_code": 400, "description": "Bad Request: BOT_DOMAIN_INVALID"}
    owner.api.answers[700_000_001] = [(400, refused)]
    [tried, call] = owner.hear(owner.says("/office"))
    assert login_urls(tried)
    assert f"Use your login and password: {ADDRESS}/admin/" in call["text"]

    config.TELEGRAM_SIGN_IN = False
    assert f"Use your login and password: {ADDRESS}/admin/" in owner.write("/office")
