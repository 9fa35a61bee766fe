"""What was sent to whom: on the booking's page, and what a person wants on his."""

from datetime import timedelta

import pytest

from catalog.services.chats import bind_chat
from notifications.services.chats import TELEGRAM, admit_traveller, note_left
from sales.services.approve import approve_booking
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


def test_who_was_let_into_a_date_s_group_is_told_with_the_group_and_the_date(
    cast, booking, sign_in
):
    bound = bind_chat(
        session_id=cast.silk_session.pk,
        chat_id=-100,
        title="Samarkand",
        by=cast.silk_manager.actor("bot"),
        at=NOW,
    )
    who = {"user_id": cast.traveller.pk, "by": TELEGRAM}
    admit_traveller(tour_chat_id=bound.pk, at=NOW + timedelta(hours=1), **who)
    note_left(tour_chat_id=bound.pk, at=NOW + timedelta(hours=2), **who)
    browser = sign_in(cast.silk_owner)

    for address in (page_of(bound), page_of(cast.silk_session)):
        page = browser.get(address)
        told = [event.text for event in page.context["page"]["events"]]
        assert told[:3] == [
            f"{cast.traveller}: No longer in the tour's Telegram group: left, or put out by a "
            "person.",
            f"{cast.traveller}: Let into the tour's Telegram group.",
            f"Telegram group “Samarkand” became the chat of {cast.silk_session}.",
        ]


def test_the_history_of_fields_knows_who_decided_in_the_bot(cast, sign_in):
    booking = cast.request()
    approve_booking(booking_id=booking.pk, by=cast.silk_manager.actor("bot"), at=NOW)

    assert booking.history.latest().history_user == cast.silk_manager
    assert booking.history.earliest().history_user == cast.traveller
