"""Seals: a row changed behind the trigger's back shows, and is named."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from core.actor import job
from core.models import EventLog, EventSeal
from core.queries.seals import FaultKind, digest_of, marks_of, prove_log
from core.services import seal as seals
from core.services.seal import SETTLED_AFTER, record_log_proof, seal_events
from sales.services.prove import prove_daily
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

LONG_AGO = NOW - timedelta(hours=1)
# As seals were made before they kept a mark of each row: sha256 of the row's own columns.
OF_OLD = "UPDATE core_eventseal SET rows = '[]', digest = %s"


def seal(at=NOW):
    return seal_events(by=job(), at=at)


def event(recorded_at=LONG_AGO, **fields):
    return factories.event(recorded_at=recorded_at, **fields)


def tamper(sql, *params, table="eventlog", trigger="event_log"):
    """As somebody with the database's own password could."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE core_{table} DISABLE TRIGGER {trigger}_append_only")
        cursor.execute(sql, params)
        assert cursor.rowcount == 1
        cursor.execute(f"ALTER TABLE core_{table} ENABLE TRIGGER {trigger}_append_only")


def tamper_seal(sql, *params):
    tamper(sql, *params, table="eventseal", trigger="event_seal")


def faults():
    return [(fault.kind, fault.event_id) for fault in prove_log().faults]


def test_settled_events_are_sealed_in_one_block():
    first, last = event(), event()

    (made,) = seal()

    assert (made.last_event_id, made.events) == (last.pk, 2)
    assert [mark[0] for mark in made.rows] == [first.pk, last.pk]
    assert [len(mark[1]) for mark in made.rows] == [64, 64]
    assert len(made.digest) == 64
    assert faults() == []


def test_nothing_new_makes_no_seal():
    assert seal() == []
    event()
    seal()

    assert seal() == []
    assert EventSeal.objects.count() == 1


def test_what_has_piled_up_is_sealed_in_blocks_that_hold_one_another(monkeypatch):
    monkeypatch.setattr(seals, "BLOCK", 2)
    events = [event() for _ in range(5)]

    made = seal()

    assert [each.events for each in made] == [2, 2, 1]
    assert made[-1].last_event_id == events[-1].pk
    assert len({each.digest for each in made}) == 3
    proof = prove_log()
    assert (proof.events, proof.seals, proof.faults) == (5, 3, [])


def test_events_of_the_last_ten_minutes_wait():
    event(recorded_at=NOW - SETTLED_AFTER)

    assert seal() == []
    assert seal(at=NOW + timedelta(seconds=1))[0].events == 1


def test_a_row_that_committed_out_of_order_does_not_break_the_seal():
    """Ids are given before the commit: the younger transaction may hold the smaller id."""
    younger = event(recorded_at=NOW - SETTLED_AFTER + timedelta(seconds=5))
    older = event(recorded_at=NOW - SETTLED_AFTER - timedelta(seconds=5))
    assert younger.pk < older.pk

    assert seal() == []

    (made,) = seal(at=NOW + timedelta(minutes=1))
    assert faults() == []
    assert (made.last_event_id, made.events) == (older.pk, 2)


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        (
            "UPDATE core_eventlog SET details = '{\"amount\": 1}' WHERE id = %s",
            FaultKind.CHANGED,
        ),
        (
            "UPDATE core_eventlog SET user_id = NULL, role = 'system' WHERE id = %s",
            FaultKind.CHANGED,
        ),
        (
            "UPDATE core_eventlog SET timestamp = timestamp - interval '1 day' WHERE id = %s",
            FaultKind.CHANGED,
        ),
        (
            "UPDATE core_eventlog SET recorded_at = recorded_at - interval '1 day' WHERE id = %s",
            FaultKind.CHANGED,
        ),
        ("DELETE FROM core_eventlog WHERE id = %s", FaultKind.MISSING),
    ],
)
def test_the_row_that_was_changed_or_taken_out_is_named_and_no_other(sql, kind):
    event()
    seal()
    event()
    victim = event(role="manager", details={"amount": 100})
    event()
    seal()
    event()
    seal()

    tamper(sql, victim.pk)

    assert faults() == [(kind, victim.pk)]


