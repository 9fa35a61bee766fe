"""Where staff are signed in: kept, shown, ended; and signing in with Telegram."""

from datetime import UTC, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import EventLog, IdempotencyKey
from core.refusals import NotAllowed
from core.services.idempotency import forget_old_answers
from partners.browsers import short_name
from partners.models import SignedInBy, StaffSession
from partners.providers.login_data import sign_login_data
from partners.services.staff_sessions import end_session, follow_session, forget_sessions
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, list_of, page_of, said
from tests.factories import NOW

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
PASSWORD = "a-long-enough-one"
LOGIN, ACCOUNT, HOME = "/admin/login/", "/admin/account/", "/admin/"


@pytest.fixture
def at_desk(cast):
    """Somebody signs in by typing login and password, as a browser does."""

    def sign_in(person, agent=CHROME, address="192.0.2.7"):
        if not person.check_password(PASSWORD):
            person.set_password(PASSWORD)
            person.save(update_fields=["password"])
        headers = {"User-Agent": agent, "Accept-Language": "en"}
        browser = Client(headers=headers, REMOTE_ADDR=address)
        typed = {"username": person.login, "password": PASSWORD}
        assert browser.post(LOGIN, typed).status_code == 302
        return browser

    return sign_in


def row_of(browser):
    return StaffSession.objects.get(session_key=browser.session.session_key)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (CHROME, "Chrome, Windows"),
        (IPHONE, "Safari, iPhone"),
        (CHROME + " Edg/140.0", "Edge, Windows"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Linux",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile YaBrowser/25", "Yandex, Android"),
        ("curl/8.0", ""),
    ],
)
def test_a_browser_is_called_as_people_call_it(agent, name):
    assert short_name(agent) == name


def test_a_sign_in_is_kept_with_browser_address_and_time_and_ended_at_sign_out(
    cast, at_desk, clock
):
    browser = at_desk(cast.silk_owner)
    row = row_of(browser)

    assert (row.user, row.signed_in_by, row.address) == (cast.silk_owner, "password", "192.0.2.7")
    assert (row.browser, row.created_at, row.seen_at) == (CHROME, NOW, NOW)

    clock.shift(timedelta(minutes=3))
    browser.post(reverse("admin:logout"))

    row.refresh_from_db()
    assert row.ended_at == NOW + timedelta(minutes=3)
    assert browser.get(HOME).status_code == 302


def test_being_seen_costs_one_statement_a_minute(cast, at_desk, clock):
    browser = at_desk(cast.support)
    listed = list_of(type(cast.traveller))
    browser.get(listed)

    def costs():
        with CaptureQueriesContext(connection) as queries:
            browser.get(listed)
        return len(queries)

    usual = costs()
    clock.shift(timedelta(minutes=2))
    cache.clear()  # what is remembered for a minute runs by the machine's clock
    assert (costs(), costs()) == (usual + 1, usual)
    assert row_of(browser).seen_at == NOW + timedelta(minutes=2)


def test_a_browser_that_signed_in_before_it_was_kept_is_kept_when_it_is_seen(cast, at_desk):
    browser = at_desk(cast.support)
    StaffSession.objects.all().delete()
    cache.clear()

    browser.get(HOME)

    assert row_of(browser).user == cast.support


def test_a_changed_password_gives_the_session_another_key_and_the_row_follows(cast, at_desk):
    browser = at_desk(cast.silk_owner)
    before = row_of(browser)

    session = browser.session
    session.cycle_key()

    before.refresh_from_db()
    assert before.session_key == session.session_key
    assert before.ended_at is None


def test_a_session_that_was_ended_meanwhile_is_not_written_anew(cast, at_desk):
    browser = at_desk(cast.silk_owner)
    row, session = row_of(browser), browser.session
    assert session["_auth_user_id"]
    end_session(session_id=row.pk, by=cast.support.actor("admin"), at=NOW)

    session.cycle_key()

    assert session.is_empty()
    assert not Session.objects.exists()
    follow_session(row.session_key, "k" * 32)
    assert StaffSession.objects.get().session_key == row.session_key


def test_support_ends_no_session_of_an_administrator(cast, at_desk):
    theirs, support = at_desk(cast.admin), at_desk(cast.support)
    row = row_of(theirs)

    refused = support.post(action_on(row, "end"), SUBMIT)

    assert refused.status_code in (302, 403)
    assert theirs.get(HOME).status_code == 200
    with pytest.raises(NotAllowed):
        end_session(session_id=row.pk, by=cast.support.actor("admin"), at=NOW)
    other = factories.staff(platform_role="admin")
    end_session(session_id=row.pk, by=other.actor("admin"), at=NOW)
    assert theirs.get(HOME).status_code == 302


