"""A button that is pressed twice has asked for one thing."""

import pytest
from playwright.sync_api import expect

from catalog.models import Tour
from sales.models import BookingComment
from tests.backoffice.pages import page_of
from tests.browser.conftest import elsewhere
from tests.browser.test_approvals import DESK

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_double_click_in_a_dialog_makes_one_copy(visit, cast):
    page = visit(cast.silk_manager, DESK)
    before = elsewhere(Tour.objects.count)

    page.goto(page_of(cast.silk_tour))
    page.locator(".c-tour-buttons a", has_text="Duplicate").click()
    button = page.locator("#dialog button[type=submit]")
    with page.expect_navigation():
        button.dblclick()
    page.wait_for_load_state("networkidle")

    assert elsewhere(Tour.objects.count) == before + 1


def test_a_double_click_sends_a_form_once_and_coming_back_wakes_it(visit, cast):
    booking = elsewhere(cast.approved)
    page = visit(cast.silk_manager, DESK)
    sent = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)

    page.goto(page_of(booking))
    page.locator(".c-say textarea").fill("Bring water")
    button = page.get_by_role("button", name="Add the comment")
    with page.expect_navigation():
        button.dblclick()
    page.wait_for_load_state("networkidle")

    assert len(sent) == 1
    assert elsewhere(BookingComment.objects.count) == 1
    expect(button).not_to_have_attribute("aria-disabled", "true")
    page.go_back()
    expect(button).not_to_have_attribute("aria-disabled", "true")
