"""Holds end by the clock: by the sweep, or by whoever takes the session's lock first."""

from datetime import timedelta

import pytest
from django.db import transaction

from catalog.services.locks import lock_session
from core.models import EventLog
from sales.models import Booking
from sales.queries.offer import SessionClosed
from sales.services.holds import sweep_lapsed_holds
from tests import factories
from tests.factories import NOW
from tests.sales.threads import in_thread

LAPSE = NOW + timedelta(minutes=60)


def test_the_sweep_ends_what_has_lapsed_and_gives_back_what_it_held(cast):
    cast.give_bonus(cast.traveller, 1000)
    requested = cast.request(seats=1, bonus="all")
    approved = cast.approved(seats=5, by=cast.second_traveller)
    elsewhere = cast.approved(session=cast.nomad_session, seats=2)

    ended = sweep_lapsed_holds(at=LAPSE)

    assert ended == 3
    for booking in (requested, approved, elsewhere):
        booking.refresh_from_db()
        assert (booking.status, booking.cancelled_at) == ("expired", LAPSE)
        assert booking.cancel_reason == ""
    for session in (cast.silk_session, cast.nomad_session):
        session.refresh_from_db()
        assert session.seats_taken == 0
    assert cast.balance("bonus_available", cast.traveller) == 1000


def test_the_sweep_leaves_what_has_not_lapsed(cast):
    young = cast.request(at=NOW + timedelta(minutes=1))
    paid = cast.paid(seats=2, by=cast.second_traveller)

    assert sweep_lapsed_holds(at=LAPSE) == 0

    young.refresh_from_db()
    paid.refresh_from_db()
    assert (young.status, paid.status) == ("requested", "paid")


def test_a_second_sweep_finds_nothing(cast):
    cast.approved()
    sweep_lapsed_holds(at=LAPSE)

    assert sweep_lapsed_holds(at=LAPSE) == 0
    cast.silk_session.refresh_from_db()
    assert cast.silk_session.seats_taken == 0


def test_an_expiry_is_the_clocks_doing_and_says_what_it_was(cast):
    booking = cast.approved()

    sweep_lapsed_holds(at=LAPSE)

    event = EventLog.objects.get(action="booking.expired")
    assert (event.object_id, event.user, event.role, event.source) == (
        booking.pk,
        None,
        "system",
        "job",
    )
    assert event.details == {"was": "approved"}


def test_lapsed_holds_make_room_for_a_request_before_the_job_has_come(cast):
    lapsed = cast.approved(seats=20)

    fresh = cast.request(seats=20, by=cast.second_traveller, at=LAPSE)

    lapsed.refresh_from_db()
    assert (fresh.status, lapsed.status) == ("requested", "expired")


def test_a_refused_request_leaves_the_holds_as_they_were(cast):
    """The refusal rolls the expiry back too; the next act or the job does it again."""
    lapsed = cast.approved(seats=20)

    with pytest.raises(SessionClosed):
        cast.request(at=cast.silk_session.sales_close_at)

    lapsed.refresh_from_db()
    assert lapsed.status == "approved"


def test_taken_seats_equal_the_sum_over_bookings_that_hold_them(cast):
    cast.paid(seats=3)
    cast.approved(seats=2, by=cast.second_traveller)
    cast.request(seats=7, by=cast.stranger)
    cast.approved(seats=4, at=NOW + timedelta(minutes=30))
    sweep_lapsed_holds(at=LAPSE)

    held = sum(b.seats_reserved for b in Booking.objects.all() if b.holds_seats)
    cast.silk_session.refresh_from_db()
    assert cast.silk_session.seats_taken == held == 7


@pytest.mark.django_db(transaction=True)
def test_a_session_somebody_else_holds_does_not_keep_the_others_from_being_swept(
    cast, short_lock_timeout
):
    blocked = cast.approved()
    free = cast.approved(session=cast.nomad_session)

    with in_thread(hold_the_lock, cast.silk_session.pk):
        assert sweep_lapsed_holds(at=LAPSE) == 1

    blocked.refresh_from_db()
    free.refresh_from_db()
    assert (blocked.status, free.status) == ("approved", "expired")
    assert sweep_lapsed_holds(at=LAPSE) == 1


def hold_the_lock(ready, done, session_id):
    """A thread that sits on the session's row until it is told to let go."""
    with transaction.atomic():
        lock_session(session_id)
        ready.set()
        done.wait(20)


def test_a_session_without_lapsed_holds_is_not_touched(cast):
    session = factories.session(tour=cast.silk_tour)
    cast.approved(session=session)

    sweep_lapsed_holds(at=NOW)

    session.refresh_from_db()
    assert session.seats_taken == 1
