"""The morning of departure: she writes the last names and marks who has come to the bus."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from core.clock import local_date, now
from core.models import EventLog
from sales.services.request import Traveller
from tests import factories
from tests.browser.conftest import elsewhere
from tests.browser.test_approvals import fits, on_a_phone
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = 390


@pytest.fixture
def passengers(cast: Cast):
    """Two paid seats on a session that starts tomorrow; only one is named."""

    def book():
        tomorrow = local_date(now()) + timedelta(days=1)
        session = factories.session(
            tour=cast.silk_tour, date_start=tomorrow, date_end=tomorrow, guide="Olim"
        )
        names = [Traveller("Dilnoza", "Karimova", "adult")]
        wish = {"session": session, "seats": 2, "travellers": names, "transport": "bus"}
        return cast.paid(at=now(), **wish)

    return elsewhere(book)


def open_list(page: Page, session) -> None:
    page.goto(f"/admin/catalog/toursession/{session.pk}/change/")
    page.get_by_role("link", name="Passenger list of this date").click()
    expect(page.get_by_text("Olim")).to_be_visible()


@on_a_phone
def test_she_names_a_seat_and_checks_it_in(visit, cast, passengers, width):
    _, unnamed = elsewhere(lambda: list(passengers.travellers.all()))
    page = visit(cast.silk_manager, width)
    open_list(page, passengers.session)
    assert fits(page)

    row = page.locator(f"#seat-{unnamed.pk}")
    if width == PHONE:
        expect(row.get_by_label("First name")).to_be_hidden()
        page.get_by_text("Write names and places").click()
    row.get_by_label("First name").fill("Gʻulom")
    row.get_by_label("Place").fill("3A")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved: 1.")).to_be_visible()
    assert fits(page)

    button = row.get_by_role("button", name="Has come")
    if width == PHONE:
        box = button.bounding_box()
        assert box["height"] >= 48
        assert box["width"] >= 280
    button.click()
    expect(row.get_by_role("button", name="Undo")).to_be_visible()
    expect(page.locator("#totals")).to_contain_text("1 / 2")

    elsewhere(unnamed.refresh_from_db)
    assert (unnamed.first_name, unnamed.transport_seat) == ("Gʻulom", "3A")
    assert unnamed.checked_in_by_id == cast.silk_manager.pk

    row.get_by_role("button", name="Undo").click()
    expect(row.get_by_role("button", name="Has come")).to_be_visible()
    elsewhere(unnamed.refresh_from_db)
    assert unnamed.checked_in_at is None


def test_a_tap_keeps_what_is_being_typed(visit, cast, passengers):
    named, unnamed = elsewhere(lambda: list(passengers.travellers.all()))
    page = visit(cast.silk_manager, 1440)
    open_list(page, passengers.session)

    page.locator(f"#seat-{unnamed.pk}").get_by_label("Last name").fill("Oʻrinov")
    page.locator(f"#seat-{named.pk}").get_by_role("button", name="Has come").click()
    expect(page.locator(f"#seat-{named.pk}").get_by_role("button", name="Undo")).to_be_visible()

    field = page.locator(f"#seat-{unnamed.pk}").get_by_label("Last name")
    expect(field).to_have_value("Oʻrinov")

    field.press("Enter")
    expect(page.get_by_text("Saved: 1.")).to_be_visible()
    elsewhere(unnamed.refresh_from_db)
    assert (unnamed.last_name, unnamed.checked_in_at) == ("Oʻrinov", None)


def test_both_files_are_downloaded(visit, cast, passengers):
    page = visit(cast.silk_manager, 1440)
    open_list(page, passengers.session)

    for kind in ("XLSX", "PDF"):
        with page.expect_download() as download:
            page.get_by_role("link", name=kind).click()
        assert download.value.suggested_filename.endswith(f".{kind.lower()}")

    taken = elsewhere(lambda: EventLog.objects.filter(action="session.passengers_exported").count())
    assert taken == 2
