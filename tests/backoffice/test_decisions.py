"""Approving, rejecting, cancelling and commenting from the admin."""

from datetime import date, timedelta

import pytest
from django.test import Client

from core.models import EventLog
from sales.models import BookingRequest
from sales.services.offer_date import take_offer
from sales.states import BookingStatus
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, chosen, fared, list_of, page_of, said
from tests.factories import NOW


def test_a_manager_approves_from_the_list_and_the_seats_are_taken(cast, sign_in):
    booking = cast.request(seats=2)

    response = sign_in(cast.silk_manager).post(
        action_on(booking, "approve", BookingRequest), SUBMIT, headers={"HX-Request": "true"}
    )

    booking.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert response.headers["HX-Redirect"] == list_of(BookingRequest)
    assert (booking.status, cast.silk_session.seats_taken) == (BookingStatus.APPROVED, 2)
    event = EventLog.objects.get(action="booking.approved")
    assert (event.user, event.source) == (cast.silk_manager, "admin")
    assert event.request_id == response.headers["X-Request-ID"]


def test_a_dialog_that_is_only_opened_decides_nothing(cast, sign_in):
    booking = cast.request()

    response = sign_in(cast.silk_manager).get(action_on(booking, "approve", BookingRequest))

    booking.refresh_from_db()
    assert booking.code in response.content.decode()
    assert booking.status == BookingStatus.REQUESTED


def test_a_decision_without_a_csrf_token_is_refused(cast):
    booking = cast.request()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.silk_manager)

    response = browser.post(action_on(booking, "approve"), SUBMIT)

    booking.refresh_from_db()
    assert (response.status_code, booking.status) == (403, BookingStatus.REQUESTED)


def test_a_rejection_tells_the_reason(cast, sign_in):
    booking = cast.request()

    response = sign_in(cast.silk_manager).post(
        action_on(booking, "reject"), SUBMIT | {"reason": "The bus is full"}
    )

    booking.refresh_from_db()
    assert response.url == page_of(booking)
    assert (booking.status, booking.cancel_note) == (BookingStatus.REJECTED, "The bus is full")


def test_a_rejection_without_a_reason_shows_the_dialog_again(cast, sign_in):
    booking = cast.request()

    response = sign_in(cast.silk_manager).post(
        action_on(booking, "reject"), SUBMIT | {"reason": "  "}
    )

    booking.refresh_from_db()
    assert "Tell the traveller why." in response.content.decode()
    assert booking.status == BookingStatus.REQUESTED


def test_a_decision_that_comes_too_late_says_what_happened_meanwhile(cast, sign_in):
    booking = cast.approved()

    response = sign_in(cast.silk_owner).post(
        action_on(booking, "reject", BookingRequest), SUBMIT | {"reason": "Sorry"}
    )

    booking.refresh_from_db()
    assert said(response) == [f"{booking.code}: Booking {booking.code} is already approved."]
    assert booking.status == BookingStatus.APPROVED


UNDO = "Undo the decision"


def test_what_she_decided_can_be_undone_from_every_page_while_nobody_was_told(cast, sign_in, clock):
    bookings = [cast.request(), cast.request(by=cast.second_traveller)]
    browser, other = sign_in(cast.silk_manager), sign_in(cast.silk_owner)
    browser.post(list_of(BookingRequest), chosen("approve_selected", *bookings))
    pages = ("/admin/", list_of(BookingRequest), page_of(bookings[0]))

    shown = [browser.get(page).content.decode().count(UNDO) for page in pages]
    refused = sign_in(cast.support).post(action_on(bookings[0], "undo"), SUBMIT)
    undone = browser.post(action_on(bookings[0], "undo", BookingRequest), SUBMIT)

    assert shown[:2] == [2, 2]
    assert shown[2] >= 2  # the bar and the action
    assert [other.get(page).content.decode().count(UNDO) for page in pages[:2]] == [0, 0]
    assert refused.status_code == 403
    assert undone.url == list_of(BookingRequest)
    bookings[0].refresh_from_db()
    assert bookings[0].status == BookingStatus.REQUESTED
    clock.shift(timedelta(seconds=30))
    assert UNDO not in browser.get(page_of(bookings[1])).content.decode()
    late = browser.post(action_on(bookings[1], "undo"), SUBMIT)
    assert "Too late" in said(late)[0]


def test_another_date_is_offered_and_both_bookings_know_of_each_other(cast, sign_in):
    booking = cast.request()
    browser = sign_in(cast.silk_manager)
    empty = browser.get(action_on(booking, "offer", BookingRequest)).content.decode()
    other = factories.session(tour=cast.silk_tour, date_end=date(2027, 6, 9))
    dialog = browser.get(action_on(booking, "offer", BookingRequest)).content.decode()

    wrong = browser.post(action_on(booking, "offer"), SUBMIT | {"session": cast.nomad_session.pk})
    right = browser.post(action_on(booking, "offer"), SUBMIT | {"session": other.pk})

    assert "no other date on sale" in empty
    assert "01.06.2027 – 09.06.2027" in dialog
    assert "Select a valid choice" in wrong.content.decode()
    assert right.url == page_of(booking)
    assert "another date offered: 01.06.2027" in browser.get("/admin/").content.decode()
    booking.refresh_from_db()
    by = cast.traveller.actor("bot")
    assert "The offer stands until" in browser.get(page_of(booking)).content.decode()
    new = take_offer(offer_id=booking.date_offer.pk, by=by, at=NOW)
    assert page_of(new) in browser.get(page_of(booking)).content.decode()
    assert page_of(booking) in browser.get(page_of(new)).content.decode()


