"""The agency says yes or no."""

from datetime import timedelta

import pytest
from constance.test import override_config

from catalog.services.seats import SeatsUnavailable
from core.models import EventLog
from core.refusals import NotAllowed, NotFound
from sales.refusals import BookingExpired, BookingMoved
from sales.services.approve import approve_booking
from sales.services.reject import ReasonMissing, reject_booking
from tests.factories import NOW

LATER = NOW + timedelta(minutes=10)
TOO_LATE = NOW + timedelta(minutes=60)


def say_yes(booking, by, at=NOW):
    return approve_booking(booking_id=booking.pk, by=by.actor("admin"), at=at)


def say_no(booking, by, at=NOW, reason="The road is closed."):
    return reject_booking(booking_id=booking.pk, reason=reason, by=by.actor("admin"), at=at)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["silk_manager", "silk_owner", "admin"])
def test_the_agency_and_the_platform_approve_and_the_seats_are_taken(cast, who):
    booking = cast.request(seats=3)

    say_yes(booking, getattr(cast, who), at=LATER)

    booking.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert booking.status == "approved"
    assert booking.approved_by == getattr(cast, who)
    assert booking.approved_at == LATER
    assert booking.expires_at == LATER + timedelta(minutes=60)
    assert cast.silk_session.seats_taken == 3
    assert cast.silk_session.available_seats == 17


def test_the_time_to_pay_is_a_platform_setting(cast):
    with override_config(PAYMENT_MINUTES=90):
        assert cast.approved().expires_at == NOW + timedelta(minutes=90)


def test_an_approval_is_logged_with_who_and_how_many_seats_are_left(cast):
    booking = cast.approved(seats=3)

    event = EventLog.objects.get(action="booking.approved")
    assert (event.object_id, event.user, event.role) == (booking.pk, cast.silk_manager, "manager")
    assert event.details["seats"] == 3
    assert event.details["seats_left"] == 17
    assert event.details["automatic"] is False


def test_too_few_free_seats_are_refused_with_how_many_are_left(cast):
    cast.approve(cast.request(seats=10))
    second = cast.request(seats=10, by=cast.second_traveller)
    third = cast.request(seats=4, by=cast.stranger)
    cast.approve(cast.request(seats=8))

    with pytest.raises(SeatsUnavailable) as refusal:
        cast.approve(second)

    assert refusal.value.facts == {"left": 2}
    assert "2" in refusal.value.detail
    second.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert second.status == "requested"
    assert cast.silk_session.seats_taken == 18
    with pytest.raises(SeatsUnavailable):
        cast.approve(third)


def test_the_last_seat_can_be_sold(cast):
    cast.approved(seats=19)

    assert cast.approved(seats=1, by=cast.second_traveller).status == "approved"
    cast.silk_session.refresh_from_db()
    assert cast.silk_session.available_seats == 0


@pytest.mark.parametrize("decide", [say_yes, say_no])
@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("nomad_manager", NotFound),
        ("nomad_owner", NotFound),
        ("traveller", NotAllowed),
        ("stranger", NotAllowed),
        ("accountant", NotAllowed),
        ("support", NotAllowed),
    ],
)
def test_nobody_else_decides(cast, decide, who, refusal):
    booking = cast.request()

    with pytest.raises(refusal):
        decide(booking, getattr(cast, who))

    booking.refresh_from_db()
    assert booking.status == "requested"


def test_somebody_who_left_the_agency_no_longer_decides(cast):
    booking = cast.request()
    cast.silk_manager.memberships.update(is_active=False)
    manager = type(cast.silk_manager).objects.get(pk=cast.silk_manager.pk)

    with pytest.raises(NotAllowed):
        say_yes(booking, manager)


@pytest.mark.parametrize("decide", [say_yes, say_no])
def test_a_booking_that_does_not_exist_is_not_found(cast, decide):
    booking = cast.request()
    booking.pk = 0

    with pytest.raises(NotFound):
        decide(booking, cast.silk_manager)


@pytest.mark.parametrize("decide", [say_yes, say_no])
@pytest.mark.parametrize("before", [say_yes, say_no])
def test_what_is_decided_already_says_how(cast, decide, before):
    booking = cast.request()
    decided = before(booking, cast.silk_manager)

    with pytest.raises(BookingMoved) as refusal:
        decide(booking, cast.silk_owner)

    assert refusal.value.code == "invalid_transition"
    assert decided.get_status_display() in refusal.value.detail
    assert booking.code in refusal.value.detail


@pytest.mark.parametrize("decide", [say_yes, say_no])
def test_a_lapsed_request_cannot_be_decided_and_its_expiry_stands(cast, decide):
    cast.give_bonus(cast.traveller, 1000)
    booking = cast.request(bonus="all")

    with pytest.raises(BookingExpired) as refusal:
        decide(booking, cast.silk_manager, at=TOO_LATE)

    assert refusal.value.code == "booking_expired"
    booking.refresh_from_db()
    assert (booking.status, booking.cancelled_at) == ("expired", TOO_LATE)
    assert cast.balance("bonus_available", cast.traveller) == 1000
    assert EventLog.objects.filter(action="booking.expired", object_id=booking.pk).exists()


def test_a_minute_before_it_lapses_a_request_can_still_be_approved(cast):
    booking = cast.request()

    assert say_yes(booking, cast.silk_manager, at=NOW + timedelta(minutes=59)).status == "approved"


def test_an_expired_booking_is_refused_as_expired_not_as_moved(cast):
    booking = cast.request()
    with pytest.raises(BookingExpired):
        say_yes(booking, cast.silk_manager, at=TOO_LATE)

    with pytest.raises(BookingExpired):
        say_yes(booking, cast.silk_manager, at=TOO_LATE)


def test_an_approval_first_ends_the_lapsed_holds_of_the_session(cast):
    lapsed = cast.approved(seats=20)
    fresh = cast.request(seats=20, by=cast.second_traveller, at=TOO_LATE)

    assert cast.approve(fresh, at=TOO_LATE).status == "approved"

    lapsed.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert lapsed.status == "expired"
    assert cast.silk_session.seats_taken == 20


def test_a_rejection_carries_its_reason_and_gives_the_bonus_back(cast):
    cast.give_bonus(cast.traveller, 1000)
    booking = cast.request(bonus="all")

    say_no(booking, cast.silk_manager, at=LATER, reason="  The road is closed. ")

    booking.refresh_from_db()
    assert booking.status == "rejected"
    assert booking.cancel_note == "The road is closed."
    assert booking.cancel_reason == "agency"
    assert (booking.cancelled_at, booking.expires_at) == (LATER, None)
    assert cast.balance("bonus_available", cast.traveller) == 1000
    assert cast.balance("bonus_reserved", cast.traveller) == 0
    event = EventLog.objects.get(action="booking.rejected")
    assert event.user == cast.silk_manager


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_rejection_without_a_reason_is_refused(cast, reason):
    booking = cast.request()

    with pytest.raises(ReasonMissing) as refusal:
        say_no(booking, cast.silk_manager, reason=reason)

    assert refusal.value.field == "reason"
    booking.refresh_from_db()
    assert booking.status == "requested"