def test_a_row_slipped_in_later_is_named():
    event()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('core_eventlog', 'id'))")
        (gap,) = cursor.fetchone()
    event()
    seal()
    assert faults() == []

    event(pk=gap)

    assert faults() == [(FaultKind.INSERTED, gap)]


@pytest.mark.parametrize("made_up", [0, -5])
def test_a_row_slipped_in_before_the_first_one_is_named(made_up):
    """The database refuses such an id, to whoever has not taken its constraint away."""
    event()
    seal()
    event()
    seal()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE core_eventlog DROP CONSTRAINT event_has_a_positive_id")

    event(pk=made_up)

    assert faults() == [(FaultKind.INSERTED, made_up)]


def test_a_seal_that_was_changed_itself_or_taken_out_is_told():
    event()
    (first,) = seal()
    event()
    (second,) = seal()
    event()
    (third,) = seal()
    told = (FaultKind.SEAL, None)

    # Rows and digest made to fit one another: the seal after it knows better.
    tamper_seal("UPDATE core_eventseal SET digest = repeat('0', 64) WHERE id = %s", first.pk)
    assert faults() == [told, told]
    tamper_seal("UPDATE core_eventseal SET digest = %s WHERE id = %s", first.digest, first.pk)
    assert faults() == []

    tamper_seal("UPDATE core_eventseal SET rows = %s WHERE id = %s", '[[1, "a"]]', second.pk)
    assert faults() == [told]

    tamper_seal("DELETE FROM core_eventseal WHERE id = %s", second.pk)
    (fault,) = prove_log().faults
    assert (fault.kind, fault.seal_id) == (FaultKind.SEAL, third.last_event_id)


@pytest.mark.parametrize(
    "rows",
    [
        "[1, 2]",
        "[[1]]",
        '[["1", "a"]]',
        "[[1, 2]]",
        '[[true, "a"]]',
        '{"a": 1}',
        "null",
        '"a"',
        "7",
    ],
)
def test_a_seal_whose_rows_are_not_what_rows_are_is_told_and_the_others_are_proved(rows):
    event()
    (made,) = seal()
    event()
    seal()

    tamper_seal("UPDATE core_eventseal SET rows = %s WHERE id = %s", rows, made.pk)

    proof = prove_log()
    (fault,) = proof.faults
    assert (fault.kind, fault.seal_id, proof.seals) == (FaultKind.SEAL, made.last_event_id, 2)


def proved():
    """What the nightly proof leaves in the log."""
    record_log_proof(proof=prove_log(), seconds="0.1", by=job(), at=NOW)
    return EventLog.objects.filter(action="log.proved").latest("id")


def test_a_seal_cut_off_the_end_is_told_by_the_proof_that_had_found_it_whole():
    event()
    seal()
    victim = event()
    (last,) = seal()
    proof = proved()

    tamper_seal("DELETE FROM core_eventseal WHERE id = %s", last.pk)
    tamper("UPDATE core_eventlog SET role = 'admin' WHERE id = %s", victim.pk)

    assert faults() == [(FaultKind.GONE, proof.pk)]
    # What is sealed anew by the job fits together, and is another seal all the same.
    seal(at=NOW + timedelta(hours=1))
    assert faults() == [(FaultKind.GONE, proof.pk)]


def test_without_any_seal_left_the_log_is_not_whole_and_says_so():
    event()
    (only,) = seal()
    proof = proved()

    tamper_seal("DELETE FROM core_eventseal WHERE id = %s", only.pk)

    with pytest.raises(CommandError, match=rf"Seal number {only.pk}, .* event {proof.pk} .* gone"):
        call_command("verify_log", stdout=StringIO())
    prove_daily(at=NOW)
    told = EventLog.objects.get(action="log.broken")
    assert (told.details["broken"], told.object_id) == (1, proof.pk)
    assert "is gone" in told.details["first"]