def test_a_request_that_has_lapsed_cannot_be_approved_and_stays_expired(cast, sign_in, clock):
    booking = cast.request()
    clock.shift(timedelta(minutes=61))

    response = sign_in(cast.silk_manager).post(action_on(booking, "approve"), SUBMIT)

    booking.refresh_from_db()
    assert "is over" in said(response)[0]
    assert booking.status == BookingStatus.EXPIRED


def test_too_few_seats_are_told_and_nothing_changes(cast, sign_in):
    cast.silk_session.capacity = 1
    booking = cast.request(seats=2)
    type(cast.silk_session).objects.filter(pk=cast.silk_session.pk).update(capacity=1)

    response = sign_in(cast.silk_manager).post(action_on(booking, "approve"), SUBMIT)

    booking.refresh_from_db()
    assert said(response) == [f"{booking.code}: Not enough free seats. Seats left: 1."]
    assert booking.status == BookingStatus.REQUESTED


@pytest.mark.parametrize(
    ("action", "outcome"),
    [("approve_selected", BookingStatus.APPROVED), ("reject_selected", BookingStatus.REJECTED)],
)
def test_several_are_decided_each_with_its_outcome(cast, sign_in, action, outcome):
    first, second = cast.request(), cast.request(by=cast.second_traveller)

    response = sign_in(cast.silk_manager).post(
        list_of(BookingRequest), chosen(action, first, second, reason="No guide")
    )

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (outcome, outcome)
    assert fared(response) == dict.fromkeys((first.pk, second.pk), outcome.value)


def test_rejecting_several_asks_for_a_reason_first(cast, sign_in):
    booking = cast.request()

    response = sign_in(cast.silk_manager).post(
        list_of(BookingRequest), chosen("reject_selected", booking)
    )

    booking.refresh_from_db()
    assert 'name="reason"' in response.content.decode()
    assert booking.status == BookingStatus.REQUESTED


def test_cancelling_shows_the_split_and_owes_the_refund(cast, sign_in):
    booking = cast.paid()
    browser = sign_in(cast.silk_manager)

    dialog = browser.get(action_on(booking, "cancel")).content.decode()
    browser.post(action_on(booking, "cancel"), SUBMIT | {"reason": "No guide"})

    booking.refresh_from_db()
    assert "The traveller gets back (100 %)" in dialog
    assert booking.status == BookingStatus.CANCELLED
    assert booking.payments.get().refunds.get().amount == booking.final_price


def test_support_comments_but_does_not_decide(cast, sign_in):
    booking = cast.request()
    browser = sign_in(cast.support)

    browser.post(action_on(booking, "comment"), {"text": "Called the agency", "is_internal": "yes"})
    refused = browser.post(action_on(booking, "approve"), SUBMIT)

    comment = booking.comments.get()
    assert (comment.text, comment.is_internal) == ("Called the agency", True)
    assert refused.status_code == 403


def test_buttons_follow_the_state(cast, sign_in):
    browser = sign_in(cast.silk_manager)
    requested = browser.get(page_of(cast.request())).content.decode()
    paid = browser.get(page_of(cast.paid(by=cast.second_traveller))).content.decode()

    assert "/approve/" in requested
    assert "/reject/" in requested
    assert "/approve/" not in paid
    assert "/cancel/" in paid


def test_the_list_shows_who_waits_longest_first_and_not_what_has_lapsed(cast, sign_in, clock):
    late = cast.request()
    clock.shift(timedelta(minutes=30))
    later = cast.request(by=cast.second_traveller, at=late.created_at + timedelta(minutes=30))
    browser = sign_in(cast.silk_manager)

    both = browser.get(list_of(BookingRequest)).content.decode()
    clock.shift(timedelta(minutes=31))
    one = browser.get(list_of(BookingRequest)).content.decode()

    assert both.index(late.code) < both.index(later.code)
    assert late.code not in one
    assert later.code in one


def test_an_empty_list_says_so_kindly(cast, sign_in):
    page = sign_in(cast.silk_manager).get(list_of(BookingRequest)).content.decode()

    assert "No requests are waiting" in page


@pytest.mark.parametrize("language", ["ru", "uz", "en"])
def test_an_id_above_a_thousand_stays_a_number_in_a_form(cast, sign_in, language):
    """Grouped as an amount is, it would come back as nothing's id."""
    booking = factories.booking(pk=1_234_567, session=cast.silk_session)

    response = sign_in(cast.silk_manager).post(
        list_of(BookingRequest),
        {"action": "reject_selected", "_selected_action": [booking.pk]},
        headers={"Accept-Language": language},
    )

    assert 'value="1234567"' in response.content.decode()
