"""A session that has ended while a page stood open, in a real browser; and what fits its screen."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from core.clock import now
from tests.backoffice.pages import page_of
from tests.browser.conftest import PASSWORD, elsewhere
from tests.browser.test_approvals import DESK, PHONE, fits

pytestmark = pytest.mark.django_db(transaction=True)

LAPTOP = 1024


def end_sessions() -> None:
    elsewhere(lambda: Session.objects.all().delete())


def sign_in_here(person, page) -> None:
    def known():
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])

    elsewhere(known)
    page.fill("input[name=username]", person.login)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")


def test_a_dialogs_button_leads_to_the_sign_in_and_back(visit, cast):
    booking = elsewhere(lambda: cast.request(at=now()))
    page = visit(cast.silk_manager, DESK)
    page.goto(page_of(booking))
    end_sessions()

    page.locator("header, #header-inner").get_by_role("link", name="Approve").first.click()

    expect(page.get_by_text("Your session has ended")).to_be_visible()
    sign_in_here(cast.silk_manager, page)
    expect(page).to_have_url(re.compile(re.escape(page_of(booking)) + "$"))
    expect(page.get_by_text(booking.code).first).to_be_visible()


def test_what_was_typed_is_there_again_after_the_sign_in(visit, cast):
    page = visit(cast.silk_owner, DESK)
    page.goto(page_of(cast.silk_session))
    page.fill("input[name=guide]", "Aziz Karimov")
    end_sessions()

    page.locator("[name=_continue]").click()

    expect(page.get_by_text("not saved, but not lost")).to_be_visible()
    sign_in_here(cast.silk_owner, page)
    expect(page.locator("input[name=guide]")).to_have_value("Aziz Karimov")
    with page.expect_navigation():
        page.locator("[name=_continue]").click()
    cast.silk_session.refresh_from_db()
    assert cast.silk_session.guide == "Aziz Karimov"


def test_somebody_else_at_the_same_window_gets_nothing_of_it(visit, cast):
    page = visit(cast.silk_owner, DESK)
    page.goto(page_of(cast.silk_session))
    page.fill("input[name=guide]", "Aziz Karimov")
    end_sessions()
    page.locator("[name=_continue]").click()
    expect(page.get_by_text("not saved, but not lost")).to_be_visible()

    sign_in_here(cast.silk_manager, page)

    expect(page.locator("input[name=guide]")).to_have_value("")


@pytest.mark.parametrize("width", [LAPTOP, PHONE])
def test_a_request_that_waits_and_a_date_fit_the_screen(visit, cast, width):
    booking = elsewhere(lambda: cast.request(at=now()))
    for person, row in ((cast.admin, booking), (cast.silk_owner, cast.silk_session)):
        page = visit(person, width)
        page.goto(page_of(row))
        assert fits(page), row


def test_forms_with_long_words_fit_a_phone(visit, cast):
    page = visit(cast.silk_owner, PHONE)

    page.goto(reverse("admin:catalog_toursession_by_rule"))

    assert fits(page)
