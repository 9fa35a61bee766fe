"""The platform's settings: what each does, its bounds, who changed it, and two admins at once."""

import re

import pytest
from constance import config
from constance.models import Constance
from django.conf import settings

from backoffice import platform_settings
from backoffice.admin.core.setting_words import setting_in_words
from backoffice.checks import bounds
from backoffice.platform_settings import SETTINGS, out_of_bounds
from core.models import EventLog

ADDRESS = "/admin/constance/config/"


def typed(page):
    """What the page would post."""
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in data.items() if value is not False}


def errors(response):
    return {name: list(told) for name, told in response.context["form"].errors.items()}


def test_every_setting_stands_in_a_part_with_its_help_bounds_default_and_last_change(cast, sign_in):
    browser = sign_in(cast.admin)
    browser.post(ADDRESS, typed(browser.get(ADDRESS)) | {"HOLD_MINUTES": 45})

    page = browser.get(ADDRESS)

    parts = page.context["subjects"]
    rows = {row.name: row for part in parts for row in part["rows"]}
    assert set(rows) == set(settings.CONSTANCE_CONFIG) == set(SETTINGS)
    assert len(parts) == len({part["title"] for part in parts}) == len(platform_settings.SUBJECTS)
    hold = rows["HOLD_MINUTES"]
    assert (hold.bounds, hold.default) == ("from 1 to 1\xa0440\xa0min", "60\xa0min")
    assert (hold.change["before"], hold.change["after"]) == ("60\xa0min", "45\xa0min")
    assert hold.change["who"] == f"{cast.admin} (platform admin)"
    assert rows["PAYMENT_MINUTES"].change is None
    log = browser.get(hold.change["url"]).content.decode()
    assert "Setting changed from 60\xa0min to 45\xa0min." in log
    assert f"{ADDRESS}#HOLD_MINUTES" in log


def test_what_is_out_of_bounds_is_said_at_its_field_and_the_rest_is_kept(cast, sign_in):
    browser = sign_in(cast.admin)
    wrong = {
        "HOLD_MINUTES": (1441, "less than or equal to 1440"),
        "PAYMENT_MINUTES": (0, "greater than or equal to 1"),
        "UNDO_SECONDS": (-1, "greater than or equal to 0"),
        "PLATFORM_CHAT_ID": ("9" * 30, "no chat under such a number"),
        "ACCOUNTANTS_CHAT_ID": (-(2**52) - 1, "no chat under such a number"),
        "PARTNER_PERCENT": (101, "less than or equal to 100"),
        "FISCAL_MXIK": ("12", "Digits only."),
        "SECOND_FACTOR_ROLES": (["traveller"], "not one of the available choices"),
    }
    values = {name: value for name, (value, _told) in wrong.items()}
    page = typed(browser.get(ADDRESS)) | {"EXPORT_DAYS": 9}

    refused = browser.post(ADDRESS, page | values)
    longer = browser.post(ADDRESS, page | {"REMIND_MINUTES": 61})

    assert set(errors(refused)) == set(wrong)
    for name, (_value, told) in wrong.items():
        assert told in errors(refused)[name][0]
    assert errors(longer) == {"REMIND_MINUTES": ["Not more than HOLD_MINUTES: 60\xa0min."]}
    note = refused.content.decode().partition("Look at these settings:")[2].partition("</ul>")[0]
    assert set(re.findall(r'href="#(\w+)"', note)) == set(wrong)
    assert refused.context["form"]["EXPORT_DAYS"].value() == "9"
    assert config.EXPORT_DAYS == 7
    assert not EventLog.objects.exists()


def test_a_page_that_went_stale_says_what_differs_and_can_then_be_saved(cast, sign_in):
    first, second = sign_in(cast.admin), sign_in(cast.admin)
    opened = typed(second.get(ADDRESS))
    first.post(ADDRESS, typed(first.get(ADDRESS)) | {"HOLD_MINUTES": 45})

    refused = second.post(ADDRESS, opened | {"EXPORT_DAYS": 9})

    assert "Somebody changed the settings meanwhile" in errors(refused)["__all__"][0]
    assert errors(refused)["HOLD_MINUTES"] == ["Saved now: 45\xa0min."]
    assert (config.HOLD_MINUTES, config.EXPORT_DAYS) == (45, 7)

    second.post(ADDRESS, typed(refused) | {"HOLD_MINUTES": 45})

    assert (config.HOLD_MINUTES, config.EXPORT_DAYS) == (45, 9)


def test_roles_and_switches_are_saved_and_told_in_words(cast, sign_in):
    browser = sign_in(cast.admin)
    data = typed(browser.get(ADDRESS)) | {"SECOND_FACTOR_ROLES": ["accountant", "support"]}
    del data["TELEGRAM_SIGN_IN"]

    browser.post(ADDRESS, data)

    assert config.SECOND_FACTOR_ROLES == ["accountant", "support"]
    assert config.TELEGRAM_SIGN_IN is False
    log = browser.get("/admin/core/eventlog/?action=setting.changed").content.decode()
    assert "Setting changed from none to accountant, support." in log
    assert "Setting changed from yes to no." in log


@pytest.mark.parametrize("name", ["accountant", "support", "silk_owner"])
def test_nobody_but_the_admin_sees_or_changes_them(cast, sign_in, name):
    browser = sign_in(cast.people[name])

    assert browser.get(ADDRESS).status_code == 403
    assert browser.post(ADDRESS, {"HOLD_MINUTES": 1}).status_code == 403
    assert config.HOLD_MINUTES == 60


@pytest.mark.django_db
def test_the_check_knows_the_bounds_and_looks_at_what_is_stored():
    assert list(out_of_bounds({})) == []
    assert list(out_of_bounds({"HOLD_MINUTES": 15})) == ["REMIND_MINUTES"]
    assert list(out_of_bounds({"PLATFORM_CHAT_ID": 10**30})) == ["PLATFORM_CHAT_ID"]
    assert not list(out_of_bounds({"PLATFORM_CHAT_ID": -1_002_222_333_444}))
    assert bounds(databases=["default"]) == []

    Constance.objects.update_or_create(
        key="HOLD_MINUTES", defaults={"value": '{"__type__": "default", "__value__": 5000}'}
    )

    (found,) = bounds(databases=["default"])
    assert (found.id, "HOLD_MINUTES" in found.msg) == ("circle.W006", True)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("BONUS_COUNTS_FROM", "payment", "the payment"),
        ("MINIMUM_PAYOUT", 100_000, "100\xa0000\xa0UZS"),
        ("SUPPORT_CONTACT", "", "–"),
        ("GONE_SINCE", 7, "7"),
    ],
)
def test_a_value_reads_as_its_page_shows_it(name, value, words):
    assert setting_in_words(name, value) == words
