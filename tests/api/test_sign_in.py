"""Signing in from Telegram: whose init data counts, and how long a token lives."""

import json
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings

from partners.models import AccessToken, User
from partners.providers.init_data import sign_init_data
from tests import factories
from tests.api.phone import Phone, faulty_fields, problem, row_of, token_for
from tests.factories import NOW

REGISTER = "users/register/"
TELEGRAM_ID = 555_000_111
PERSON = {
    "id": TELEGRAM_ID,
    "first_name": "Dilnoza",
    "last_name": "Karimova",
    "username": "dilnoza",
    "language_code": "uz",
}


def init_data(*, user=PERSON, at=NOW, token=None, **more) -> str:
    """What Telegram would hand to the Mini App."""
    fields = {"auth_date": str(int(at.timestamp())), "query_id": "AAE", "user": user} | more
    if not isinstance(fields["user"], str | None):
        fields["user"] = json.dumps(fields["user"])
    kept = {name: value for name, value in fields.items() if value is not None}
    return sign_init_data(kept, token or settings.INIT_DATA_TOKEN)


def register(phone, data=None, **more):
    return phone.post(REGISTER, {"init_data": init_data() if data is None else data} | more)


@pytest.fixture
def nobody(phone) -> Phone:
    return phone()


# --- who comes in


def test_signed_init_data_makes_a_user_and_gives_a_token(nobody):
    response = register(nobody)

    assert response.status_code == 200
    answer = response.json()
    user = User.objects.get(telegram_id=TELEGRAM_ID)
    assert answer["created"] is True
    assert answer["expires_at"] == "2027-03-01T18:00:00Z"
    assert answer["user"] == {
        "id": user.pk,
        "telegram_id": TELEGRAM_ID,
        "username": "dilnoza",
        "first_name": "Dilnoza",
        "last_name": "Karimova",
        "phone": "",
        "avatar": None,
        "interests": [],
        "sphere": "",
        "specialization": "",
        "language": "uz",
        "bonus_balance": "0.00",
        "currency": "UZS",
        "agencies": [],
    }
    assert Phone(token=answer["token"]).get("users/profile/").json() == answer["user"]


def test_the_token_is_stored_only_as_a_digest(nobody):
    token = register(nobody).json()["token"]

    stored = AccessToken.objects.values().get()
    assert token not in str(stored)
    assert row_of(token).user.telegram_id == TELEGRAM_ID


def test_a_second_sign_in_keeps_the_user_and_what_he_wrote_about_himself(nobody):
    first = register(nobody).json()
    User.objects.filter(telegram_id=TELEGRAM_ID).update(first_name="Dilya", language="ru")

    second = register(nobody, init_data(user=PERSON | {"username": "renamed"})).json()

    assert second["created"] is False
    assert second["token"] != first["token"]
    assert second["user"]["first_name"] == "Dilya"
    assert second["user"]["language"] == "ru"
    assert second["user"]["username"] == "renamed"
    assert User.objects.filter(telegram_id=TELEGRAM_ID).count() == 1


def test_a_language_we_do_not_speak_becomes_russian(nobody):
    answer = register(nobody, init_data(user=PERSON | {"language_code": "de"})).json()

    assert answer["user"]["language"] == "ru"


def test_a_person_without_a_name_or_username_may_come_in(nobody):
    answer = register(nobody, init_data(user={"id": TELEGRAM_ID})).json()

    assert answer["user"]["username"] == answer["user"]["first_name"] == ""


@pytest.mark.parametrize("text", ["\ud83d", "a\x00b", "x" * 5000, {"a": 1}, 7])
def test_an_odd_name_that_telegram_vouches_for_is_no_fault_of_ours(nobody, text):
    person = PERSON | {"first_name": text, "last_name": text, "username": text}

    assert register(nobody, init_data(user=person)).status_code == 200


# --- who does not

