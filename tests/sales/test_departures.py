"""A date that people have booked: moved, or called off booking by booking."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from catalog.models import TourSession
from catalog.services.sales_window import close_session
from catalog.services.sessions import (
    EndsBeforeItStarts,
    SessionInPast,
    SessionOver,
    change_session,
)
from core.clock import local_midnight
from core.models import EventLog
from core.refusals import NotAllowed, NotFound
from finance.models import Refund
from notifications.handlers import handle
from notifications.models import Notification
from notifications.services.deliver import deliver_events
from notifications.templates import render
from sales.models import Booking
from sales.queries.cancellation import preview_in_full
from sales.queries.offer import SessionClosed
from sales.queries.payable import NotPayable
from sales.queries.standing import standing_on
from sales.services.approve import approve_booking
from sales.services.cancel import SessionStands, TourHasBegun, cancel_booking, cancel_for_session
from sales.services.departures import (
    DatesPromised,
    ReasonNeeded,
    call_off_session,
    cancel_session,
    move_session,
    sweep_cancelled_sessions,
)
from sales.services.pay import NoSeatForMoney
from tests import factories
from tests.factories import NOW
from tests.sales.threads import in_thread, run_together, tally

threads = pytest.mark.django_db(transaction=True)

WHY = "The pass is closed by snow."
JULY = date(2027, 7, 1)
THE_EVE = local_midnight(date(2027, 6, 1)) - timedelta(minutes=1)
THE_DAY = local_midnight(date(2027, 6, 1))


def do(act, cast, *, by=None, session=None, at=NOW, **values):
    actor = (by or cast.silk_manager).actor("admin")
    return act(session_id=(session or cast.silk_session).pk, by=actor, at=at, **values)


def cancel(cast, reason=WHY, **rest):
    return do(cancel_session, cast, reason=reason, **rest)


def call_off(cast, **rest):
    return do(call_off_session, cast, reason=WHY, **rest)


def move(cast, start=JULY, days=3, **rest):
    end = start + timedelta(days=days - 1)
    return do(move_session, cast, date_start=start, date_end=end, **rest)


def statuses():
    return dict(Booking.objects.values_list("pk", "status"))


# --- moving


def test_a_date_nobody_has_booked_moves_and_its_cut_off_with_it(cast):
    evening = local_midnight(date(2027, 6, 1)) - timedelta(hours=6)
    do(change_session, cast, values={"sales_close_at": evening})

    session = move(cast, days=2)

    session.refresh_from_db()
    assert (session.date_start, session.date_end) == (JULY, date(2027, 7, 2))
    assert session.sales_close_at == local_midnight(JULY) - timedelta(hours=6)
    event = EventLog.objects.filter(action="session.changed").latest("pk")
    assert event.details["before"]["date_start"] == "2027-06-01"


def test_moving_to_where_it_is_says_nothing(cast):
    move(cast, start=date(2027, 6, 1))

    assert not EventLog.objects.exists()


@pytest.mark.parametrize("state", ["request", "approved", "paid"])
def test_dates_that_were_promised_do_not_move(cast, state):
    getattr(cast, state)()

    with pytest.raises(DatesPromised) as caught:
        move(cast)

    assert caught.value.facts == {"bookings": 1}


def test_a_lapsed_hold_and_an_ended_booking_do_not_hold_the_dates(cast):
    cast.approved()
    gone = cast.request(by=cast.second_traveller)
    cancel_booking(booking_id=gone.pk, by=cast.second_traveller.actor("api"), at=NOW)

    assert move(cast, at=NOW + timedelta(minutes=61)).date_start == JULY


def test_a_payment_under_way_holds_the_dates_although_the_hold_is_over(cast):
    """It can still be performed, for the days the traveller saw."""
    booking = cast.approved()
    payment = cast.open(booking)
    later = NOW + timedelta(hours=2)

    with pytest.raises(DatesPromised):
        move(cast, at=later)
    cast.perform(payment, at=later)

    booking.refresh_from_db()
    assert booking.status == "paid"


def test_a_date_moves_neither_into_the_past_nor_to_an_end_before_its_start(cast):
    with pytest.raises(SessionInPast):
        move(cast, start=date(2027, 2, 28))
    with pytest.raises(EndsBeforeItStarts):
        move(cast, days=0)
    assert move(cast, start=date(2027, 3, 1)).date_start == date(2027, 3, 1)


def test_only_its_own_sellers_move_a_date(cast):
    with pytest.raises(NotFound):
        move(cast, by=cast.nomad_owner)
    with pytest.raises(NotAllowed):
        move(cast, by=cast.support)
    assert move(cast, by=cast.silk_owner).date_start == JULY


def test_what_is_over_does_not_move(cast):
    call_off(cast)

    with pytest.raises(SessionOver):
        move(cast)


# --- calling off


def test_a_date_without_bookings_is_simply_cancelled(cast):
    assert cancel(cast) == []

    session = TourSession.objects.get(pk=cast.silk_session.pk)
    assert (session.status, session.cancelled_at, session.cancel_note) == ("cancelled", NOW, WHY)
    event = EventLog.objects.get(action="session.cancelled")
    assert event.details == {"reason": WHY, "bookings": 0}


@pytest.fixture
def four(cast):
    """Requested, approved, paid in part with bonus, and paid by bonus alone."""
    people = [factories.user(first_name=name) for name in ("Ona", "Duo", "Tre", "Kvar")]
    cast.give_bonus(people[0], 10_000)
    cast.give_bonus(people[1], 20_000)
    cast.give_bonus(people[2], 30_000)
    cast.give_bonus(people[3], 1_000_000)
    factories.promo_code(code="ONCE", usage_limit=4, funded_by="platform")
    return [
        cast.request(by=people[0], bonus="all"),
        cast.approved(by=people[1], bonus="all", seats=2),
        cast.paid(by=people[2], bonus="all", promo_code="ONCE", referral_code="MADINA"),
        cast.approved(by=people[3], bonus="all"),
    ]


def test_every_booking_ends_with_all_it_held_or_paid(cast, four):
    requested, approved, paid, free = four
    assert TourSession.objects.get(pk=cast.silk_session.pk).seats_taken == 4

    outcomes = cancel(cast)

    assert [(o.booking.pk, o.refusal) for o in outcomes] == [(b.pk, None) for b in four]
    rows = Booking.objects.values_list("status", "cancel_reason", "cancel_note", "cancelled_at")
    assert set(rows) == {("cancelled", "session", WHY, NOW)}
    assert TourSession.objects.get(pk=cast.silk_session.pk).seats_taken == 0
    # Only the money at the provider is owed: all of it, whatever the policy says.
    refund = Refund.objects.get()
    assert (refund.payment.booking, refund.amount) == (paid, paid.final_price)
    assert (refund.status, refund.reason) == ("approved", WHY)
    for booking, bonus in ((requested, 10_000), (approved, 20_000), (free, 1_000_000)):
        assert cast.balance("bonus_available", booking.user) == bonus
        assert cast.balance("bonus_reserved", booking.user) == 0


def test_when_the_provider_has_given_the_money_back_the_books_are_as_before(cast, four):
    from sales.services.take_back import cancel_payment
    from tests.cast import PAYME

    paid = four[2]
    cancel(cast)

    payment = paid.payments.get()
    cancel_payment(provider_id=payment.payme_invoice_id, code=5, by=PAYME, at=NOW)

    assert cast.balance("agency_pending", cast.silk) == 0
    assert cast.balance("bonus_available", paid.user) == 30_000
    assert cast.balance("bonus_pending", cast.blogger) == 0
    assert Refund.objects.get().status == "done"


@pytest.mark.parametrize("days_before", [60, 8, 1])
def test_all_is_returned_however_late_the_date_is_called_off(cast, days_before):
    booking = cast.paid(seats=2)

    cancel(cast, at=THE_DAY - timedelta(days=days_before, minutes=-1))

    assert Refund.objects.get().amount == booking.final_price


def test_a_preview_shows_all_of_it_going_back(cast):
    preview = preview_in_full(cast.paid(seats=2), at=THE_EVE)

    assert (preview.paid, preview.percent, preview.refund, preview.kept) == (
        2_000_000,
        100,
        2_000_000,
        0,
    )


def test_every_traveller_is_told_why_and_what_comes_back(cast, four):
    deliver_events(at=NOW, handle=handle)
    Notification.objects.all().delete()

    cancel(cast)
    deliver_events(at=NOW, handle=handle)

    told = {row.recipient_id: row for row in Notification.objects.filter(kind="booking_cancelled")}
    assert set(told) == {booking.user_id for booking in four}
    for booking in four:
        text = render("booking_cancelled", told[booking.user_id].payload, "en")
        assert WHY in text
        assert booking.code in text
    paid = four[2]
    text = render("booking_cancelled", told[paid.user_id].payload, "en")
    assert "870\xa0000" in text


def test_those_that_had_ended_already_are_left_alone(cast):
    gone = cast.request()
    cancel_booking(booking_id=gone.pk, by=cast.traveller.actor("api"), at=NOW)
    lapsed = cast.approved(by=cast.second_traveller)
    stands = cast.paid(by=cast.stranger, at=NOW + timedelta(minutes=30))

    outcomes = cancel(cast, at=NOW + timedelta(minutes=61))

    assert [outcome.booking.pk for outcome in outcomes] == [stands.pk]
    assert statuses() == {gone.pk: "cancelled", lapsed.pk: "expired", stands.pk: "cancelled"}
    gone.refresh_from_db()
    assert gone.cancel_reason == "traveller"


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_is_asked_for(cast, reason):
    booking = cast.request()

    with pytest.raises(ReasonNeeded):
        cancel(cast, reason=reason)

    assert statuses() == {booking.pk: "requested"}
    assert TourSession.objects.get(pk=cast.silk_session.pk).status == "open"


def test_a_tour_that_has_begun_is_not_called_off(cast):
    booking = cast.paid()

    with pytest.raises(TourHasBegun):
        cancel(cast, at=THE_DAY)
    assert statuses() == {booking.pk: "paid"}

    assert len(cancel(cast, at=THE_EVE)) == 1


def test_a_date_that_has_run_is_not_cancelled(cast):
    ran = factories.session(tour=cast.silk_tour, status="completed")

    with pytest.raises(SessionOver):
        cancel(cast, session=ran)


def test_a_closed_date_is_cancelled_like_an_open_one(cast):
    cast.paid()
    do(close_session, cast)

    assert [outcome.refusal for outcome in cancel(cast)] == [None]


@pytest.mark.parametrize("done_before", [False, True])
def test_only_its_own_sellers_cancel_a_date_or_hear_of_its_bookings(cast, done_before):
    """Also when it is cancelled already: the outcomes would name another agency's bookings."""
    booking = cast.paid()
    if done_before:
        call_off(cast)

    with pytest.raises(NotFound):
        cancel(cast, by=cast.nomad_owner)
    for who in (cast.support, cast.accountant, cast.traveller):
        with pytest.raises(NotAllowed):
            cancel(cast, by=who)
    assert statuses() == {booking.pk: "paid"}

    assert [outcome.booking for outcome in cancel(cast, by=cast.silk_owner)] == [booking]


