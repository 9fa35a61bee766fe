"""The dialogs of actions: over a page, and as pages of their own."""

import pytest

from tests.backoffice.pages import SUBMIT, action_on, list_of, page_of

HTMX = {"HX-Request": "true", "HX-Target": "modal-content"}
RED, OWN = "border-red-600 bg-red-600", "bg-primary-600 border-transparent"


def test_an_address_of_a_dialog_that_is_opened_directly_is_a_page(cast, sign_in):
    booking = cast.request()

    page = sign_in(cast.silk_owner).get(action_on(booking, "reject")).content.decode()

    assert "</html>" in page
    assert "nav-sidebar-apps" in page
    assert booking.code in page
    assert "Reject this request?" in page
    assert f'href="{page_of(booking)}" class="c-button"' in page
    assert "openModal = false'" not in page


def test_it_stays_a_page_when_the_form_is_refused_and_goes_on_when_it_is_not(cast, sign_in):
    booking = cast.request()
    browser, address = sign_in(cast.silk_owner), action_on(booking, "reject")

    refused = browser.post(address, SUBMIT).content.decode()
    done = browser.post(address, {**SUBMIT, "reason": "The pass is closed."})

    assert "</html>" in refused
    assert "Tell the traveller why." in refused
    assert done.url == page_of(booking)


def test_over_a_page_it_is_still_a_dialog(cast, sign_in):
    dialog = sign_in(cast.silk_owner).get(action_on(cast.request(), "reject"), headers=HTMX)

    assert '<div id="dialog">' in dialog.content.decode()
    assert "</html>" not in dialog.content.decode()


def test_a_day_is_asked_for_alike_in_a_dialog_and_on_its_own_page(cast, sign_in):
    """The scripts of the calendar come once: the dialog's page has them already."""
    browser, address = sign_in(cast.silk_manager), action_on(cast.silk_session, "duplicate")
    calendar = "admin/js/admin/DateTimeShortcuts.js"

    alone, behind = (
        browser.get(at).content.decode() for at in (address, page_of(cast.silk_session))
    )
    dialog = browser.get(address, headers=HTMX).content.decode()

    assert [page.count(calendar) for page in (alone, behind, dialog)] == [1, 1, 0]
    assert "vDateField" in alone
    assert "vDateField" in dialog
    assert "/jsi18n/" in alone


@pytest.mark.parametrize(
    ("action", "is_dangerous"), [("approve", False), ("reject", True), ("cancel", True)]
)
def test_what_is_dangerous_is_confirmed_by_a_red_button(cast, sign_in, action, is_dangerous):
    browser, address = sign_in(cast.admin), action_on(cast.request(), action)

    dialog = browser.get(address, headers=HTMX).content.decode()
    page = browser.get(address).content.decode()

    assert (RED in dialog) is is_dangerous
    assert (OWN in dialog) is not is_dangerous
    assert ('class="c-button c-button-danger">' in page) is is_dangerous


@pytest.mark.parametrize(
    ("action", "is_dangerous"),
    [("deactivate", True), ("change_role", False), ("set_password", False)],
)
def test_so_it_is_on_a_persons_page(cast, sign_in, action, is_dangerous):
    address = action_on(cast.support, action)

    dialog = sign_in(cast.admin).get(address, headers=HTMX).content.decode()

    assert (RED in dialog) is is_dangerous


def test_the_page_of_a_dialog_stands_below_its_row_and_the_rows_list(cast, sign_in):
    member = cast.silk_owner.memberships.get()

    page = sign_in(cast.silk_owner).get(action_on(member, "end")).content.decode()

    assert f'href="{page_of(member)}" class="c-button"' in page
    assert list_of(type(member)) in page


def test_the_header_of_a_request_that_waits_has_two_decisions_and_more(cast, sign_in):
    page = sign_in(cast.admin).get(page_of(cast.request()))

    *decisions, more = page.context["actions_detail"]

    assert [str(each["title"]) for each in decisions] == ["Approve", "Reject"]
    assert [each["variant"].value for each in decisions].count("danger") == 1
    assert "Cancel booking" in [str(each["title"]) for each in more["items"]]
