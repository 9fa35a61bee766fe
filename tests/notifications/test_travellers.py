"""What a traveller is told of his booking, from the request to the day before the tour."""

from base64 import b64decode
from datetime import timedelta
from decimal import Decimal

import pytest

from catalog.services.sessions import change_session
from catalog.services.tours import change_tour
from notifications.buttons import keyboard
from notifications.handlers import handle
from notifications.models import Notification
from notifications.services.deliver import deliver_events
from notifications.services.preferences import AlwaysTold, set_muted
from notifications.services.reminders import remind_of_trips, remind_to_pay
from notifications.templates import render
from partners.models import User
from sales.services.cancel import cancel_booking
from sales.services.departures import cancel_session
from sales.services.holds import sweep_lapsed_holds
from tests.factories import FIRST_DAY, LAST_DAY, NOW

MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(minutes=5)


def told(at=NOW):
    """Deliver what waits."""
    deliver_events(at=at, handle=handle)


def in_english():
    """What is put into messages is in their readers' language."""
    User.objects.update(language="en")


def message(kind, booking):
    return Notification.objects.get(kind=kind, booking=booking)


def text(kind, booking):
    row = message(kind, booking)
    return render(row.kind, row.payload, "en")


def kinds(booking, **which):
    rows = Notification.objects.filter(booking=booking, recipient=booking.user, **which)
    return sorted(rows.values_list("kind", flat=True))


def asked_for(url):
    """What Payme's page is told, and where it is."""
    host, _, asked = url.rpartition("/")
    return host, b64decode(asked).decode()


# --- approved, and paid for nothing


def test_an_approval_opens_the_payment_page_and_starts_no_payment(cast):
    booking = cast.approved()
    told()

    row = message("booking_approved", booking)
    [[button]] = keyboard(row.kind, row.payload, row.language)
    host, asked = asked_for(button.url)
    assert host == "https://checkout.paycom.uz"
    assert f"ac.order_id={booking.code};a=100000000;l=uz;" in asked
    assert not booking.payments.exists()
    assert "07:00" not in render(row.kind, row.payload, "en")
    assert "12:00" in render(row.kind, row.payload, "en")  # of Tashkent


def test_without_a_cashbox_there_is_no_button(cast, settings):
    settings.PAYME_MERCHANT_ID = ""
    booking = cast.approved()
    told()

    row = message("booking_approved", booking)
    assert keyboard(row.kind, row.payload, row.language) == ()


def test_who_has_nothing_to_pay_is_not_asked_to(cast):
    cast.give_bonus(cast.traveller, 1_000_000)
    booking = cast.approved(bonus="all")
    told()

    assert kinds(booking) == ["booking_paid", "booking_requested"]


def test_what_was_paid_before_the_approval_could_be_told_is_not_asked_for(cast):
    booking = cast.paid()
    told()

    assert message("booking_approved", booking).state == "dropped"
    assert "/bookings" in text("booking_paid", booking)


# --- the end


def test_an_unanswered_request_and_an_unpaid_hold_end_in_other_words(cast):
    in_english()
    asked, unpaid = cast.request(), cast.approved(by=cast.second_traveller)
    told()
    sweep_lapsed_holds(at=NOW + timedelta(hours=2))
    told(NOW + timedelta(hours=2))

    assert "has not answered in time" in text("booking_expired", asked)
    assert "not paid in time" in text("booking_expired", unpaid)


def test_a_cancellation_says_by_whom_why_and_what_comes_back(cast):
    in_english()
    paid, asked = cast.paid(), cast.request(by=cast.second_traveller)
    dated = cast.paid(session=cast.nomad_session, by=cast.stranger)
    told()
    owner = cast.silk_owner.actor("admin")
    cancel_booking(booking_id=paid.pk, by=owner, at=LATER, reason="Snow on the pass.")
    cancel_booking(booking_id=asked.pk, by=cast.second_traveller.actor("api"), at=LATER)
    by = cast.nomad_owner.actor("admin")
    cancel_session(session_id=cast.nomad_session.pk, reason="Too few people.", by=by, at=LATER)
    told(LATER)

    words = text("booking_cancelled", paid)
    assert "The agency called it off. Reason: Snow on the pass." in words
    assert "To be returned: 1" in words
    words = text("booking_cancelled", asked)
    assert "You called it off yourself." in words
    assert "returned" not in words
    words = text("booking_cancelled", dated)
    assert "does not take place on these dates. Reason: Too few people." in words


# --- the hold is about to end


def test_who_has_not_paid_is_reminded_once_shortly_before_the_end(cast):
    booking = cast.approved()
    ends = booking.expires_at

    assert remind_to_pay(at=ends - 16 * MINUTE) == 0
    assert remind_to_pay(at=ends - 15 * MINUTE) == 1
    assert remind_to_pay(at=ends - 14 * MINUTE) == 0

    row = message("hold_ending", booking)
    [[button]] = keyboard(row.kind, row.payload, row.language)
    assert booking.code in asked_for(button.url)[1]
    cast.pay(booking, at=ends - 13 * MINUTE)
    told(ends - 13 * MINUTE)
    row.refresh_from_db()
    assert row.state == "dropped"


