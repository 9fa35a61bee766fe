"""A manager's work with dates in a real browser, at a desk and on a phone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from catalog.models import TourSession
from core.clock import local_date, now
from finance.models import Refund
from sales.models import Booking
from tests import factories
from tests.browser.conftest import elsewhere
from tests.browser.test_approvals import at_a_desk, both_widths, fits, on_a_phone

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/catalog/toursession/"


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


@both_widths
def test_she_opens_every_saturday_of_four_weeks_but_one(visit, cast, width):
    monday = local_date(now()) + timedelta(days=7 - local_date(now()).weekday())
    saturdays = [monday + timedelta(days=5, weeks=n) for n in range(4)]
    page = visit(cast.silk_manager, width)

    page.goto(f"{LIST}by-rule/?tour={cast.silk_tour.pk}")
    page.get_by_label("Saturday").check()
    page.locator("#id_first").fill(monday.isoformat())
    page.locator("#id_last").fill(saturdays[-1].isoformat())
    page.locator("#id_days").fill("2")
    page.locator("#id_price").fill("750000")
    assert fits(page)
    press(page, "Show the dates")

    expect(page.locator("[data-date]")).to_have_count(4)
    expect(page.get_by_role("button", name="Open the ticked dates: 4")).to_be_visible()
    page.locator(f"[name='{saturdays[1]}-use']").uncheck()
    page.locator(f"[name='{saturdays[2]}-price']").fill("900000")
    assert fits(page)
    press(page, "Open the ticked dates: 3")

    expect(page.get_by_text("Dates opened: 3.")).to_be_visible()
    made = TourSession.objects.exclude(pk=cast.silk_session.pk).filter(tour=cast.silk_tour)
    assert list(made.order_by("date_start").values_list("date_start", "price")) == [
        (saturdays[0], Decimal(750_000)),
        (saturdays[2], Decimal(900_000)),
        (saturdays[3], Decimal(750_000)),
    ]


@at_a_desk
def test_she_raises_prices_and_reads_why_one_was_refused(visit, cast, width):
    other = elsewhere(lambda: factories.session(tour=cast.silk_tour, price=Decimal(455_500)))
    ran = elsewhere(lambda: factories.session(tour=cast.silk_tour, status="completed"))
    page = visit(cast.silk_manager, width)

    page.goto(LIST)
    for session in (cast.silk_session, other, ran):
        page.locator(f"input[name=_selected_action][value='{session.pk}']").check()
    page.locator("select[name=action]").select_option("change_selected")
    page.locator("button[name=index]").click()
    page.locator("#id_price_how").select_option("up")
    page.locator("#id_price").fill("10")
    expect(page.locator("#id_do_price")).to_be_checked()
    assert fits(page)
    press(page, "Show what changes")

    expect(page.get_by_text("Will change: 2")).to_be_visible()
    expect(page.get_by_text("The session is completed; it no longer changes.")).to_be_visible()
    assert fits(page)
    press(page, "Change them: 2")

    expect(page.get_by_text("Changed: 2")).to_be_visible()
    expect(page.get_by_text("Refused: 1")).to_be_visible()
    prices = dict(TourSession.objects.values_list("pk", "price"))
    assert (prices[cast.silk_session.pk], prices[other.pk]) == (1_100_000, 501_000)
    assert prices[ran.pk] == 1_000_000


@on_a_phone
def test_she_cancels_a_date_and_reads_what_became_of_its_bookings(visit, cast, width):
    def book():
        at = now()
        return [
            cast.request(at=at),
            cast.approved(by=cast.second_traveller, at=at),
            cast.paid(by=cast.stranger, seats=2, at=at),
        ]

    bookings = elsewhere(book)
    page = visit(cast.silk_manager, width)

    page.goto(f"{LIST}{cast.silk_session.pk}/change/")
    assert fits(page)
    page.goto(f"{LIST}{cast.silk_session.pk}/cancel-date/")
    for booking in bookings:
        expect(page.get_by_text(booking.code)).to_be_visible()
    expect(page.get_by_text("2,000,000 soʻm").last).to_be_visible()
    assert fits(page)
    press(page, "Cancel the date")
    expect(page.get_by_text("Say why: the travellers read it.")).to_be_visible()
    page.get_by_label("Reason").fill("The pass is closed by snow.")
    page.get_by_label("I have seen which bookings end").check()
    press(page, "Cancel the date")

    expect(page.get_by_text("Bookings cancelled: 3")).to_be_visible()
    expect(page.get_by_text("To be returned: 2,000,000 soʻm")).to_be_visible()
    assert fits(page)
    assert set(Booking.objects.values_list("status", flat=True)) == {"cancelled"}
    assert Refund.objects.get().amount == 2_000_000
    page.get_by_role("link", name="To the date").click()
    expect(page.get_by_text("The pass is closed by snow.").first).to_be_visible()


@both_widths
def test_she_walks_through_the_calendar(visit, cast, width):
    elsewhere(lambda: cast.approved(seats=3, at=now()))
    page = visit(cast.silk_manager, width)

    page.goto(f"{LIST}calendar/?month=2027-05")
    expect(page.get_by_text("May 2027")).to_be_visible()
    page.get_by_label("Next month").click()
    expect(page.get_by_text("June 2027")).to_be_visible()
    assert fits(page)
    tour = page.get_by_role("link").filter(has_text="Chimgan").filter(has_text="3/20")
    expect(tour.locator("visible=true")).to_have_count(1)
    tour.locator("visible=true").click()
    expect(page.get_by_text("Tue 01.06.2027")).to_be_visible()

    if width > 1000:
        page.go_back()
        page.locator("a[href*='date_start=2027-06-09']").click()
        expect(page.locator("#id_date_start")).to_have_value(date(2027, 6, 9).isoformat())
        picks_a_day_in_a_dialog(page, cast)


def picks_a_day_in_a_dialog(page, cast):
    page.goto(f"{LIST}{cast.silk_session.pk}/change/")
    page.locator("a", has_text="Another like it").first.evaluate("link => link.click()")
    dialog = page.locator("#dialog")
    dialog.locator(".datetimeshortcuts button").click()
    page.keyboard.press("Escape")
    expect(page.locator("#modal-overlay")).to_be_visible()
    dialog.locator(".datetimeshortcuts button").click()
    page.locator(".calendarbox[open] .calendarnav-next").click()
    page.locator(".calendarbox[open] td a", has_text="15").click()
    assert date.fromisoformat(dialog.locator("#id_date_start").input_value()).day == 15
    expect(page.locator("#modal-overlay")).to_be_visible()


@on_a_phone
def test_a_refusal_keeps_what_she_typed(visit, cast, width):
    elsewhere(lambda: cast.approved(seats=3, at=now()))
    page = visit(cast.silk_manager, width)

    page.goto(f"{LIST}{cast.silk_session.pk}/change/")
    page.locator("#id_capacity").fill("2")
    page.locator("#id_guide").fill("Somebody new")
    page.locator("button[name=_save], input[name=_save]").first.click()

    expect(page.get_by_text("3 seats are taken already").first).to_be_in_viewport()
    expect(page.locator("#id_guide")).to_have_value("Somebody new")
    assert fits(page)
