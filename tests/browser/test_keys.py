"""Getting about without a mouse, at a desk; and the same search with a thumb."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import elsewhere
from tests.browser.test_approvals import DESK, PHONE, fits

pytestmark = pytest.mark.django_db(transaction=True)

PALETTE = "#search-input-command"


def test_she_gets_about_by_keys_and_finds_a_booking(visit, cast):
    booking = elsewhere(cast.approved)
    page = visit(cast.silk_manager, DESK)
    page.goto("/admin/find/")
    page.locator("#find-words").blur()

    page.keyboard.press("g")
    with page.expect_navigation(url="**/sales/booking/"):
        page.keyboard.press("b")
    page.keyboard.press("/")
    page.keyboard.type("gtj")  # in a field, letters are letters
    expect(page.locator("#searchbar")).to_have_value("gtj")
    page.keyboard.press("Escape")
    page.locator("#searchbar").blur()
    page.keyboard.press("j")
    with page.expect_navigation(url=f"**/sales/booking/{booking.pk}/change/**"):
        page.keyboard.press("Enter")
    page.keyboard.press("Shift+?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    expect(page.locator("[data-go=p]")).to_have_count(0)  # payouts are not a manager's
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.locator(PALETTE)).to_be_focused()
    page.keyboard.type(booking.code[:5])
    expect(page.locator(".c-palette .c-hit").first).to_contain_text(booking.code)

    phone = visit(cast.silk_manager, PHONE)
    phone.goto("/admin/find/")
    phone.get_by_role("link", name="Search everywhere").click()
    phone.locator(PALETTE).fill(booking.code)
    with phone.expect_navigation(url=f"**/sales/booking/{booking.pk}/change/"):
        phone.locator(PALETTE).press("Enter")
    assert fits(phone)
    expect(phone.get_by_role("link", name="Back to Bookings")).to_be_visible()