SIGNED = {
    "another bot's token": lambda: init_data(token="1000000002:another-bot"),
    "a changed field": lambda: init_data().replace("Dilnoza", "Dilnoze"),
    "no hash": lambda: init_data().rpartition("&hash=")[0],
    "an empty hash": lambda: init_data().rpartition("=")[0] + "=",
    "a non-ASCII hash": lambda: init_data().rpartition("=")[0] + "=" + quote("ҳаш" * 20),
    "a hash in upper case": lambda: (
        init_data().rpartition("=")[0] + "=" + init_data().rpartition("=")[2].upper()
    ),
    "a second user after the signed one": lambda: init_data() + "&user=%7B%22id%22%3A1%7D",
    "a second user before the signed one": lambda: "user=%7B%22id%22%3A1%7D&" + init_data(),
    "a second hash": lambda: "hash=00&" + init_data(),
    "stale": lambda: init_data(at=NOW - timedelta(hours=24, seconds=1)),
    "from the future": lambda: init_data(at=NOW + timedelta(seconds=61)),
    "from the year 60000": lambda: init_data(auth_date="1831431600000"),
    "a date of 400 digits": lambda: init_data(auth_date="9" * 400),
    "a date of 10,000 digits": lambda: init_data(auth_date="9" * 10_000),
    "a date that is text": lambda: init_data(auth_date="yesterday"),
    "a date that is NaN": lambda: init_data(auth_date="nan"),
    "no date": lambda: init_data(auth_date=None),
    "no user": lambda: init_data(user=None),
    "a user that is not JSON": lambda: init_data(user="{id: 1"),
    "a user that is a list": lambda: init_data(user="[1, 2]"),
    "a user that is null": lambda: init_data(user="null"),
    "a user of deep brackets": lambda: init_data(user="[" * 8000),
    "a user without an id": lambda: init_data(user={"first_name": "Dilnoza"}),
    "an id that is text": lambda: init_data(user=PERSON | {"id": str(TELEGRAM_ID)}),
    "an id that is true": lambda: init_data(user=PERSON | {"id": True}),
    "an id that is a float": lambda: init_data(user=PERSON | {"id": 1.5}),
    "an id of zero": lambda: init_data(user=PERSON | {"id": 0}),
    "a negative id": lambda: init_data(user=PERSON | {"id": -5}),
    "an id beyond 64 bits": lambda: init_data(user=PERSON | {"id": 2**63}),
}
JUNK = {
    "nothing": "",
    "blanks": "   ",
    "a word": "junk",
    "signs": "&&&===%%%",
    "a hash alone": "hash=" + "0" * 64,
    "bad percent escapes": "user=%ff%fe&hash=%zz&auth_date=1",
    "Cyrillic": "привет=мир",
    "a megabyte": "a=b&" * 262_144,
    "a megabyte without a separator": "x" * 1_048_576,
}


@pytest.mark.parametrize("why", SIGNED)
def test_what_telegram_did_not_vouch_for_today_is_401(nobody, why):
    problem(register(nobody, SIGNED[why]()), 401, "invalid_init_data")

    assert not User.objects.filter(telegram_id=TELEGRAM_ID).exists()


@pytest.mark.parametrize("why", JUNK)
def test_junk_is_401(nobody, why):
    problem(register(nobody, JUNK[why]), 401, "invalid_init_data")


def test_the_refusal_does_not_say_what_was_wrong(nobody):
    details = {
        problem(register(nobody, data), 401, "invalid_init_data")["detail"]
        for data in ("junk", init_data(token="other"), init_data(at=NOW - timedelta(days=2)))
    }

    assert len(details) == 1


def test_init_data_is_good_for_a_day_and_forgives_a_fast_clock(nobody):
    assert register(nobody, init_data(at=NOW - timedelta(hours=24))).status_code == 200
    assert register(nobody, init_data(at=NOW + timedelta(seconds=60))).status_code == 200


def test_without_a_bot_token_nobody_comes_in(nobody, settings):
    data = init_data()
    settings.INIT_DATA_TOKEN = ""

    problem(register(nobody, data), 401, "invalid_init_data")
    problem(register(nobody, sign_init_data({"user": "{}"}, "")), 401, "invalid_init_data")


@pytest.mark.parametrize("value", [None, 12, True, ["a"], {"user": 1}])
def test_init_data_that_is_not_text_is_invalid(nobody, value):
    assert faulty_fields(nobody.post(REGISTER, {"init_data": value})) == ["init_data"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b"12", b"\xff\xfe{}", b"[" * 100_000, b'{"init_data": NaN}'],
    ids=str,
)
def test_a_body_that_is_no_object_is_422(nobody, body):
    problem(nobody.post(REGISTER, body[:200_000]), 422, "validation_error")


@pytest.mark.parametrize("text", ["\x00", "user=\x00", "\ud800"])
def test_text_that_is_no_text_is_refused(nobody, text):
    response = nobody.post(REGISTER, {"init_data": text})

    assert response.status_code in (401, 422), response.content


def test_an_unknown_field_is_named(nobody):
    assert faulty_fields(register(nobody, admin=True)) == ["admin"]


def test_a_field_name_that_is_no_text_is_still_an_answer(nobody):
    body = b'{"init_data": "x", "\\ud800": 1, "\\u0000": 2}'

    problem(nobody.post(REGISTER, body), 422, "validation_error")


# --- the token's life


def test_without_a_token_nothing_is_shown(nobody):
    problem(nobody.get("users/profile/"), 401, "token_invalid")


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer x", "Bearer ҳа", "Basic abc", "Token t", "Bearer a b"],
)
def test_a_garbage_token_is_401(phone, header):
    value = header.encode().decode("latin-1")
    response = phone().get("users/profile/", headers={"Authorization": value})

    problem(response, 401, "token_invalid")


