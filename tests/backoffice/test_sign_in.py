"""Staff at the door: the password, the code, and who is kept out for how long."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from axes.models import AccessAttempt
from constance import config
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice.admin.account import lock_out
from backoffice.admin.core.sentences import what_happened
from backoffice.checks import second_factor as deploy_check
from core.actor import Actor, job
from core.clock import now
from core.models import EventLog
from core.refusals import NotAllowed
from partners.models import StaffSession, User
from partners.queries.second_factor import second_factor_of
from partners.services import second_factor as acts
from partners.services.lock_out import forget_failed_tries
from tests.backoffice.addresses import PLACE, WORDS, addresses
from tests.backoffice.pages import SUBMIT, action_on, history_of, list_of, page_of, said
from tests.backoffice.staff_codes import KEY, code_of, with_app

PASSWORD = "a-long-enough-password"
LOGIN = "/admin/login/"
CODE = "/admin/second-factor/"
SET_UP = "/admin/second-factor/new/"
ACCOUNT = "/admin/account/"
HOME = "/admin/"
HALF_MINUTE = timedelta(seconds=30)


@pytest.fixture
def staff(cast) -> User:
    return with_password(cast.accountant)


def with_password(person: User) -> User:
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    return person


def browser(address: str = "10.0.0.1") -> Client:
    return Client(headers={"Accept-Language": "en"}, REMOTE_ADDR=address)


def give(client: Client, login: str, password: str = PASSWORD, query: str = "", **more):
    typed = {"username": login, "password": password}
    return client.post(LOGIN + query, typed, **more)


def came_in(client: Client) -> bool:
    return client.get(ACCOUNT).status_code == 200


def last_event() -> str:
    return what_happened(EventLog.objects.latest("id"))


# --- the second step


def test_after_the_password_comes_the_code_and_then_the_page_one_wanted(staff):
    with_app(staff)
    client = browser()

    answer = give(client, staff.login, query="?next=/admin/core/eventlog/%3Fq%3D1")

    assert answer.url == f"{CODE}?next=%2Fadmin%2Fcore%2Feventlog%2F%3Fq%3D1"
    assert not came_in(client)
    half_way = client.session.session_key
    inside = client.post(answer.url, {"code": code_of()})
    assert inside.url == "/admin/core/eventlog/?q=1"
    assert came_in(client)
    assert client.session.session_key != half_way
    kept = StaffSession.objects.filter(user=staff, ended_at=None)
    assert [row.session_key for row in kept] == [client.session.session_key]


def test_nobody_is_sent_to_another_site(staff):
    with_app(staff)
    client = browser()
    give(client, staff.login)

    answer = client.post(f"{CODE}?next=https://elsewhere.example/", {"code": code_of()})

    assert answer.url == HOME


def test_a_wrong_code_is_refused_and_a_right_one_is_good_once(staff, clock):
    with_app(staff)
    client, other = browser(), browser("10.0.0.2")
    give(client, staff.login)
    give(other, staff.login)

    wrong = client.post(CODE, {"code": "000000"})

    assert "The code is wrong" in wrong.content.decode()
    assert not came_in(client)
    too_soon = client.post(CODE, {"code": code_of()})
    assert "Seconds left: 2" in too_soon.content.decode()
    clock.shift(HALF_MINUTE)
    code = code_of()
    client.post(CODE, {"code": code})
    assert came_in(client)
    again = other.post(CODE, {"code": code})
    assert "used already" in again.content.decode()
    assert not came_in(other)


def test_a_recovery_code_signs_in_once_and_is_told_of(staff, clock):
    code, *_rest = with_app(staff)
    client, other = browser(), browser("10.0.0.2")
    give(client, staff.login)
    give(other, staff.login)

    client.post(CODE, {"code": f" {code[:4].upper()}-{code[4:]}"})

    assert came_in(client)
    assert last_event() == "Came in by a recovery code; codes left: 9."
    assert "used already" in other.post(CODE, {"code": code}).content.decode()
    assert not came_in(other)


def test_wrong_codes_never_make_anybody_wait_for_hours(staff, clock):
    with_app(staff)
    by = staff.actor("admin")
    for _n in range(12):
        with pytest.raises(acts.WrongCode):
            acts.pass_second_factor(code="000000", by=by, at=now())
        clock.shift(timedelta(seconds=65))

    assert acts.pass_second_factor(code=code_of(), by=by, at=now())


def test_guessing_codes_shuts_the_address_out_although_the_password_is_known(staff, clock):
    with_app(staff)
    guesser, owner = browser("10.6.6.6"), browser()
    for _n in range(5):
        give(guesser, staff.login)
        refused = guesser.post(CODE, {"code": "000000"})
        clock.shift(timedelta(seconds=20))

    assert refused.status_code == 429
    give(guesser, staff.login)
    assert guesser.post(CODE, {"code": code_of()}).status_code == 429
    assert not came_in(guesser)
    assert "000000" not in AccessAttempt.objects.get().post_data
    clock.shift(HALF_MINUTE)
    give(owner, staff.login)
    owner.post(CODE, {"code": code_of()})
    assert came_in(owner)


# --- nothing before it


PAGES = {
    "home": lambda cast: HOME,
    "a list": lambda cast: list_of(EventLog),
    "a page": lambda cast: page_of(cast.silk_tour),
    "a history": lambda cast: history_of(cast.silk_tour),
    "an autocomplete": lambda cast: (
        "/admin/autocomplete/?app_label=catalog&model_name=toursession&field_name=tour"
    ),
    "the search": lambda cast: "/admin/search/?s=silk",
    "an export": lambda cast: reverse("admin:catalog_tour_export"),
    "a report": lambda cast: reverse("admin:finance_report_changelist"),
    "the account": lambda cast: ACCOUNT,
    "the password": lambda cast: reverse("admin:password_change"),
    "turning it off": lambda cast: reverse("admin:account_turn_off"),
    "the codes": lambda cast: reverse("admin:account_codes"),
}


@pytest.mark.parametrize("page", PAGES)
def test_half_way_nothing_is_given(page, cast, sign_in):
    address = PAGES[page](cast)
    inside = sign_in(cast.admin)
    assert inside.get(address).status_code == 200

    with_app(cast.admin)

    for answer in (inside.get(address), inside.post(address, {"code": code_of()})):
        assert answer.status_code == 302
        assert answer.url.startswith(LOGIN)
    assert TOTPDevice.objects.filter(user=cast.admin).exists()


# The steps themselves; signing in by another door ends half way, too.
OPEN = {"admin/login/", "admin/logout/", "admin/second-factor/", "admin/second-factor/new/"}


def test_no_address_of_the_admin_forgets_to_ask(cast, sign_in):
    inside, before_anybody = sign_in(cast.admin), browser()
    with_app(cast.admin)
    given = []
    for address in addresses():
        path = "/" + PLACE.sub(lambda place: WORDS.get(place[1], "1"), address.route)
        answer = inside.get(path)
        if address.route in OPEN or answer.status_code in (301, 302, 405):
            continue
        # What is for everybody, an invitation's page, is not for who is half way either.
        if before_anybody.get(path).status_code != answer.status_code:
            given.append((path, answer.status_code))

    assert given == []
    assert inside.get(LOGIN).url.startswith(CODE)


# --- setting it up


def test_a_role_that_needs_it_is_led_through_setting_it_up(staff):
    client, old = browser(), browser("10.0.0.2")
    give(old, staff.login)
    assert came_in(old)
    config.SECOND_FACTOR_ROLES = ["accountant"]

    give(client, staff.login)
    step = client.get(f"{HOME}core/eventlog/", follow=True)

    assert step.redirect_chain[-1][0] == f"{SET_UP}?next=%2Fadmin%2Fcore%2Feventlog%2F"
    assert old.get(HOME, follow=True).redirect_chain[-1][0].startswith(SET_UP)
    key = client.session["second_factor_key"]
    assert "<svg" in step.content.decode()
    assert "000000" not in {code_of(key, steps=n) for n in (-1, 0, 1)}
    refused = client.post(SET_UP, {"code": "000000"})
    assert "The code is wrong" in refused.content.decode()
    assert not TOTPDevice.objects.exists()
    shown = client.post(SET_UP, {"code": code_of(key)})
    codes = re.findall(r"<li>(\w{4}-\w{4})</li>", shown.content.decode())
    assert len(set(codes)) == 10
    assert "no-store" in shown["Cache-Control"]
    assert came_in(client)
    assert last_event() == "Second factor turned on."
    assert codes[0] not in client.get(ACCOUNT).content.decode()


def test_who_has_an_app_sets_up_another_only_with_a_code_of_it(staff, clock):
    with_app(staff)
    client = browser()
    give(client, staff.login)
    assert client.get(SET_UP).url.startswith(CODE)
    client.post(CODE, {"code": code_of()})
    clock.shift(HALF_MINUTE)

    client.get(SET_UP)
    key = client.session["second_factor_key"]
    refused = client.post(SET_UP, {"code": code_of(key), "old_code": "111111"})

    assert "The code is wrong" in refused.content.decode()
    assert TOTPDevice.objects.get().key == KEY
    clock.shift(HALF_MINUTE)
    client.post(SET_UP, {"code": code_of(key), "old_code": code_of()})
    assert TOTPDevice.objects.get().key == key
    assert came_in(client)


def test_new_recovery_codes_take_the_place_of_the_old_against_a_fresh_code(staff, clock):
    old = with_app(staff)
    client = browser()
    give(client, staff.login)
    client.post(CODE, {"code": code_of()})
    codes = reverse("admin:account_codes")

    refused = client.post(codes, {"code": code_of()})

    assert "used already" in refused.content.decode()
    clock.shift(HALF_MINUTE)
    shown = client.post(codes, {"code": code_of()}).content.decode()
    assert len(re.findall(r"<li>\w{4}-\w{4}</li>", shown)) == 10
    with pytest.raises(acts.WrongCode):
        acts.pass_second_factor(code=old[0], by=staff.actor("admin"), at=now())


def test_the_account_page_warns_of_few_recovery_codes(staff):
    codes = with_app(staff)
    client = browser()
    give(client, staff.login)
    client.post(CODE, {"code": code_of()})
    assert "Few recovery codes" not in client.get(ACCOUNT).content.decode()

    for code in codes[2:]:
        acts.pass_second_factor(code=code, by=staff.actor("admin"), at=now())

    assert second_factor_of(staff).codes_left == 2
    assert "Few recovery codes" in client.get(ACCOUNT).content.decode()


def test_it_is_turned_off_with_a_code_where_the_role_does_not_demand_it(staff, clock):
    with_app(staff)
    client = browser()
    give(client, staff.login)
    client.post(CODE, {"code": code_of()})
    off = reverse("admin:account_turn_off")
    clock.shift(HALF_MINUTE)
    config.SECOND_FACTOR_ROLES = ["accountant"]

    assert client.post(off, {"code": code_of()}).status_code == 403
    with pytest.raises(acts.SecondFactorDemanded):
        acts.turn_off_second_factor(code=code_of(), by=staff.actor("admin"), at=now())

    config.SECOND_FACTOR_ROLES = ["support"]
    assert client.post(off, {"code": "000000"}).status_code == 200
    assert TOTPDevice.objects.exists()
    clock.shift(HALF_MINUTE)
    assert client.post(off, {"code": code_of()}).url == ACCOUNT
    assert not TOTPDevice.objects.exists()
    assert came_in(client)


# --- a lost phone


def test_the_platform_admin_resets_a_lost_one_and_its_sessions_end(cast, staff, sign_in):
    with_app(staff)
    client = browser()
    give(client, staff.login)
    client.post(CODE, {"code": code_of()})
    assert came_in(client)
    reset = action_on(staff, "reset_factor")
    assert reset in sign_in(cast.admin).get(page_of(staff)).content.decode()
    assert reset not in sign_in(cast.admin).get(page_of(cast.support)).content.decode()

    assert sign_in(cast.support).post(reset, SUBMIT).status_code == 403
    assert TOTPDevice.objects.exists()
    sign_in(cast.admin).post(reset, SUBMIT)
    assert TOTPDevice.objects.exists(), "no reason was given"
    answer = sign_in(cast.admin).post(reset, SUBMIT | {"reason": "Called on the known number"})

    assert said(answer) == ["The second factor is reset."]
    assert last_event() == (
        "Second factor reset; sessions ended: 1. Why: Called on the known number"
    )
    assert not came_in(client)
    assert not Session.objects.filter(session_key=client.session.session_key).exists()
    give(client, staff.login)
    assert came_in(client)


def test_nobody_resets_his_own_or_one_that_is_not_there(cast):
    by = cast.admin.actor("admin")

    def reset(person, by, reason="Lost it"):
        acts.reset_second_factor(person_id=person.pk, reason=reason, by=by, at=now())

    with pytest.raises(acts.OwnSecondFactor):
        reset(cast.admin, by)
    with pytest.raises(acts.NoSecondFactor):
        reset(cast.support, by)
    with_app(cast.support)
    with pytest.raises(acts.WhyReset):
        reset(cast.support, by, reason=" ")
    with pytest.raises(NotAllowed):
        reset(cast.admin, Actor("owner", "admin"))


def test_the_last_admin_is_helped_by_a_command(cast):
    with_app(cast.admin)
    told = StringIO()

    call_command("reset_second_factor", cast.admin.login, "He came in person", stdout=told)

    assert not TOTPDevice.objects.exists()
    assert EventLog.objects.latest("id").source == job().source
    with pytest.raises(CommandError, match="Nobody has the login"):
        call_command("reset_second_factor", "nobody", "Nobody knows", stdout=told)


def test_the_list_of_apps_costs_the_same_for_three_and_shows_no_key(cast, sign_in):
    with_app(cast.accountant)
    inside = sign_in(cast.support)
    with CaptureQueriesContext(connection) as one:
        inside.get(list_of(TOTPDevice))
    with_app(cast.silk_owner), with_app(cast.admin)
    with CaptureQueriesContext(connection) as three:
        listed = inside.get(list_of(TOTPDevice)).content.decode()

    assert len(three) == len(one)
    page = inside.get(page_of(TOTPDevice.objects.first())).content.decode()
    assert str(cast.admin) in listed
    assert KEY not in listed + page
    assert sign_in(cast.accountant).get(list_of(TOTPDevice)).status_code == 302


# --- locked out


def fail(client: Client, login: str, times: int = 5, **more):
    for _n in range(times):
        answer = give(client, login, "wrong", **more)
    return answer


@pytest.mark.parametrize("is_known", [True, False])
def test_five_failures_lock_this_login_from_this_address_alone(is_known, cast, staff, clock):
    login = staff.login if is_known else "nobody-has-this-login"
    colleague = with_password(cast.support)
    guesser = browser("10.6.6.6")
    assert fail(guesser, login, 4).status_code == 200
    clock.shift(timedelta(minutes=2))

    locked = fail(guesser, login, 1)

    assert locked.status_code == 429
    assert "Minutes left: 15." in locked.content.decode()
    assert locked["Retry-After"] == "900"
    clock.shift(timedelta(minutes=10))
    # What comes meanwhile makes it no longer, nor does another address that is only claimed.
    claimed = fail(guesser, login, 7, headers={"X-Forwarded-For": "1.2.3.4"})
    assert claimed.status_code == give(guesser, login).status_code == 429
    assert "Minutes left: 5." in claimed.content.decode()
    give(guesser, colleague.login)
    assert came_in(guesser)
    elsewhere = browser("10.0.0.9")
    give(elsewhere, staff.login)
    assert came_in(elsewhere)
    clock.shift(timedelta(minutes=5, seconds=1))
    opened = browser("10.6.6.6")
    give(opened, staff.login)
    assert came_in(opened)


def test_behind_a_proxy_the_address_it_names_is_the_one_that_counts(staff, settings):
    settings.NUM_PROXIES = 1
    proxy = browser("10.0.0.254")
    fail(proxy, staff.login, headers={"X-Forwarded-For": "203.0.113.6"})

    there = give(proxy, staff.login, headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.6"})

    assert there.status_code == 429
    elsewhere = give(proxy, staff.login, headers={"X-Forwarded-For": "203.0.113.7"})
    assert elsewhere.status_code == 302


def test_a_login_besieged_from_everywhere_opens_to_the_browsers_that_know_it(staff, clock):
    mine, new = browser(), browser("10.0.0.2")
    give(mine, staff.login)
    mine.post("/admin/logout/")
    besiege(staff.login)

    assert give(new, staff.login).status_code == 429
    give(mine, staff.login)
    assert came_in(mine)
    clock.shift(timedelta(minutes=15, seconds=1))
    give(new, staff.login)
    assert came_in(new)


def besiege(login):
    """Failures at the login from many addresses, as many as close it."""
    for row in range(lock_out.WIDE_LIMIT // 4):
        AccessAttempt.objects.create(
            username=login, ip_address=f"192.0.2.{row}", user_agent="-", failures_since_start=4
        )


def test_a_known_browser_is_shut_by_its_own_failures_and_by_nobody_elses(staff):
    mine, colleague = browser(), browser()
    give(mine, staff.login)
    mine.post("/admin/logout/")
    assert fail(colleague, staff.login).status_code == 429

    # One's own typing counts apart, wherever one is.
    assert fail(mine, staff.login, 4).status_code == 200
    give(mine, staff.login)
    assert came_in(mine)
    mine.post("/admin/logout/")
    assert fail(mine, staff.login, 4).status_code == 200
    mine.defaults["REMOTE_ADDR"] = "10.0.0.7"
    assert fail(mine, staff.login, 1).status_code == 429
    assert give(mine, staff.login).status_code == 429
    assert give(browser("10.0.0.8"), staff.login).status_code == 302


@pytest.mark.parametrize("login", ["accountant-x", None])
def test_a_siege_of_passwords_does_not_close_the_step_of_codes(login, cast, clock):
    person = cast.silk_manager
    User.objects.filter(pk=person.pk).update(login=login)
    person.refresh_from_db()
    with_app(person)
    client = browser()
    client.force_login(person)
    typed = login or f"#{person.pk}"
    besiege(typed)
    fail(browser(), f" {typed}\tcode\t")

    assert client.post(CODE, {"code": code_of()}).status_code == 302
    assert came_in(client)


def test_codes_that_come_too_soon_count_and_recovery_codes_stand_apart(staff, clock):
    recovery, *_rest = with_app(staff)
    client = browser()
    give(client, staff.login)

    polled = [client.post(CODE, {"code": "000000"}).status_code for _n in range(5)]

    assert polled == [200] * 4 + [429]
    give(client, staff.login)
    client.post(f"{CODE}?recovery", {"code": recovery})
    assert came_in(client)


def test_failed_tries_are_forgotten_in_a_day_and_what_is_nobodys_login_is_masked(
    cast, staff, clock, sign_in
):
    fail(browser(), "my-Secret-password", 1)
    fail(browser(), staff.login, 1)
    row = AccessAttempt.objects.get(username="my-Secret-password")
    inside = sign_in(cast.support)

    shown = inside.get(list_of(AccessAttempt)).content.decode()
    shown += inside.get(page_of(row)).content.decode()

    assert "Secret" not in shown
    assert staff.login in shown
    inside.post(action_on(row, "unlock"), SUBMIT)
    assert last_event() == "Unlocked: login m••• from 10.0.0.1."
    clock.shift(timedelta(hours=23))
    assert forget_failed_tries(at=now()) == 0
    clock.shift(timedelta(hours=2))
    assert forget_failed_tries(at=now()) == 1


def test_support_unlocks_without_seeing_what_was_typed(cast, staff, sign_in):
    guesser = browser("10.6.6.6")
    fail(guesser, staff.login)
    row = AccessAttempt.objects.get()
    assert "wrong" not in row.post_data
    inside = sign_in(cast.support)
    listed = inside.get(list_of(AccessAttempt)).content.decode()
    assert "locked until" in listed
    assert inside.get(page_of(row)).status_code == 200

    assert sign_in(cast.accountant).post(action_on(row, "unlock"), SUBMIT).status_code == 403
    inside.post(action_on(row, "unlock"), SUBMIT)

    assert last_event() == f"Unlocked: login {staff.login} from 10.6.6.6."
    give(guesser, staff.login)
    assert came_in(guesser)


# --- passwords


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"old": "wrong"}, "not your present password"),
        ({"again": "something else 77"}, "The two passwords differ"),
        ({"password": "short-77"}, "at least 10 characters"),
        ({"password": "1029384756012"}, "entirely numeric"),
        ({"password": "password1234"}, "too common"),
        ({"password": "accountant-1"}, "too similar"),
    ],
)
def test_a_password_that_will_not_do_is_refused_in_words(typed, complaint, staff):
    User.objects.filter(pk=staff.pk).update(login="accountant-x")
    client = browser()
    give(client, "accountant-x")
    page = reverse("admin:password_change")
    assert "at least 10 characters" in client.get(page).content.decode()
    new = typed.get("password", "violet-kettle-42")

    answer = client.post(page, {"old": PASSWORD, "password": new, "again": new} | typed)

    assert complaint in answer.content.decode()
    staff.refresh_from_db()
    assert staff.check_password(PASSWORD)


def test_changing_the_own_password_ends_the_other_sessions_and_not_this_one(staff):
    client, other = browser(), browser("10.0.0.2")
    give(client, staff.login)
    give(other, staff.login)
    new = "violet-kettle-42"

    answer = client.post(
        reverse("admin:password_change"), {"old": PASSWORD, "password": new, "again": new}
    )

    assert answer.url == ACCOUNT
    assert last_event() == "Changed the own password; other sessions ended: 1."
    assert came_in(client)
    assert not came_in(other)
    key = client.session.session_key
    assert StaffSession.objects.get(user=staff, ended_at=None).session_key == key


def test_only_ones_own_wrong_passwords_end_the_session(staff):
    mine, open_desk = browser(), browser()
    for client in (mine, open_desk):
        client.force_login(staff)
    besiege(staff.login)
    fail(browser(), staff.login)
    page, new = reverse("admin:password_change"), "violet-kettle-42"
    wrong = {"old": "wrong", "password": new, "again": new}

    told = [open_desk.post(page, wrong).status_code for _n in range(4)]
    refused = mine.post(page, wrong)
    locked = mine.post(page, wrong | {"old": PASSWORD})

    assert told == [200] * 4
    assert "not your present password" in refused.content.decode()
    assert locked.context["form"].errors == {"old": ["Too many failed tries"]}
    assert came_in(mine)
    AccessAttempt.objects.all().delete()
    assert open_desk.post(page, wrong).status_code == 429
    assert not came_in(open_desk)
    assert mine.post(page, wrong | {"old": PASSWORD}).url == ACCOUNT
    assert came_in(mine)


# --- settings


@pytest.mark.django_db
@pytest.mark.parametrize(("roles", "warned"), [([], 1), (["owner"], 1), (["owner", "admin"], 0)])
def test_check_deploy_warns_when_the_platform_needs_no_second_factor(roles, warned):
    config.SECOND_FACTOR_ROLES = roles

    assert len(deploy_check()) == warned
