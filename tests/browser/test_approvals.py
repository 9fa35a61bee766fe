"""The manager's day in a real browser: a request comes in, she answers it."""

import pytest
from playwright.sync_api import Page, expect

from core.clock import now
from sales.states import BookingStatus
from tests.browser.conftest import elsewhere
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)

DESK, PHONE = 1440, 390
both_widths = pytest.mark.parametrize("width", [DESK, PHONE])
at_a_desk = pytest.mark.parametrize("width", [DESK])
on_a_phone = pytest.mark.parametrize("width", [PHONE])


@pytest.fixture
def request_today(cast: Cast):
    """A request made a moment ago, by the real clock."""
    return lambda **wish: elsewhere(lambda: cast.request(at=now(), **wish))


def open_requests(page: Page) -> None:
    page.goto("/admin/sales/bookingrequest/")


def fits(page: Page) -> bool:
    """Nothing sticks out to the right of the screen."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    return wide <= page.viewport_size["width"]


def decide(page, name):
    """Press the dialog's button, and wait for the next page: until then nothing is decided."""
    with page.expect_navigation():
        page.locator("dialog, [role=dialog], form").get_by_role("button", name=name).click()


@both_widths
def test_she_approves_a_request_and_takes_it_back(visit, cast, request_today, width):
    booking = request_today(seats=2)
    page = visit(cast.silk_manager, width)

    open_requests(page)
    expect(page.get_by_text(booking.code)).to_be_visible()
    assert fits(page)
    page.locator("tbody").get_by_role("link", name="Approve").click()
    decide(page, "Approve")

    expect(page.get_by_text(f"{booking.code}").first).to_be_visible()
    booking.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert booking.status == BookingStatus.APPROVED
    assert booking.approved_by == cast.silk_manager
    assert cast.silk_session.seats_taken == 2

    expect(page.locator(".c-undo")).to_contain_text("· 0:")  # it counts down
    assert fits(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Undo the decision").click()
    booking.refresh_from_db()
    assert booking.status == BookingStatus.REQUESTED


@both_widths
def test_she_rejects_a_request_and_must_say_why(visit, cast, request_today, width):
    booking = request_today()
    page = visit(cast.silk_manager, width)

    open_requests(page)
    page.locator("tbody").get_by_role("link", name="Reject").click()
    page.get_by_label("Reason").fill("The pass is closed by snow.")
    decide(page, "Reject")

    booking.refresh_from_db()
    assert booking.status == BookingStatus.REJECTED
    assert booking.cancel_note == "The pass is closed by snow."


def test_a_decision_that_comes_too_late_is_told_what_happened(visit, cast, request_today):
    booking = request_today()
    page = visit(cast.silk_manager, DESK)
    open_requests(page)
    page.locator("tbody").get_by_role("link", name="Approve").click()
    elsewhere(lambda: cast.approve(booking, by=cast.silk_owner, at=now()))

    page.locator("dialog, [role=dialog], form").get_by_role("button", name="Approve").click()

    expect(page.get_by_text(f"Booking {booking.code} is already approved")).to_be_visible()


@both_widths
def test_the_bookings_page_tells_its_story(visit, cast, request_today, width):
    booking = request_today(seats=2)
    elsewhere(lambda: cast.pay(cast.approve(booking, at=now()), at=now()))
    page = visit(cast.silk_owner, width)

    page.goto(f"/admin/sales/booking/{booking.pk}/change/")

    expect(page.get_by_text(booking.code).first).to_be_visible()
    for word in ("Paid", "commission", "Payme"):
        expect(page.get_by_text(word).first).to_be_attached()
    assert fits(page)


@pytest.mark.parametrize(
    ("who", "width"),
    [
        *((who, PHONE) for who in ("silk_manager", "accountant", "support", "admin")),
        ("admin", DESK),
    ],
)
def test_everybody_has_a_home_page_that_fits(visit, cast, who, width):
    page = visit(getattr(cast, who), width, by_form=True)

    expect(page.locator("h1").first).to_be_visible()
    assert fits(page)