# --- between the two steps


def test_nothing_of_a_date_called_off_is_sold_approved_or_paid(cast):
    asked = cast.request()
    ready = cast.approved(by=cast.second_traveller)
    paying = cast.approved(by=cast.stranger)
    payment = cast.open(paying)

    call_off(cast)

    with pytest.raises(SessionClosed):
        cast.request(by=cast.blogger)
    with pytest.raises(SessionOver):
        cast.approve(asked)
    with pytest.raises(NotPayable):
        cast.open(ready)
    with pytest.raises(NoSeatForMoney):
        cast.perform(payment)
    assert statuses() == {asked.pk: "requested", ready.pk: "approved", paying.pk: "approved"}


def test_the_same_payment_is_taken_when_the_date_stands(cast):
    cast.request()
    payment = cast.open(cast.approved(by=cast.stranger))

    assert cast.perform(payment).state == "performed"


def test_payme_cannot_perform_for_a_booking_that_was_cancelled_with_its_date(cast):
    booking = cast.approved()
    payment = cast.open(booking)
    cancel(cast)

    with pytest.raises(NoSeatForMoney):
        cast.perform(payment)

    assert statuses() == {booking.pk: "cancelled"}


def test_what_was_left_when_the_process_died_is_finished_by_the_sweep(cast):
    bookings = [cast.paid(), cast.request(by=cast.second_traveller)]
    elsewhere = cast.paid(by=cast.stranger, session=cast.nomad_session)
    call_off(cast)

    done = sweep_cancelled_sessions(at=NOW + timedelta(minutes=5))

    assert done == 2
    assert [statuses()[b.pk] for b in bookings] == ["cancelled", "cancelled"]
    assert statuses()[elsewhere.pk] == "paid"
    assert sweep_cancelled_sessions(at=NOW + timedelta(minutes=10)) == 0
    assert Refund.objects.get().amount == bookings[0].final_price
    events = EventLog.objects.filter(action="booking.cancelled")
    assert {event.details["reason"] for event in events} == {WHY}


