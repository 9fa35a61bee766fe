"""An accountant gives half of a payment back: she sees what it does before she asks."""

import pytest
from playwright.sync_api import expect

from core.clock import now
from finance.models import Refund
from tests.browser.conftest import elsewhere
from tests.browser.test_approvals import DESK, PHONE, fits

pytestmark = pytest.mark.django_db(transaction=True)


def test_she_sees_what_half_of_it_does_and_asks_for_it(visit, cast):
    booking = elsewhere(lambda: cast.paid(at=now()))
    page = visit(cast.accountant, PHONE)
    page.goto(f"/admin/finance/refund/ask/{booking.pk}/")
    preview = page.locator("#refund-preview")
    expect(preview).to_contain_text("100,000")
    assert fits(page)

    page.get_by_role("button", name="50 %").click()
    expect(preview).to_contain_text("450,000")
    page.get_by_label("Amount, UZS").fill("2000000")
    expect(preview).to_contain_text("At most")
    page.get_by_role("button", name="50 %").click()
    expect(preview).to_contain_text("450,000")
    page.get_by_label("Reason").fill("The guide was ill.")
    page.get_by_role("button", name="Ask for this refund").click()

    expect(page.get_by_text("is to be carried out").first).to_be_visible()
    assert fits(page)
    page.set_viewport_size({"width": DESK, "height": 900})
    assert fits(page)
    refund = elsewhere(Refund.objects.get)
    assert (refund.amount, refund.method, refund.status) == (500_000, "by_hand", "approved")