def test_a_seal_put_in_the_place_of_a_proved_one_is_told():
    """Rows and digest made anew, so that they fit one another and nothing follows."""
    victim = event()
    (only,) = seal()
    proof = proved()
    tamper("UPDATE core_eventlog SET role = 'admin' WHERE id = %s", victim.pk)

    marks = list(marks_of(None, victim.pk))
    forged = "UPDATE core_eventseal SET rows = %s, digest = %s WHERE id = %s"
    tamper_seal(forged, json.dumps(marks), digest_of(marks, ""), only.pk)

    assert faults() == [(FaultKind.REPLACED, proof.pk)]
    assert "is another than the one" in str(prove_log().faults[0])


def test_later_seals_and_proofs_are_no_false_alarm(django_assert_num_queries):
    for hours in range(1, 4):
        event()
        seal(at=NOW + timedelta(hours=hours))
        proved()
        proved()

    # The seals, the rows under each of them, and all proofs at once.
    with django_assert_num_queries(1 + 3 + 1):
        assert faults() == []


def test_of_a_seal_that_many_proofs_remember_one_fault_is_told():
    event()
    (only,) = seal()
    first, _second = proved(), proved()

    tamper_seal("DELETE FROM core_eventseal WHERE id = %s", only.pk)

    assert faults() == [(FaultKind.GONE, first.pk)]


def test_a_seal_of_old_is_proved_the_old_way_and_a_new_one_follows_it():
    """Its digest is of the columns as they stood then, without ``recorded_at``."""
    victim = event(
        pk=7_000_001,
        role="system",
        action="test.happened",
        object_type="core.eventlog",
        object_id=1,
        object_name="one",
        details={"b": 1, "a": None},
        timestamp=NOW,
    )
    seal()
    tamper_seal(OF_OLD, "5f3ba0c2c792961cab3fc0a82a0f234aeb4ad27a52e0d09b42ecd743fa5bf69c")
    event(pk=7_000_002)
    seal()

    assert faults() == []
    tamper("UPDATE core_eventlog SET role = 'admin' WHERE id = %s", victim.pk)
    assert faults() == [(FaultKind.BLOCK, None)]


def test_the_command_names_the_first_bad_row_and_fails():
    event()
    victim = event(action="booking.paid")
    seal()
    said = StringIO()
    call_command("verify_log", stdout=said)
    assert "Checked 2 events under 1 seals" in said.getvalue()
    assert "Every seal holds." in said.getvalue()

    tamper("UPDATE core_eventlog SET agency_id = 7 WHERE id = %s", victim.pk)

    said = StringIO()
    sentence = rf"Event {victim.pk} \(booking.paid, 2027-03-01 06:00:00 UTC\) was changed"
    with pytest.raises(CommandError, match=sentence):
        call_command("verify_log", stdout=said)
    assert "Checked 2 events" in said.getvalue()


def test_the_nightly_proof_tells_of_the_log_with_the_books(cast):
    """With everything a real event has in its details."""
    cast.give_bonus(cast.traveller, 1000)
    cast.paid(seats=2, bonus="all", transport="bus")
    (made,) = seal(at=timezone.now() + timedelta(days=1))
    assert made.events == 4

    prove_daily(at=NOW)

    proved = EventLog.objects.get(action="log.proved")
    assert (proved.details["events"], proved.details["digest"]) == (4, made.digest)
    assert EventLog.objects.filter(action="books.proved").exists()

    tamper("UPDATE core_eventlog SET object_id = 7 WHERE action = 'booking.paid'")
    prove_daily(at=NOW)

    assert "was changed after" in EventLog.objects.get(action="log.broken").details["first"]
    assert "was changed after" in EventLog.objects.get(action="books.broken").details["faults"][0]