def test_the_sweep_returns_all_of_it_even_after_the_first_day(cast):
    cast.paid()
    call_off(cast, at=THE_EVE)

    assert sweep_cancelled_sessions(at=THE_DAY + timedelta(hours=1)) == 1
    assert Refund.objects.get().amount == Decimal(1_000_000)


def test_a_person_goes_on_where_it_stopped_without_a_new_reason(cast):
    booking = cast.paid()
    call_off(cast)

    outcomes = cancel(cast, reason="")

    assert [o.booking.cancel_note for o in outcomes] == [WHY]
    assert EventLog.objects.filter(action="session.cancelled").count() == 1
    assert not standing_on(booking.session_id, NOW).exists()


def test_a_booking_is_not_cancelled_for_a_date_that_stands(cast):
    booking = cast.paid()
    by = cast.silk_manager.actor("admin")

    with pytest.raises(SessionStands):
        cancel_for_session(booking_id=booking.pk, by=by, at=NOW)

    call_off(cast)
    assert cancel_for_session(booking_id=booking.pk, by=by, at=NOW).status == "cancelled"


def test_another_agencys_booking_is_not_found_for_this(cast):
    booking = cast.paid()
    call_off(cast)

    with pytest.raises(NotFound):
        cancel_for_session(booking_id=booking.pk, by=cast.nomad_owner.actor("admin"), at=NOW)
    with pytest.raises(NotAllowed):
        cancel_for_session(booking_id=booking.pk, by=cast.support.actor("admin"), at=NOW)