def test_who_signs_in_where_another_was_ends_the_others_session(cast, at_desk):
    browser = at_desk(cast.silk_owner)
    first = row_of(browser)

    browser.force_login(cast.silk_manager)

    first.refresh_from_db()
    assert first.ended_at == NOW
    assert row_of(browser).user == cast.silk_manager


def test_ones_own_browsers_stand_on_the_account_page_and_can_be_signed_out(cast, at_desk):
    desk, phone = at_desk(cast.silk_owner), at_desk(cast.silk_owner, IPHONE, "203.0.113.4")

    shown = desk.get(ACCOUNT)

    told = [(each.browser, each.address, each.is_this) for each in shown.context["sessions"]]
    assert told == [
        ("Chrome on Windows", "192.0.2.7", True),
        ("Safari on iPhone", "203.0.113.4", False),
    ]
    assert desk.session.session_key not in shown.content.decode()

    answer = desk.post(reverse("admin:account_session_end", args=[row_of(phone).pk]))

    assert said(answer) == ["That browser is signed out."]
    assert (desk.get(HOME).status_code, phone.get(HOME).status_code) == (200, 302)
    event = EventLog.objects.get(action="user.session_ended")
    assert event.details == {"browser": "Safari, iPhone", "address": "203.0.113.4"}
    assert (event.user, event.object_id) == (cast.silk_owner, cast.silk_owner.pk)


def test_all_others_are_signed_out_at_once_and_nobody_elses(cast, at_desk):
    desk, phone = at_desk(cast.silk_owner), at_desk(cast.silk_owner, IPHONE)
    lapsed = factories.staff_session(user=cast.silk_owner)
    other = at_desk(cast.silk_manager)

    desk.post(reverse("admin:account_sessions_end"))

    states = [browser.get(HOME).status_code for browser in (desk, phone, other)]
    assert states == [200, 302, 200]
    assert EventLog.objects.get(action="user.sessions_ended").details == {"count": 1}
    lapsed.refresh_from_db()
    assert lapsed.ended_at == NOW


def test_another_persons_browser_is_not_found_but_by_support(cast, at_desk):
    theirs = at_desk(cast.nomad_owner)
    row = row_of(theirs)
    url = reverse("admin:account_session_end", args=[row.pk])

    assert at_desk(cast.silk_owner).post(url).status_code == 404
    assert at_desk(cast.accountant).get(page_of(row)).status_code == 403
    assert theirs.get(HOME).status_code == 200

    support = at_desk(cast.support)
    answer = support.post(action_on(row, "end"), SUBMIT)

    assert said(answer) == ["That browser is signed out."]
    assert theirs.get(HOME).status_code == 302
    assert support.post(action_on(row, "end"), SUBMIT).status_code in (302, 403)
    assert EventLog.objects.filter(action="user.session_ended").count() == 1


def test_the_key_of_a_session_is_neither_shown_nor_guessed_by_filters(cast, at_desk):
    key = row_of(at_desk(cast.nomad_owner)).session_key
    admin = at_desk(cast.admin)

    pages = [admin.get(list_of(StaffSession)), admin.get(page_of(StaffSession.objects.last()))]

    assert [page.status_code for page in pages] == [200, 200]
    assert not any(key in page.content.decode() for page in pages)
    assert admin.get(list_of(StaffSession), {"session_key__startswith": "a"}).status_code == 400


def test_lapsed_sessions_and_rows_of_long_ago_are_cleaned_away(cast, at_desk, clock):
    browser = at_desk(cast.silk_owner)
    old = factories.staff_session(user=cast.silk_owner, seen_at=NOW - timedelta(days=61))

    assert forget_sessions(at=NOW) == 1
    assert browser.get(HOME).status_code == 200

    forget_sessions(at=NOW + timedelta(hours=13))
    assert not StaffSession.objects.filter(pk=old.pk).exists()
    assert not Session.objects.exists()
    assert StaffSession.objects.get().user == cast.silk_owner


# --- signing in with Telegram

TELEGRAM = "/admin/login/telegram/"


def pressed(person, settings, *, at=NOW, token=None, **changed):
    """What Telegram adds to the address when the person presses the button."""
    told = {
        "id": str(person.telegram_id),
        "first_name": "Азиза",
        "username": "aziza",
        "photo_url": "https://t.me/i/userpic/320/a.jpg",
        "auth_date": str(int(at.astimezone(UTC).timestamp())),
    }
    return sign_login_data(told, token or settings.INIT_DATA_TOKEN) | changed


@pytest.fixture
def aziza(cast):
    cast.silk_owner.telegram_id = 700_000_001
    cast.silk_owner.save(update_fields=["telegram_id"])
    return cast.silk_owner


