"""What was sent to whom: on the booking's page, and what a person wants on his."""

import pytest

from tests import factories
from tests.backoffice.pages import page_of
from tests.factories import NOW


@pytest.fixture
def booking(cast):
    return cast.paid()


def test_a_bookings_page_says_what_went_to_whom_when_and_why_something_did_not(
    cast, booking, sign_in
):
    rest = {"booking": booking, "agency": cast.silk, "language": "en", "payload": {"text": "Hi"}}
    sent = factories.notification(
        recipient=cast.silk_owner, state="sent", sent_at=NOW, message_id=5, **rest
    )
    closed = {"kind": "card_closed", "edits": sent, "recipient": cast.silk_owner}
    factories.notification(
        **rest | closed | {"payload": {"outcome": "Approved by Malika"}, "state": "sent"},
        sent_at=NOW,
    )
    factories.notification(
        **rest | closed | {"payload": {"outcome": "Taken back"}, "state": "dropped"}
    )
    factories.notification(
        recipient=cast.traveller,
        state="dropped",
        last_error="It was paid before this could be sent.",
        **rest,
    )

    page = sign_in(cast.silk_manager).get(page_of(booking)).content.decode()

    assert page.count('class="c-message"') == 2  # the change stands with what it changes
    assert page.count("Approved by Malika") == 1
    assert "Taken back" not in page
    assert "It was paid before this could be sent." in page
    assert "01.03.2027 11:00" in page
    assert page_of(sent) in page


def test_a_persons_page_says_what_he_does_not_want(cast, sign_in):
    wishes = factories.preferences(user=cast.traveller)
    browser = sign_in(cast.support)

    for address in (page_of(cast.traveller), page_of(wishes)):
        page = browser.get(address).content.decode()
        assert "reminder, three days before" in page
        assert "22:00–08:00" in page
