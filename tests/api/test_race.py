"""Fifty people and five seats, over real sockets against a server process of its own.

The control at the end runs the same race with the lock off and sells too many.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime
from urllib.parse import quote

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Sum

from catalog.models import TourSession
from catalog.services import locks
from core.models import EventLog
from sales.models import Booking
from sales.states import HOLDS_SEATS
from tests import factories
from tests.api.phone import problem, token_for, wire
from tests.api.together import together

PEOPLE, SEATS = 50, 5
# The server lives in real time, not at the tests' NOW.
FAR = datetime(2090, 1, 1, tzinfo=UTC)
HOLDS = "seats_taken_within_capacity"


def database_url() -> str:
    known = connection.get_connection_params()
    place = f"{known['dbname']}?host={quote(str(known.get('host', '')), safe='')}"
    port = known.get("port") or 5432
    user = known.get("user") or ""
    password = f":{quote(known['password'])}" if known.get("password") else ""
    return f"postgresql://{user}{password}@/{place}&port={port}"


@pytest.fixture
def server(transactional_db, unused_port):
    """granian, as in production, on the test's database."""
    folder = os.path.dirname(sys.executable)
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DATABASE_POOL_SIZE": "8",
        "DEBUG": "true",
        "REDIS_URL": "",
    }
    command = [f"{folder}/granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(unused_port), "--workers", "1", "--blocking-threads", "8"]
    url = f"http://127.0.0.1:{unused_port}"
    process = subprocess.Popen(
        [*command, "--log-level", "warning", "backoffice.wsgi:application"],
        cwd=settings.BASE_DIR,
        env=environment,
    )
    try:
        _wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def unused_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(url, process):
    for _ in range(300):
        assert process.poll() is None, "the server has ended"
        try:
            httpx.get(f"{url}/api/nothing/", timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")


@pytest.fixture
def session(cast):
    """Five seats with an agency that approves by itself."""
    return factories.session(
        tour=cast.swift_tour, capacity=SEATS, date_start=date(2090, 6, 1), date_end=date(2090, 6, 2)
    )


@pytest.fixture
def crowd():
    """``crowd(url, people)``: a client each, with a connection that is open already."""
    clients = []

    def gather(url, people):
        for person in people:
            clients.append(wire(url, token_for(person, expires_at=FAR)))
            clients[-1].get("/nothing/")
        return clients

    yield gather
    for client in clients:
        client.close()


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
