"""Signing in from Telegram: init data in, an access token out."""

import json
from datetime import timedelta

import pytest
from constance.test import override_config
from django.conf import settings

from core.models import EventLog
from partners.models import AccessToken, User
from partners.providers.init_data import InvalidInitData, sign_init_data
from partners.services.sign_in import TokenExpired, TokenInvalid, sign_in, sign_out, whose_token
from tests import factories
from tests.factories import NOW

BIG_ID = 2**33 + 7


def init_data(*, token=None, at=NOW, start_param="", **user):
    """What Telegram would send for a person."""
    person = {
        "id": BIG_ID,
        "first_name": "Dilnoza",
        "last_name": "Karimova",
        "username": "dilnoza",
        "language_code": "uz",
    } | user
    fields = {"auth_date": str(int(at.timestamp())), "user": json.dumps(person), "query_id": "AA"}
    if start_param:
        fields["start_param"] = start_param
    return signed(fields, token)


def signed(fields, token=None):
    return sign_init_data(fields, token or settings.INIT_DATA_TOKEN)


def bare(**changes):
    """The fields of a good sign-in with some changed, None for left out; signed by Telegram."""
    values = {"auth_date": str(int(NOW.timestamp())), "user": '{"id": 5}'} | changes
    return signed({key: value for key, value in values.items() if value is not None})


@pytest.mark.django_db
def test_the_first_sign_in_makes_the_person():
    result = sign_in(init_data=init_data(), at=NOW)

    user = User.objects.get(telegram_id=BIG_ID)
    assert result.created
    assert result.user == user
    assert (user.first_name, user.last_name, user.username) == ("Dilnoza", "Karimova", "dilnoza")
    assert (user.language, user.login, user.role) == ("uz", None, "traveller")
    assert not user.check_password("")
    assert EventLog.objects.get(action="user.registered").user == user


@pytest.mark.django_db
def test_the_next_sign_in_finds_him_again_and_keeps_what_he_edited():
    first = sign_in(init_data=init_data(), at=NOW).user
    first.first_name, first.language = "Dila", "en"
    first.save()

    again = sign_in(init_data=init_data(username="dila_new"), at=NOW)

    again.user.refresh_from_db()
    assert not again.created
    assert again.user == first
    assert (again.user.first_name, again.user.username) == ("Dila", "dila_new")
    assert again.user.language == "en"
    assert EventLog.objects.filter(action="user.registered").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "language"), [("uz", "uz"), ("en-US", "en"), ("de", "ru"), ("", "ru")]
)
def test_the_language_is_telegrams_or_russian(code, language):
    assert sign_in(init_data=init_data(language_code=code), at=NOW).user.language == language


@pytest.mark.django_db
def test_a_person_of_the_staff_with_telegram_signs_in_as_himself(cast):
    manager = cast.silk_manager

    result = sign_in(init_data=init_data(id=manager.telegram_id), at=NOW)

    assert result.user == manager
    assert result.user.role == "manager"


@pytest.mark.django_db
def test_a_deactivated_person_is_refused():
    factories.user(telegram_id=BIG_ID, is_active=False)

    with pytest.raises(TokenInvalid):
        sign_in(init_data=init_data(), at=NOW)
    assert not AccessToken.objects.exists()


# --- forged, stale and junk

NESTED = "[" * 5000
JUNK = {
    "nothing": lambda: "",
    "no query string": lambda: "Salom!",
    "unsigned": lambda: "user=%7B%22id%22%3A5%7D&auth_date=1",
    "an empty hash": lambda: init_data().rsplit("hash=", 1)[0] + "hash=",
    "another hash": lambda: init_data().rsplit("hash=", 1)[0] + "hash=" + "0" * 64,
    "a hash that is not ASCII": lambda: init_data().rsplit("hash=", 1)[0] + "hash=%D1%85%D1%8D",
    "a hash of broken UTF-8": lambda: init_data().rsplit("hash=", 1)[0] + "hash=%ff%fe",
    "a lone surrogate": lambda: init_data() + "&x=\ud800",
    "signed with another bot's token": lambda: init_data(token="42:other"),
    "a field changed after signing": lambda: init_data().replace("Dilnoza", "Malika"),
    "a field added after signing": lambda: init_data() + "&start_param=MADINA",
    "older than a day": lambda: init_data(at=NOW - timedelta(hours=24, seconds=1)),
    "from the future": lambda: init_data(at=NOW + timedelta(seconds=61)),
    "a megabyte": lambda: init_data(first_name="D" * 2**20),
    "a megabyte of ampersands": lambda: "&" * 2**20,
    "no auth_date": lambda: bare(auth_date=None),
    "an auth_date in words": lambda: bare(auth_date="yesterday"),
    "an auth_date beyond time": lambda: bare(auth_date="9" * 30),
    "a negative auth_date beyond time": lambda: bare(auth_date="-" + "9" * 15),
    "no user": lambda: bare(user=None),
    "a user that is not JSON": lambda: bare(user="Dilnoza"),
    "a user that is a list": lambda: bare(user="[5]"),
    "a user that is a number": lambda: bare(user="5"),
    "a user that is null": lambda: bare(user="null"),
    "a user nested too deep": lambda: bare(user=NESTED),
    "a user without an id": lambda: bare(user="{}"),
    "an id in words": lambda: init_data(id="5"),
    "an id that is true": lambda: init_data(id=True),
    "an id that is a fraction": lambda: init_data(id=5.5),
    "an id of nobody": lambda: init_data(id=0),
    "a negative id": lambda: init_data(id=-5),
    "an id beyond 64 bits": lambda: init_data(id=2**63),
}


