"""Fifty people and five seats, over real sockets against a server process of its own.

The control at the end runs the same race with the lock off and sells too many.
"""

from collections import Counter
from datetime import date

import pytest
from django.db import connection
from django.db.models import Sum

from catalog.models import TourSession
from catalog.services import locks
from core.models import EventLog
from sales.models import Booking
from sales.states import HOLDS_SEATS
from tests import factories
from tests.api.phone import problem
from tests.api.server import FAR
from tests.api.together import together

PEOPLE, SEATS = 50, 5
HOLDS = "seats_taken_within_capacity"


@pytest.fixture
def session(cast):
    """Five seats with an agency that approves by itself."""
    return factories.session(
        tour=cast.swift_tour, capacity=SEATS, date_start=date(2090, 6, 1), date_end=date(2090, 6, 2)
    )


def strangers():
    return [factories.user() for _ in range(PEOPLE)]


def outcome(answers):
    """How often each answer was given; every refusal is a problem document."""
    for answer in answers:
        if answer.status_code >= 400:
            problem(answer, 409, "seats_unavailable")
    return Counter(answer.status_code for answer in answers)


def seats_sold(session):
    held = Booking.objects.filter(session=session, status__in=HOLDS_SEATS)
    return held.aggregate(seats=Sum("seats_reserved"))["seats"] or 0


def test_fifty_people_book_the_last_five_seats(server, session, crowd):
    wish = {"session": session.pk, "seats": 1}
    clients = crowd(server, strangers())

    answers = together([lambda c=c: c.post("/bookings/", json=wish) for c in clients])

    assert outcome(answers) == {201: SEATS, 409: PEOPLE - SEATS}
    session.refresh_from_db()
    assert session.seats_taken == seats_sold(session) == SEATS
    assert Booking.objects.filter(session=session).count() == SEATS
    assert EventLog.objects.filter(action="booking.approved").count() == SEATS


def test_fifty_requests_are_approved_at_once_and_five_get_seats(server, session, cast, crowd):
    cast.swift.auto_approve = False
    cast.swift.save()
    requests = [cast.request(session=session, by=person) for person in strangers()]
    Booking.objects.update(expires_at=FAR)
    clients = crowd(server, [cast.swift_owner] * PEOPLE)
    paths = [f"/bookings/{booking.pk}/approve/" for booking in requests]

    answers = together([lambda c=c, p=p: c.post(p) for c, p in zip(clients, paths, strict=True)])

    assert outcome(answers) == {200: SEATS, 409: PEOPLE - SEATS}
    session.refresh_from_db()
    assert session.seats_taken == seats_sold(session) == SEATS
    assert Booking.objects.filter(status="requested").count() == PEOPLE - SEATS


@pytest.fixture
def unguarded(transactional_db, monkeypatch):
    """No lock on the session, and no constraint that would catch what follows."""

    def unlocked(model, **where):
        return model._default_manager.get(**where)

    monkeypatch.setattr(locks, "lock_row", unlocked)
    table = TourSession._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [HOLDS]
        )
        [definition] = cursor.fetchone()
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {HOLDS}")
    yield
    with connection.cursor() as cursor:
        TourSession.objects.update(seats_taken=0)
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {HOLDS} {definition}")


def test_with_the_lock_off_the_same_race_sells_too_many(live_server, unguarded, session, crowd):
    wish = {"session": session.pk, "seats": 1}
    clients = crowd(live_server.url, strangers())

    answers = together([lambda c=c: c.post("/bookings/", json=wish) for c in clients])

    assert outcome(answers)[201] > SEATS
    assert seats_sold(session) > SEATS
