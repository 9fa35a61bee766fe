"""A file of dates in a real browser: what it would do is read, then it is done."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from catalog.models import TourSession
from core.clock import local_date, now
from tests import factories
from tests.browser.test_approvals import at_a_desk, fits, on_a_phone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.IMPORTS_ROOT = tmp_path / "imports"


def a_file(*rows):
    head = ["code", "tour", "date_start", "date_end", "price", "capacity"]
    text = "\n".join(";".join(map(str, row)) for row in [head, *rows])
    return {"name": "даты.csv", "mimeType": "text/csv", "buffer": text.encode("cp1251")}


@at_a_desk
def test_she_reads_what_a_file_would_do_and_then_imports_it(visit, cast, width):
    session = factories.session(tour=cast.silk_tour, price=900_000)
    soon: date = local_date(now()) + timedelta(days=200)
    known = [session.code, cast.silk_tour.code, session.date_start, session.date_end, 950_000]
    new = ["", cast.silk_tour.code, soon, soon, "1 100 000,00", 12]
    page = visit(cast.silk_manager, width)

    page.goto("/admin/catalog/toursession/import/")
    assert fits(page)
    page.set_input_files("input[type=file]", a_file([*known, "many"], new))
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.get_by_text("This is not a number.")).to_be_visible()
    assert fits(page)
    page.set_input_files("input[type=file]", a_file([*known, 20], new))
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.get_by_text("900000")).to_be_visible()
    expect(page.get_by_text("950000")).to_be_visible()
    expect(page.get_by_text("1100000")).to_be_visible()
    assert fits(page)
    session.refresh_from_db()
    assert session.price == 900_000
    page.get_by_role("button", name="Import").click()

    expect(page.get_by_text("Imported. Added: 1, changed: 1, unchanged: 0.")).to_be_visible()
    session.refresh_from_db()
    assert session.price == 950_000
    assert TourSession.objects.get(date_start=soon).capacity == 12


@on_a_phone
def test_a_batch_of_codes_is_made_and_stopped(visit, cast, width):
    page = visit(cast.silk_manager, width)

    page.goto("/admin/catalog/promocode/batch/")
    page.fill("input[name=name]", "Blogger")
    page.fill("input[name=count]", "3")
    page.fill("input[name=discount_percent]", "10")
    for name, value in (("valid_from", "2026-01-01"), ("valid_to", "2099-01-01")):
        page.fill(f"input[name={name}_0]", value)
        page.fill(f"input[name={name}_1]", "00:00:00")
    page.get_by_role("button", name="Show samples").click()
    expect(page.get_by_text("They will look like this:")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Make the codes").click()
    expect(page.get_by_text("Promo codes made: 3.")).to_be_visible()
    assert fits(page)
    page.get_by_role("link", name="Stop the batch").click()
    page.get_by_role("button", name="Stop the batch").click()

    expect(page.get_by_text("Stopped: 3.")).to_be_visible()
