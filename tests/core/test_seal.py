"""Seals: a row changed behind the trigger's back shows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.actor import job
from core.models import EventSeal
from core.services.seal import SETTLED_AFTER, broken_seals, seal_events
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

LONG_AGO = NOW - timedelta(hours=1)


def seal(at=NOW):
    return seal_events(by=job(), at=at)


def event(recorded_at=LONG_AGO, **fields):
    return factories.event(recorded_at=recorded_at, **fields)


def tamper(sql, *params):
    """As somebody with the database's own password could."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE core_eventlog DISABLE TRIGGER event_log_append_only")
        cursor.execute(sql, params)
        assert cursor.rowcount == 1
        cursor.execute("ALTER TABLE core_eventlog ENABLE TRIGGER event_log_append_only")


def test_settled_events_are_sealed_in_one_block():
    event()
    last = event()

    made = seal()

    assert (made.last_event_id, made.events) == (last.pk, 2)
    assert len(made.digest) == 64
    assert list(broken_seals()) == []


def test_nothing_new_makes_no_seal():
    assert seal() is None
    event()
    seal()

    assert seal() is None
    assert EventSeal.objects.count() == 1


def test_events_of_the_last_ten_minutes_wait():
    event(recorded_at=NOW - SETTLED_AFTER)

    assert seal() is None
    assert seal(at=NOW + timedelta(seconds=1)).events == 1


def test_each_seal_holds_the_one_before():
    event()
    first = seal()
    event()
    second = seal()

    assert second.events == 1
    assert second.digest != first.digest
    assert list(broken_seals()) == []


def test_a_row_that_committed_out_of_order_does_not_break_the_seal():
    """Ids are given before the commit: the younger transaction may hold the smaller id."""
    younger = event(recorded_at=NOW - SETTLED_AFTER + timedelta(seconds=5))
    older = event(recorded_at=NOW - SETTLED_AFTER - timedelta(seconds=5))
    assert younger.pk < older.pk

    seal()
    assert list(broken_seals()) == []

    made = seal(at=NOW + timedelta(minutes=1))
    assert list(broken_seals()) == []
    assert made.last_event_id == older.pk
    assert sum(EventSeal.objects.values_list("events", flat=True)) == 2


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_eventlog SET details = '{\"amount\": 1}' WHERE id = %s",
        "UPDATE core_eventlog SET user_id = NULL, role = 'system' WHERE id = %s",
        "UPDATE core_eventlog SET timestamp = timestamp - interval '1 day' WHERE id = %s",
        "DELETE FROM core_eventlog WHERE id = %s",
    ],
)
def test_a_changed_or_missing_row_breaks_its_seal_and_no_other(sql):
    event()
    first = seal()
    victim = event(role="manager", details={"amount": 100})
    second = seal()
    event()
    seal()

    tamper(sql, victim.pk)

    assert list(broken_seals()) == [second]
    assert first.last_event_id < victim.pk


def test_a_row_slipped_in_later_breaks_the_seal():
    first = event()
    event()
    made = seal()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('core_eventlog', 'id'))")
    factories.event(pk=first.pk - 1, recorded_at=LONG_AGO)

    assert list(broken_seals()) == [made]


def test_real_events_are_sealed_and_stay_whole(cast):
    """With everything a real event has in its details."""
    cast.give_bonus(cast.traveller, 1000)
    cast.paid(seats=2, bonus="all", transport="bus")

    assert seal(at=timezone.now() + timedelta(days=1)).events == 4
    assert list(broken_seals()) == []