@pytest.fixture
def browser():
    return Client(headers={"Accept-Language": "en"}, enforce_csrf_checks=False)


def test_a_line_break_in_a_name_is_no_field_of_its_own(cast, aziza, browser, settings):
    """Signed by Telegram for one's own name, and cut elsewhere."""
    stamp = str(int(NOW.astimezone(UTC).timestamp()))
    name = f"a\nid={aziza.telegram_id}\nlast_name=x"
    own = {"auth_date": stamp, "first_name": name, "id": "5555"}
    proof = sign_login_data(own, settings.INIT_DATA_TOKEN)["hash"]
    cut = {"id": str(aziza.telegram_id), "last_name": "x\nid=5555", "hash": proof}

    answer = browser.post(TELEGRAM, {"auth_date": stamp, "first_name": "a"} | cut)

    assert answer.status_code == 403
    assert browser.get(HOME).status_code == 302
    with_emoji = pressed(aziza, settings) | {"first_name": "A \U0001f469\u200d\U0001f4bb"}
    del with_emoji["hash"]
    signed = sign_login_data(with_emoji, settings.INIT_DATA_TOKEN)
    assert browser.post(TELEGRAM, signed).url == HOME


def test_a_link_alone_signs_nobody_in_the_button_under_it_does_once(aziza, browser, settings):
    fields = pressed(aziza, settings)

    page = browser.get(TELEGRAM, fields)
    assert f"Sign in as {aziza}" in page.content.decode()
    assert browser.get(HOME).status_code == 302

    assert browser.post(TELEGRAM, fields).status_code == 302
    assert browser.get(HOME).status_code == 200
    assert row_of(browser).signed_in_by == SignedInBy.TELEGRAM

    again = Client(headers={"Accept-Language": "en"}).post(TELEGRAM, fields)
    assert again.status_code == 403
    assert "used already" in again.content.decode()
    forget_old_answers(at=NOW + timedelta(minutes=4))
    assert IdempotencyKey.objects.get().caller == "telegram-sign-in"


def test_a_csrf_token_is_asked_for(aziza, settings):
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(TELEGRAM, pressed(aziza, settings)).status_code == 403
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize(
    ("fault", "is_let_in"),
    [
        ({}, True),
        ({"at": NOW - timedelta(minutes=5)}, True),
        ({"at": NOW - timedelta(minutes=5, seconds=1)}, False),
        ({"at": NOW + timedelta(minutes=2)}, False),
        ({"token": "1000000001:anothers-token"}, False),
        ({"id": "700000002"}, False),
        ({"auth_date": str(int(NOW.timestamp()) + 1)}, False),
        ({"hash": ""}, False),
        ({"hash": "0" * 64}, False),
        ({"next": "https://elsewhere.example/"}, False),
    ],
)
def test_only_what_telegram_signed_within_five_minutes_counts(
    aziza, browser, settings, fault, is_let_in
):
    answer = browser.post(TELEGRAM, pressed(aziza, settings, **fault))

    assert answer.status_code == (302 if is_let_in else 403)
    assert (browser.get(HOME).status_code == 200) is is_let_in


def test_travellers_the_deactivated_and_strangers_are_refused_in_words(
    cast, aziza, browser, settings
):
    aziza.is_active = False
    aziza.save(update_fields=["is_active"])
    unknown = factories.user(telegram_id=700_000_009)
    unknown.telegram_id = 700_000_010

    for person in (aziza, cast.traveller, unknown):
        answer = browser.get(TELEGRAM, pressed(person, settings))
        assert answer.status_code == 403
        assert "for the staff of agencies and of Circle" in answer.content.decode()


def test_what_is_switched_off_signs_nobody_in_and_is_not_offered(aziza, browser, settings):
    from constance import config

    settings.TELEGRAM_BOT_TOKEN = settings.INIT_DATA_TOKEN
    link = "https://t.me/circle_tours_bot?start=office"
    assert link in browser.get(LOGIN).content.decode()

    config.TELEGRAM_SIGN_IN = False

    assert link not in browser.get(LOGIN).content.decode()
    answer = browser.post(TELEGRAM, pressed(aziza, settings))
    assert "switched off" in answer.content.decode()


def test_the_second_factor_is_asked_for_after_telegram_too(aziza, browser, settings):
    from constance import config

    config.SECOND_FACTOR_ROLES = ["owner"]

    browser.post(TELEGRAM, pressed(aziza, settings))

    assert browser.get(HOME).status_code == 302
    assert "second-factor" in browser.get(HOME, follow=True).redirect_chain[-1][0]
