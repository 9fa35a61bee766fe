"""Uploading pictures in a real browser: chosen, dropped, and for a field that needs one."""

import base64

import pytest
from playwright.sync_api import Page, expect

from core.models import Media
from partners.models import TravelAgency
from tests import factories
from tests.browser.conftest import elsewhere
from tests.browser.test_approvals import DESK, PHONE, at_a_desk, fits, on_a_phone
from tests.core.test_pictures import picture

pytestmark = pytest.mark.django_db(transaction=True)


def a_file(name: str, data: bytes) -> dict:
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


def outcome(page: Page, name: str):
    return page.locator("[data-files] li").filter(has_text=name)


@on_a_phone
def test_many_at_once_each_with_its_outcome(visit, cast, width):
    page = visit(cast.silk_manager, width)
    page.goto("/admin/core/media/")
    page.locator("a[href*='/media/add/']").first.click()

    upload = page.get_by_role("button", name="Upload")
    expect(upload).to_be_disabled()
    page.set_input_files(
        "input[type=file]",
        [
            a_file("mountains.jpg", picture((2000, 1000))),
            a_file("notes.pdf", b"%PDF-1.4"),
            a_file("not-this-one.jpg", picture((70, 70))),
        ],
    )
    # A second choice adds to the first.
    page.set_input_files("input[type=file]", [a_file("lake.png", picture((50, 50), format="PNG"))])
    outcome(page, "not-this-one").get_by_role("button").click()
    assert fits(page)
    upload.click()

    expect(page.get_by_text("Stored: 2 · Refused: 1")).to_be_visible()
    expect(outcome(page, "mountains.jpg")).to_contain_text("Stored.")
    expect(outcome(page, "notes.pdf")).to_contain_text("This is not a JPEG, PNG or WebP picture.")
    expect(outcome(page, "not-this-one")).to_have_count(0)
    assert fits(page)
    assert elsewhere(Media.objects.count) == 2
    page.get_by_role("link", name="Done").click()
    expect(page.locator("#result_list .c-thumb")).to_have_count(2)
    assert page.evaluate(
        "Array.from(document.querySelectorAll('.c-thumb')).every((one) => one.naturalWidth > 0)"
    )


def test_dropped_files_are_taken_too(visit, cast):
    page = visit(cast.silk_manager, DESK)
    page.goto("/admin/core/media/add/")
    dropped = page.evaluate_handle(
        """(data) => {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const all = new DataTransfer();
            all.items.add(new File([bytes], "dropped.jpg", { type: "image/jpeg" }));
            return all;
        }""",
        base64.b64encode(picture()).decode(),
    )

    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": dropped})
    page.get_by_role("button", name="Upload").click()

    expect(outcome(page, "dropped.jpg")).to_contain_text("Stored.")
    assert elsewhere(Media.objects.count) == 1


def test_what_does_not_arrive_stays_to_be_sent_again(visit, cast):
    page = visit(cast.silk_manager, DESK)
    page.goto("/admin/core/media/add/")
    page.set_input_files("input[type=file]", [a_file("mountains.jpg", picture())])
    upload = page.get_by_role("button", name="Upload")

    page.context.clear_cookies(name="sessionid")
    upload.click()
    expect(outcome(page, "mountains.jpg")).to_contain_text("Did not arrive.")
    expect(upload).to_be_enabled()

    assert elsewhere(Media.objects.count) == 0


def test_a_field_that_needs_a_picture_gets_a_new_one(visit, cast):
    page = visit(cast.silk_owner, DESK)
    page.goto(f"/admin/partners/travelagency/{cast.silk.pk}/change/")

    page.locator("[data-id=related-widget-wrapper-logo]").get_by_text("more_vert").click()
    page.locator("#add_id_logo").click()
    window = page.frame_locator("iframe")
    expect(window.locator(".c-drop-live")).to_be_visible()
    expect(window.get_by_label("Type")).to_have_value("logo")
    window.locator("input[type=file]").set_input_files(a_file("logo.png", picture(format="PNG")))
    expect(window.get_by_text("logo.png")).to_be_visible()
    window.get_by_role("button", name="Upload").click()
    expect(page.locator("iframe")).not_to_be_visible()
    expect(page.locator("#id_logo option:checked")).to_have_text("logo 60×40")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()

    logo = elsewhere(lambda: TravelAgency.objects.get(pk=cast.silk.pk).logo)
    assert (logo.type, logo.agency_id) == ("logo", cast.silk.pk)


@at_a_desk
def test_a_picture_in_use_is_kept_and_says_why(visit, cast, width):
    media = elsewhere(lambda: factories.media(agency=cast.silk))
    elsewhere(lambda: factories.tour_photo(tour=cast.silk_tour, media=media))
    page = visit(cast.silk_manager, width)
    # Its bytes are a stand-in.
    page.route("**/media/media/**", lambda route: route.fulfill(body=picture()))
    page.goto(f"/admin/core/media/{media.pk}/change/")
    assert fits(page)

    if width == PHONE:
        page.get_by_text("more_horiz").click()
    page.get_by_role("link", name="Delete").first.click()
    page.locator("dialog, [role=dialog], form").get_by_role("button", name="Delete").click()

    told = "This picture is in use: Tour «Chimgan», gallery."
    expect(page.get_by_text(told)).to_be_visible()
    assert elsewhere(Media.objects.count) == 1
