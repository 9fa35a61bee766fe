"""A tour from nothing to the shelf in a real browser, at a desk and on a phone."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from catalog.models import Tour
from core.clock import local_date, now
from tests import factories
from tests.browser.conftest import elsewhere
from tests.browser.test_approvals import at_a_desk, both_widths, fits, on_a_phone
from tests.browser.test_pictures import a_file
from tests.core.test_pictures import picture

pytestmark = pytest.mark.django_db(transaction=True)

SCHEMA = {
    "type": "object",
    "properties": {
        "level": {
            "type": "string",
            "enum": ["easy", "hard"],
            "x-title": {"ru": "Сложность", "en": "Level"},
        }
    },
    "required": ["level"],
}


@pytest.fixture
def hiking(cast):
    return elsewhere(
        lambda: factories.category(
            slug="hiking", title_ru="Походы", title_en="Hiking", parameters_schema=SCHEMA
        )
    )


def open_tab(page: Page, name: str) -> None:
    page.locator(f"[data-tab={name}]").click()
    expect(page.locator(f"[data-panel={name}]")).to_be_visible()
    assert fits(page), name


def save(page: Page) -> None:
    with page.expect_navigation():
        page.locator("[name=_continue]").click()


def add_row(page: Page, panel: str, **cells: str) -> None:
    page.locator(f"{panel} [data-rows-add]").click()
    for name, text in cells.items():
        page.locator(f"{panel} [data-row] [name$='-{name}']").last.fill(text)


def expect_missing(page: Page, number: int) -> None:
    expect(page.locator(".c-tour-needs .c-unmet")).to_have_count(number)


@both_widths
def test_she_makes_a_tour_from_nothing_and_puts_it_on_sale(visit, cast, hiking, width):
    page = visit(cast.silk_manager, width)
    page.goto("/admin/catalog/tour/add/")

    # Its category asks for its own parameters at once; what was typed before stays.
    page.locator("#id_title_ru").fill("Озеро Арашан")
    page.locator("[name=category]").select_option(label="Hiking")
    page.get_by_label("Level").select_option("hard")
    open_tab(page, "ru")
    expect(page.locator("#id_title_ru")).to_have_value("Озеро Арашан")
    page.locator("#field-description_ru trix-editor").click()
    page.keyboard.type("Two days by the lake.")
    add_row(page, "#field-itinerary_ru", title="Дорога", text="Едем утром.")
    add_row(page, "#field-itinerary_ru", title="Озеро")
    page.locator("#field-itinerary_ru [data-row-up]").last.click()
    page.locator("[name=inclusions_ru]").fill("Чай\nОбед")
    open_tab(page, "transport")
    add_row(page, "#field-transport_options", title="Автобус", price="50 000")
    page.locator("[name=_save]").click()

    # The draft is there; its photos come next.
    expect(page.locator("[data-panel=photos]")).to_be_visible()
    expect_missing(page, 4)
    page.set_input_files(
        "[data-gallery-drop] input[type=file]",
        [
            a_file("lake.jpg", picture((200, 150))),
            a_file("notes.pdf", b"%PDF-1.4"),
            a_file("peak.jpg", picture((200, 150), colour="red")),
        ],
    )
    expect(page.locator("[data-photo]")).to_have_count(2)
    expect(page.get_by_text("This is not a JPEG, PNG or WebP picture.")).to_be_visible()
    expect(page.locator("[data-tab=photos]")).to_contain_text("2")
    expect_missing(page, 3)
    second = page.locator("[data-photo]").last.get_attribute("data-photo")
    page.locator("[data-photo] [name=cover]").last.click()
    expect(page.locator("[data-photo]").first).to_have_attribute("data-photo", second)
    assert fits(page)

    # What is missing leads to where it is said.
    page.locator(".c-unmet a", has_text="a meeting point").click()
    page.locator("#id_meeting_point_ru").fill("Chorsu")
    page.locator(".c-unmet a", has_text="a cancellation policy").click()
    add_row(page, "#field-cancellation_policy", days_before="5", refund_percent="100")
    expect(page.get_by_text("5 days before and earlier: 100 %")).to_be_visible()
    assert fits(page)
    # What is typed and not saved is not published, nor lost.
    page.locator(".c-tour-buttons").get_by_role("link", name="Publish").click()
    expect(page.get_by_role("heading", name="What you typed is not saved yet.")).to_be_visible()
    assert fits(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Save now").click()
    expect_missing(page, 1)

    tour = elsewhere(lambda: Tour.objects.get(title_ru="Озеро Арашан"))
    start = local_date(now()) + timedelta(days=30)
    elsewhere(lambda: factories.session(tour=tour, date_start=start, date_end=start))
    page.reload()
    expect_missing(page, 0)
    page.locator(".c-tour-buttons").get_by_role("link", name="Publish").click()
    page.locator("#modal-content").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("The tour is on sale.")).to_be_visible()

    page.locator(".c-tour-buttons").get_by_role("link", name="Preview").click()
    phone = page.locator(".c-phone-screen")
    for words in ("Озеро Арашан", "Two days by the lake.", "Автобус", "1 000 000"):
        expect(phone).to_contain_text(words)
    assert fits(page)
    page.get_by_role("link", name="EN", exact=True).click()
    expect(phone).to_contain_text("Included")

    tour = elsewhere(lambda: Tour.objects.get(pk=tour.pk))
    assert (tour.status, tour.parameters) == ("published", {"level": "hard"})
    assert [day["title"] for day in tour.itinerary_ru] == ["Озеро", "Дорога"]
    assert tour.inclusions_ru == ["Чай", "Обед"]
    assert tour.transport_options == [{"title": "Автобус", "price": "50000.00", "code": "avtobus"}]
    assert tour.cancellation_policy == [{"days_before": 5, "refund_percent": 100}]


@on_a_phone
def test_what_is_wrong_is_found_under_its_tab_with_all_that_was_typed(visit, cast, width):
    page = visit(cast.silk_manager, width)
    page.goto(f"/admin/catalog/tour/{cast.silk_tour.pk}/change/#transport")

    page.locator("[name=coordinates]").fill("somewhere")
    add_row(page, "#field-transport_options", title="Вертолёт", price="dear")
    save(page)

    expect(page.locator("[data-panel=transport]")).to_be_visible()
    expect(page.get_by_text("Write it like this: 41.3265, 69.2345")).to_be_visible()
    expect(page.get_by_text("Enter a number.")).to_be_visible()
    expect(page.locator("[name=coordinates]")).to_have_value("somewhere")
    expect(page.locator("[name=transport_options-title]").last).to_have_value("Вертолёт")
    assert fits(page)


@at_a_desk
def test_somebody_else_was_faster(visit, cast, width):
    page = visit(cast.silk_manager, width)
    page.goto(f"/admin/catalog/tour/{cast.silk_tour.pk}/change/")
    tours = Tour.objects.filter(pk=cast.silk_tour.pk)
    elsewhere(lambda: tours.update(meeting_point_ru="By the station"))

    # Of a text that ends with a space, what is typed next does not overtake it.
    editor = page.locator("#field-description_ru trix-editor")
    editor.evaluate("(editor) => editor.editor.loadHTML('<div>Two days. </div>')")
    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("By the lake")
    expect(editor).to_have_text("Two days. By the lake")
    page.locator("#id_meeting_point_ru").fill("By the fountain")
    save(page)
    expect(page.get_by_text("What changed meanwhile")).to_be_visible()
    expect(page.locator(".c-meanwhile-line")).to_contain_text("By the station")
    expect(page.locator("#id_meeting_point_ru")).to_have_value("By the fountain")
    assert fits(page)

    # Chimgan in the cast lacks a photo, but nothing of what is changed here.
    save(page)
    tour = elsewhere(lambda: Tour.objects.get(pk=cast.silk_tour.pk))
    assert tour.meeting_point_ru == "By the fountain"