@pytest.mark.django_db
@pytest.mark.parametrize("make", JUNK.values(), ids=JUNK)
def test_refused_alike(make):
    with pytest.raises(InvalidInitData) as refusal:
        sign_in(init_data=make(), at=NOW)

    assert refusal.value.code == "invalid_init_data"
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("at", [NOW - timedelta(hours=24), NOW + timedelta(seconds=60)])
def test_a_day_old_and_a_minute_ahead_are_accepted(at):
    assert sign_in(init_data=init_data(at=at), at=NOW).created


@pytest.mark.django_db
def test_how_old_it_may_be_is_a_platform_setting():
    with override_config(INIT_DATA_HOURS=1), pytest.raises(InvalidInitData):
        sign_in(init_data=init_data(at=NOW - timedelta(hours=2)), at=NOW)


@pytest.mark.django_db
def test_without_a_token_of_our_own_nobody_signs_in(settings):
    settings.INIT_DATA_TOKEN = ""

    with pytest.raises(InvalidInitData):
        sign_in(init_data=sign_init_data({"user": '{"id": 5}', "auth_date": "1"}, ""), at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "odd",
    [
        {"first_name": "N\x00ul"},
        {"first_name": "D" * 300, "last_name": "K" * 300, "username": "u" * 300},
        {"first_name": None, "last_name": 5, "language_code": None},
        {"first_name": "\ud83d"},
        {"first_name": "Дильноза 🏔"},
    ],
    ids=["NUL", "long", "of other types", "half an emoji", "a whole emoji"],
)
def test_odd_names_do_no_harm(odd):
    user = sign_in(init_data=init_data(**odd), at=NOW).user

    user.refresh_from_db()
    assert user.telegram_id == BIG_ID


# --- who brought him


@pytest.mark.django_db
@pytest.mark.parametrize("how", [{"start_param": "madina"}, {}])
def test_the_first_touch_is_kept(cast, how):
    code = "" if how else "MaDiNa"

    user = sign_in(init_data=init_data(**how), referral_code=code, at=NOW).user
    other = factories.referral_partner(code="OTHER")
    sign_in(init_data=init_data(start_param="OTHER"), at=NOW + timedelta(minutes=1))

    user.refresh_from_db()
    assert (user.referred_by, user.referred_at) == (cast.partner, NOW)
    assert user.referred_by != other
    assert EventLog.objects.filter(action="user.referred").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["NOPE", "M\x00DINA!", "т" * 100])
def test_a_wrong_code_behind_the_link_is_ignored(cast, code):
    assert sign_in(init_data=init_data(start_param=code), at=NOW).user.referred_by is None


@pytest.mark.django_db
def test_a_bookings_code_behind_the_link_brings_nobody(cast):
    code = cast.request(by=cast.stranger).code

    assert sign_in(init_data=init_data(start_param=code), at=NOW).user.referred_by is None
    assert not EventLog.objects.filter(action__startswith="user.refer").exists()


@pytest.mark.django_db
def test_a_stopped_partner_and_oneself_bring_nobody(cast):
    himself = init_data(id=cast.blogger.telegram_id, start_param="MADINA")
    assert sign_in(init_data=himself, at=NOW).user.referred_by is None
    cast.stop_partner()

    assert sign_in(init_data=init_data(start_param="MADINA"), at=NOW).user.referred_by is None


# --- the token


@pytest.mark.django_db
def test_a_token_is_known_in_clear_once_and_kept_hashed():
    result = sign_in(init_data=init_data(), at=NOW)

    access = AccessToken.objects.get()
    assert result.expires_at == access.expires_at == NOW + timedelta(hours=12)
    assert result.token not in access.digest
    assert len(result.token) > 40
    assert whose_token(result.token, at=NOW).user == result.user


@pytest.mark.django_db
def test_a_token_expires():
    token = sign_in(init_data=init_data(), at=NOW).token

    whose_token(token, at=NOW + timedelta(hours=12, seconds=-1))
    with pytest.raises(TokenExpired):
        whose_token(token, at=NOW + timedelta(hours=12))


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "т" * 100, "x" * 100_000])
def test_a_wrong_token_is_nobodys(token):
    with pytest.raises(TokenInvalid):
        whose_token(token, at=NOW)


@pytest.mark.django_db
def test_the_token_of_a_person_deactivated_since_is_refused():
    result = sign_in(init_data=init_data(), at=NOW)
    User.objects.update(is_active=False)

    with pytest.raises(TokenInvalid):
        whose_token(result.token, at=NOW)


@pytest.mark.django_db
def test_signing_out_ends_one_token_and_only_ones_own():
    mine, other = (sign_in(init_data=init_data(), at=NOW) for _ in range(2))
    stranger = factories.user()
    token_id = whose_token(mine.token, at=NOW).pk

    sign_out(token_id=token_id, by=stranger.actor("api"), at=NOW)
    whose_token(mine.token, at=NOW)
    sign_out(token_id=token_id, by=mine.user.actor("api"), at=NOW)

    with pytest.raises(TokenInvalid):
        whose_token(mine.token, at=NOW)
    assert whose_token(other.token, at=NOW).user == mine.user
