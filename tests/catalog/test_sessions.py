"""Dates: making them, changing them, ending them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from catalog.models import TourSession
from catalog.services.sales_window import SessionMoved, close_session, reopen_session
from catalog.services.sessions import (
    MOST_DATES,
    Departure,
    EndsBeforeItStarts,
    GroupAboveSeats,
    PriceOutOfRange,
    SeatsOutOfRange,
    SeatsPromised,
    SellsAfterTheStart,
    SessionInPast,
    SessionOver,
    StillToRun,
    TooManyDates,
    change_session,
    complete_past_sessions,
    complete_session,
    create_sessions,
)
from core.clock import local_midnight
from core.models import EventLog
from core.refusals import NotAllowed, NotFound
from sales.models import Booking
from sales.queries.offer import Wish, quote
from tests import factories
from tests.factories import NOW

JUNE = date(2027, 6, 5)
TODAY = date(2027, 3, 1)
MILLION = Decimal(1_000_000)


def departure(day=JUNE, **rest):
    values = {"date_start": day, "date_end": day, "price": MILLION, "capacity": 12} | rest
    return Departure(**values)


def create(cast, *departures, by=None, tour=None):
    return create_sessions(
        tour_id=(tour or cast.silk_tour).pk,
        departures=departures,
        by=(by or cast.silk_manager).actor("admin"),
        at=NOW,
    )


def change(cast, by=None, session=None, at=NOW, **values):
    return change_session(
        session_id=(session or cast.silk_session).pk,
        values=values,
        by=(by or cast.silk_manager).actor("admin"),
        at=at,
    )


def end(act, cast, by=None, at=NOW):
    by = (by or cast.silk_manager).actor("admin")
    return act(session_id=cast.silk_session.pk, by=by, at=at)


# --- making


def test_many_dates_are_made_in_one_act(cast):
    made = create(cast, *[departure(JUNE + timedelta(weeks=n)) for n in range(4)])

    assert [session.date_start.day for session in made] == [5, 12, 19, 26]
    assert {(s.tour, s.price, s.capacity, s.status) for s in made} == {
        (cast.silk_tour, MILLION, 12, "open")
    }
    assert EventLog.objects.filter(action="session.added").count() == 4


def test_sales_close_when_the_first_day_begins_unless_said_otherwise(cast):
    evening = local_midnight(JUNE) - timedelta(hours=6)

    by_default, said = create(cast, departure(), departure(sales_close_at=evening))

    assert by_default.sales_close_at == local_midnight(JUNE)
    assert said.sales_close_at == evening


@pytest.mark.parametrize(
    ("wrong", "refusal", "field"),
    [
        ({"date_start": date(2027, 2, 28)}, SessionInPast, "date_start"),
        ({"date_end": date(2027, 6, 4)}, EndsBeforeItStarts, "date_end"),
        ({"min_group_size": 13}, GroupAboveSeats, "min_group_size"),
        ({"price": Decimal(-1)}, PriceOutOfRange, "price"),
        ({"price": Decimal(10) ** 10}, PriceOutOfRange, "price"),
        ({"capacity": 0}, SeatsOutOfRange, "capacity"),
        ({"capacity": 1001}, SeatsOutOfRange, "capacity"),
        (
            {"sales_close_at": local_midnight(date(2027, 6, 6)) + timedelta(seconds=1)},
            SellsAfterTheStart,
            "sales_close_at",
        ),
    ],
)
def test_one_impossible_date_stops_them_all(cast, wrong, refusal, field):
    with pytest.raises(refusal) as caught:
        create(cast, departure(), departure(**wrong))

    assert caught.value.field == field
    assert cast.silk_tour.sessions.count() == 1


def test_the_edges_are_possible(cast):
    made = create(
        cast,
        departure(TODAY, sales_close_at=local_midnight(date(2027, 3, 2))),
        departure(price=Decimal(0), capacity=1, min_group_size=1),
        departure(capacity=1000, min_group_size=1000),
    )

    assert len(made) == 3


def test_there_is_a_limit_to_one_go(cast):
    many = [departure(JUNE + timedelta(days=n)) for n in range(MOST_DATES + 1)]

    with pytest.raises(TooManyDates):
        create(cast, *many)
    assert len(create(cast, *many[:MOST_DATES])) == MOST_DATES


def test_only_the_tours_own_sellers_make_dates(cast):
    for who in (cast.nomad_manager, cast.swift_owner):
        with pytest.raises(NotFound):
            create(cast, departure(), by=who)
    for who in (cast.accountant, cast.support, cast.traveller):
        with pytest.raises(NotAllowed):
            create(cast, departure(), by=who)

    for who in (cast.silk_owner, cast.silk_manager, cast.admin):
        assert create(cast, departure(), by=who)


# --- changing


def test_what_changed_is_written_and_recorded_with_what_it_was(cast):
    change(cast, price=Decimal(1_200_000), guide="Rustam", capacity=20)

    event = EventLog.objects.get(action="session.changed")
    cast.silk_session.refresh_from_db()
    assert (cast.silk_session.price, cast.silk_session.guide) == (1_200_000, "Rustam")
    assert event.details["before"] == {"price": "1000000.00", "guide": ""}
    assert event.details["after"] == {"price": "1200000", "guide": "Rustam"}
    assert event.agency_id == cast.silk.pk


def test_nothing_is_written_when_nothing_differs(cast):
    change(cast, price=Decimal("1000000.00"), capacity=20, guide="")

    assert not EventLog.objects.filter(action="session.changed").exists()
    assert cast.silk_session.history.count() == 1


def test_seats_cannot_be_cut_below_what_is_taken(cast):
    cast.approved(seats=3)
    cast.request(seats=2, by=cast.second_traveller)  # takes none yet

    with pytest.raises(SeatsPromised) as caught:
        change(cast, capacity=2)
    assert change(cast, capacity=3).available_seats == 0

    assert caught.value.detail == "3 seats are taken already; there cannot be fewer in all."
    assert caught.value.field == "capacity"


def test_a_refused_change_leaves_everything_as_it_was(cast):
    with pytest.raises(GroupAboveSeats):
        change(cast, price=Decimal(5), min_group_size=21)

    cast.silk_session.refresh_from_db()
    assert (cast.silk_session.price, cast.silk_session.min_group_size) == (MILLION, 1)


def test_an_empty_cut_off_is_the_beginning_of_the_first_day(cast):
    evening = local_midnight(cast.silk_session.date_start) - timedelta(hours=6)
    change(cast, sales_close_at=evening)

    change(cast, sales_close_at=None)

    cast.silk_session.refresh_from_db()
    assert cast.silk_session.sales_close_at == local_midnight(cast.silk_session.date_start)


def test_a_new_price_leaves_bookings_as_they_were_and_holds_for_the_next(cast):
    factories.promo_code(code="GIFT", discount_percent=10, agency=cast.silk)
    cast.give_bonus(cast.second_traveller, 70_000)
    made = [
        cast.request(seats=2),
        cast.approved(seats=1, by=cast.stranger, promo_code="GIFT", transport="bus"),
        cast.paid(seats=1, by=cast.second_traveller, bonus="all"),
    ]
    before = list(Booking.objects.order_by("pk").values())

    change(cast, price=Decimal(3_000_000))

    assert list(Booking.objects.order_by("pk").values()) == before
    assert len(before) == len(made)
    wish = Wish(session_id=cast.silk_session.pk, seats=2)
    assert quote(wish, user_id=cast.blogger.pk, at=NOW).price.final == 6_000_000
    assert cast.request(by=cast.blogger, seats=2).final_price == 6_000_000


def test_only_its_own_sellers_change_a_date(cast):
    with pytest.raises(NotFound):
        change(cast, by=cast.nomad_owner, price=Decimal(1))
    with pytest.raises(NotAllowed):
        change(cast, by=cast.accountant, price=Decimal(1))

    assert change(cast, by=cast.admin, price=Decimal(1)).price == 1


def test_dates_and_states_are_not_changed_here(cast):
    with pytest.raises(ValueError, match="date_start"):
        change(cast, date_start=TODAY)


@pytest.mark.parametrize("status", ["cancelled", "completed"])
def test_what_is_over_no_longer_changes(cast, status):
    over = factories.session(tour=cast.silk_tour, status=status)

    for values in ({"price": Decimal(5)}, {"guide": ""}):
        with pytest.raises(SessionOver):
            change(cast, session=over, **values)
    assert change(cast, session=factories.session(tour=cast.silk_tour, status="closed"), guide="R")


# --- closing, opening, completing


def test_a_date_is_closed_and_opened_again_once_each(cast):
    assert end(close_session, cast).status == "closed"
    with pytest.raises(SessionMoved):
        end(close_session, cast)
    assert end(reopen_session, cast).status == "open"
    with pytest.raises(SessionMoved):
        end(reopen_session, cast)

    actions = EventLog.objects.filter(action__startswith="session.").values_list("action")
    assert set(actions) == {("session.closed",), ("session.reopened",)}


def test_a_date_has_run_when_its_last_day_is_over(cast):
    last_minute = local_midnight(date(2027, 6, 4)) - timedelta(minutes=1)

    with pytest.raises(StillToRun):
        end(complete_session, cast, at=last_minute)
    done = end(complete_session, cast, at=last_minute + timedelta(minutes=1))
    with pytest.raises(SessionOver):
        end(complete_session, cast, at=last_minute + timedelta(days=1))

    assert done.status == "completed"


@pytest.mark.parametrize("act", [close_session, complete_session])
def test_only_its_own_sellers_end_a_date(cast, act):
    late = NOW + timedelta(days=200)
    with pytest.raises(NotFound):
        end(act, cast, by=cast.nomad_owner, at=late)
    with pytest.raises(NotAllowed):
        end(act, cast, by=cast.support, at=late)

    assert end(act, cast, by=cast.silk_owner, at=late).status in ("closed", "completed")


def test_the_job_completes_what_is_over_and_nothing_else(cast):
    over = factories.session(tour=cast.silk_tour, date_start=TODAY, date_end=TODAY)
    closed = factories.session(
        tour=cast.nomad_tour, date_start=TODAY, date_end=TODAY, status="closed"
    )
    cancelled = factories.session(date_start=TODAY, date_end=TODAY, status="cancelled")

    assert complete_past_sessions(at=NOW) == 0
    assert complete_past_sessions(at=local_midnight(date(2027, 3, 2))) == 2
    assert complete_past_sessions(at=local_midnight(date(2027, 3, 2))) == 0

    statuses = dict(TourSession.objects.values_list("pk", "status"))
    assert (statuses[over.pk], statuses[closed.pk]) == ("completed", "completed")
    assert statuses[cancelled.pk] == "cancelled"
    assert statuses[cast.silk_session.pk] == "open"
    assert set(EventLog.objects.filter(action="session.completed").values_list("role")) == {
        ("system",)
    }