def test_a_token_of_a_megabyte_is_401(phone):
    problem(phone(token="x" * 1_000_000).get("users/profile/"), 401, "token_invalid")


def test_a_token_lives_twelve_hours(nobody, clock):
    mine = Phone(token=register(nobody).json()["token"])

    clock.shift(timedelta(hours=12) - timedelta(seconds=1))
    assert mine.get("users/profile/").status_code == 200
    clock.shift(timedelta(seconds=1))
    problem(mine.get("users/profile/"), 401, "token_expired")


def test_logout_revokes_this_token_and_no_other(cast, phone):
    first, second = phone(cast.traveller), phone(cast.traveller)

    assert first.post("users/logout/").status_code == 204

    problem(first.get("users/profile/"), 401, "token_invalid")
    problem(first.post("users/logout/"), 401, "token_invalid")
    assert second.get("users/profile/").status_code == 200


def test_a_deactivated_person_is_out_at_once_and_cannot_come_back(nobody):
    mine = Phone(token=register(nobody).json()["token"])
    User.objects.filter(telegram_id=TELEGRAM_ID).update(is_active=False)

    problem(mine.get("users/profile/"), 401, "token_invalid")
    problem(register(nobody), 401, "token_invalid")


def test_a_revoked_token_that_has_also_expired_is_invalid(cast, phone, clock):
    old = phone(token=token_for(cast.traveller, revoked_at=NOW))

    clock.shift(timedelta(days=1))

    problem(old.get("users/profile/"), 401, "token_invalid")


def test_a_staff_password_session_is_no_sign_in_to_the_api(cast, phone):
    browser = phone()
    browser.client.force_login(cast.admin)

    problem(browser.get("users/profile/"), 401, "token_invalid")


# --- who brought whom


def brought_by():
    return User.objects.get(telegram_id=TELEGRAM_ID).referred_by


def test_a_referral_code_is_kept_in_any_case(cast, nobody):
    register(nobody, referral_code="madina")

    assert brought_by() == cast.partner
    assert User.objects.get(telegram_id=TELEGRAM_ID).referred_at == NOW


def test_a_start_param_counts_like_a_referral_code(cast, nobody):
    register(nobody, init_data(start_param="MADINA"))

    assert brought_by() == cast.partner


def test_the_first_touch_wins(cast, nobody):
    other = factories.referral_partner(code="OTHER")
    register(nobody, init_data(start_param="MADINA"))

    register(nobody, referral_code="OTHER")

    assert brought_by() == cast.partner
    assert not other.brought.exists()


def test_a_typed_code_beats_the_start_param_of_the_same_sign_in(cast, nobody):
    factories.referral_partner(code="OTHER")

    register(nobody, init_data(start_param="OTHER"), referral_code="MADINA")

    assert brought_by() == cast.partner


@pytest.mark.parametrize("code", ["NOBODY", "\x00", "ß" * 64, "MADINA\x00", "'; --"])
def test_a_start_param_of_nobody_is_ignored(cast, nobody, code):
    assert register(nobody, init_data(start_param=code)).status_code == 200

    assert brought_by() in (None, cast.partner)


def test_a_stopped_partner_brings_nobody(cast, nobody):
    factories.referral_partner(code="STOPPED", is_active=False, stop_reason="Spam.")

    register(nobody, referral_code="STOPPED")

    assert brought_by() is None


def test_nobody_brings_himself(cast, nobody):
    factories.referral_partner(
        code="MYSELF", user=factories.user(telegram_id=TELEGRAM_ID, first_name="D")
    )

    register(nobody, referral_code="MYSELF")

    assert brought_by() is None


def test_a_referral_code_that_is_too_long_is_invalid(nobody):
    assert faulty_fields(register(nobody, referral_code="x" * 65)) == ["referral_code"]


# --- bounds


def test_sign_in_is_bounded_by_address_and_says_when_to_come_back(nobody, monkeypatch):
    from api.limits import SIGN_IN

    monkeypatch.setattr(SIGN_IN, "limit", 3)
    answers = [register(nobody, "junk") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    problem(answers[-1], 429, "rate_limited")
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


def test_one_persons_limit_is_not_anothers(cast, phone, monkeypatch):
    from api.limits import SIGNED_IN

    monkeypatch.setattr(SIGNED_IN.reads, "limit", 2)
    mine, hers = phone(cast.traveller), phone(cast.second_traveller)

    assert [mine.get("users/profile/").status_code for _ in range(3)] == [200, 200, 429]
    assert hers.get("users/profile/").status_code == 200
    assert mine.patch("users/update/", {"sphere": "IT"}).status_code == 200
