"""A report as a file, in a real browser."""

import pytest
from playwright.sync_api import expect

from core.clock import local_date, now
from core.money import percent_of
from tests.browser.conftest import elsewhere
from tests.browser.test_approvals import both_widths, fits

pytestmark = pytest.mark.django_db(transaction=True)


@both_widths
def test_she_takes_the_commission_report_as_a_file(visit, cast, width):
    paid = elsewhere(lambda: cast.pay(cast.approved(seats=2, at=now()), at=now()).booking)
    page, today = visit(cast.accountant, width), local_date(now()).isoformat()

    page.goto(f"/admin/reports/commission/?period=custom&first={today}&last={today}")
    expect(page.locator("td").get_by_text("Silk Road Travel").first).to_be_visible()
    assert fits(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()

    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "Silk Road Travel" in text
    assert f"{percent_of(paid.subtotal, paid.commission_percent)}" in text
    assert fits(page)