# --- at the same moment


def hold_row(ready, done, booking_id):
    with transaction.atomic():
        Booking.objects.select_for_update().get(pk=booking_id)
        ready.set()
        done.wait(10)


@threads
def test_one_that_somebody_works_on_has_an_outcome_of_its_own(cast, short_lock_timeout):
    bookings = [cast.paid(), cast.paid(by=cast.second_traveller), cast.request(by=cast.stranger)]

    with in_thread(hold_row, bookings[1].pk):
        outcomes = cancel(cast)

    assert [type(outcome.refusal).__name__ for outcome in outcomes] == [
        "NoneType",
        "TryAgain",
        "NoneType",
    ]
    assert [statuses()[b.pk] for b in bookings] == ["cancelled", "paid", "cancelled"]
    assert [o.booking.pk for o in cancel(cast)] == [bookings[1].pk]
    assert set(statuses().values()) == {"cancelled"}


@threads
def test_a_traveller_who_cancels_at_the_same_moment_is_cancelled_once(cast):
    for _ in range(5):
        session = factories.session(tour=cast.silk_tour)
        booking = cast.paid(session=session)
        own = cast.traveller.actor("api")

        results = run_together(
            [
                lambda s=session: cancel(cast, session=s),
                lambda pk=booking.pk, by=own: cancel_booking(booking_id=pk, by=by, at=NOW),
            ]
        )

        booking.refresh_from_db()
        session.refresh_from_db()
        assert (booking.status, session.status, session.seats_taken) == (
            "cancelled",
            "cancelled",
            0,
        )
        assert Refund.objects.filter(payment__booking=booking).count() == 1
        by_session = booking.cancel_reason == "session"
        refusals = [type(o.refusal).__name__ for o in results[0] if o.refusal]
        assert by_session == (type(results[1]).__name__ == "BookingMoved")
        assert refusals in ([], ["BookingMoved"])


@threads
def test_thirty_approvals_against_a_cut_of_seats(cast):
    session = factories.session(tour=cast.silk_tour, capacity=30)
    by = cast.silk_manager.actor("admin")
    bookings = [factories.booking(session=session) for _ in range(30)]
    approvals = [
        lambda pk=booking.pk: approve_booking(booking_id=pk, by=by, at=NOW) for booking in bookings
    ]
    cut = lambda: do(change_session, cast, session=session, values={"capacity": 10})  # noqa: E731

    results = run_together([*approvals[:4], cut, *approvals[4:]])

    session.refresh_from_db()
    approved = tally(results)["approved"]
    assert session.seats_taken == approved <= session.capacity
    # Either the cut came first and ten are in, or it was refused because more were promised.
    if session.capacity == 10:
        assert approved == 10
    else:
        assert (type(results[4]).__name__, approved) == ("SeatsPromised", 30)


@threads
def test_thirty_approvals_against_a_cancellation_leave_nobody_seated(cast):
    session = factories.session(tour=cast.silk_tour, capacity=30)
    by = cast.silk_manager.actor("admin")
    bookings = [factories.booking(session=session) for _ in range(30)]
    approvals = [
        lambda pk=booking.pk: approve_booking(booking_id=pk, by=by, at=NOW) for booking in bookings
    ]

    results = run_together(
        [*approvals[:10], lambda: cancel(cast, session=session), *approvals[10:]]
    )

    session.refresh_from_db()
    assert (session.status, session.seats_taken) == ("cancelled", 0)
    assert set(statuses().values()) == {"cancelled"}
    outcomes = results.pop(10)
    assert {outcome.refusal for outcome in outcomes} == {None}
    assert set(tally(results)) <= {"approved", "cancelled", "BookingMoved", "SessionOver"}
