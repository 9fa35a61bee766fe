"""Health: for the balancer, and for monitoring."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

from core.models import EventDelivery
from tests import factories


def database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]


def test_without_its_database_it_is_unwell_and_keeps_the_reason_to_itself(client):
    # This test may not touch the database, so every question to it fails.
    response = client.get("/health/")

    assert response.status_code == 503
    assert response.json() == {"ok": False, "database": {"ok": False}}


@pytest.mark.django_db
def test_with_its_database_it_is_well(client):
    response = client.get("/health/")

    assert response.status_code == 200
    assert response.json() == {"ok": True, "database": {"ok": True}}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_production_answers_probes_without_tls(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^health/"]

    assert client.get("/health/").status_code == 200
    assert client.get("/health/ready/").status_code == 200


def test_ready_looks_at_the_queue_the_events_and_the_outbox(client, queue):
    response = client.get("/health/ready/")

    assert response.status_code == 200
    assert set(response.json()) == {"ok", "database", "queue", "events", "outbox"}
    assert response.json()["queue"] == {"ok": True, "waiting": 0}


def test_an_event_nobody_told_about_makes_it_unready_but_not_unwell(client, clock, queue):
    factories.event_delivery()
    clock.move_to(database_time() + timedelta(minutes=6))

    response = client.get("/health/ready/")

    assert response.status_code == 503
    assert response.json()["events"]["ok"] is False
    assert response.json()["events"]["late_seconds"] > 300
    assert client.get("/health/").status_code == 200


def test_an_event_that_failed_is_counted_and_waits_for_its_turn(client, clock, queue):
    factories.event_delivery()
    EventDelivery.objects.update(attempts=1)
    clock.move_to(database_time() + timedelta(minutes=6))

    events = client.get("/health/ready/").json()["events"]

    assert events == {"ok": True, "late_seconds": 0, "failing": 1}


def test_a_late_message_makes_it_unready_once_there_is_a_bot(client, clock, queue, settings):
    message = factories.notification()
    clock.move_to(message.next_attempt_at + timedelta(minutes=6))

    assert client.get("/health/ready/").json()["outbox"]["ok"] is True
    settings.TELEGRAM_BOT_TOKEN = "1000000001:token"
    assert client.get("/health/ready/").json()["outbox"]["ok"] is False


def test_the_front_door_is_the_admin(client):
    response = client.get("/")

    assert response.status_code == 302
    assert response["Location"] == "/admin/"