def test_who_is_paying_or_wants_no_reminder_is_left_alone(cast):
    paying, muted = cast.approved(), cast.approved(by=cast.second_traveller)
    at = paying.expires_at - 10 * MINUTE
    cast.open(paying, at=at)
    set_muted(kind="hold_ending", is_muted=True, by=cast.second_traveller.actor("bot"), at=NOW)

    assert remind_to_pay(at=at) == 0

    set_muted(kind="hold_ending", is_muted=False, by=cast.second_traveller.actor("bot"), at=NOW)
    assert remind_to_pay(at=at) == 1
    assert kinds(muted) == ["hold_ending"]
    with pytest.raises(AlwaysTold):
        set_muted(kind="booking_paid", is_muted=True, by=cast.traveller.actor("bot"), at=NOW)


# --- the tour begins


def morning(days, hour=10):
    """So many days before the tour, in Tashkent."""
    return NOW.replace(month=6, day=1, hour=hour - 5) - timedelta(days=days)


def test_who_goes_is_reminded_three_days_and_a_day_before_at_a_civil_hour(cast):
    booking = cast.paid()
    assert (morning(0).date(), morning(-2).date()) == (FIRST_DAY, LAST_DAY)

    assert remind_of_trips(at=morning(4)) == 0
    assert remind_of_trips(at=morning(3) - MINUTE) == 0
    assert remind_of_trips(at=morning(3)) == 1
    assert remind_of_trips(at=morning(3, 12)) == 0
    assert remind_of_trips(at=morning(2)) == 0
    assert remind_of_trips(at=morning(1, 21)) == 0
    assert remind_of_trips(at=morning(1, 20)) == 1

    assert kinds(booking) == ["trip_in_three_days", "trip_tomorrow"]
    assert "Tashkent, Chorsu" in text("trip_tomorrow", booking)


def test_who_has_paid_after_the_hour_is_told_by_the_next_reminder(cast):
    booking = cast.paid(at=morning(3, 11))

    assert remind_of_trips(at=morning(3, 12)) == 0
    assert remind_of_trips(at=morning(1)) == 1
    assert kinds(booking) == ["trip_tomorrow"]


def test_nobody_is_reminded_of_what_has_ended(cast):
    booking = cast.paid()
    cast.approved(by=cast.second_traveller)
    remind_of_trips(at=morning(3))
    cancel_booking(booking_id=booking.pk, by=cast.traveller.actor("api"), at=morning(3, 11))
    told(morning(3, 11))

    assert kinds(booking, state="queued")[0] == "booking_cancelled"
    assert message("trip_in_three_days", booking).state == "dropped"
    assert remind_of_trips(at=morning(1)) == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_reminders_take_the_same_queries_for_one_and_for_many(
    cast, rows, django_assert_num_queries
):
    people = [cast.traveller, cast.second_traveller, cast.stranger][:rows]
    for person in people:
        cast.paid(by=person)

    with django_assert_num_queries(6):
        assert remind_of_trips(at=morning(3)) == rows


# --- something changes


def test_another_guide_and_meeting_point_are_told_to_who_goes(cast):
    paid, held = cast.paid(by=cast.stranger), cast.approved(by=cast.second_traveller)
    asked = cast.request()
    told()
    by = cast.silk_manager.actor("admin")
    session, tour = cast.silk_session.pk, cast.silk_tour.pk
    change_session(session_id=session, values={"guide": "Kamola"}, by=by, at=LATER)
    told(LATER)
    assert "Guide: Kamola" in text("session_changed", paid)

    place = {"meeting_point_en": "Hotel Uzbekistan", "meeting_lat": Decimal("41.31")}
    place["meeting_lon"] = Decimal("69.28")
    change_tour(tour_id=tour, values=place, by=by, at=LATER)
    told(LATER)

    row = Notification.objects.filter(kind="session_changed", booking=paid).latest("pk")
    words = render(row.kind, row.payload, "en")
    assert "Meeting point: Tashkent, Chorsu → Hotel Uzbekistan" in words
    assert "query=41.310000,69.280000" in words
    # He reads Russian, in which the place is called as before: only the map is new.
    row = Notification.objects.filter(kind="session_changed", booking=held).latest("pk")
    assert "Chorsu" not in render(row.kind, row.payload, "ru")
    assert "query=41.310000" in render(row.kind, row.payload, "ru")
    assert not Notification.objects.filter(kind="session_changed", booking=asked).exists()


def test_what_touches_no_traveller_is_not_told(cast):
    cast.paid()
    told()
    by = cast.silk_manager.actor("admin")
    values = {"price": Decimal("2000000.00"), "capacity": 30}
    change_session(session_id=cast.silk_session.pk, values=values, by=by, at=LATER)
    change_tour(tour_id=cast.silk_tour.pk, values={"description_ru": "Горы."}, by=by, at=LATER)
    told(LATER)

    assert not Notification.objects.filter(kind="session_changed").exists()
