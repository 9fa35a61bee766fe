"""The log of actions: append-only in the database's keeping."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from core.actor import job
from core.models import EventDelivery, EventLog
from core.refusals import Refusal
from core.services.events import record
from core.signals import events_recorded
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def run(sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.fixture
def event():
    return factories.event(action="booking.paid")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_eventlog SET action = 'nothing.happened' WHERE id = %s",
        "UPDATE core_eventlog SET details = '{}' WHERE id = %s",
        "DELETE FROM core_eventlog WHERE id = %s",
    ],
)
def test_a_row_is_never_changed_or_deleted(event, sql):
    with pytest.raises(IntegrityError, match="append-only"):
        run(sql, event.pk)

    assert EventLog.objects.get(pk=event.pk).action == "booking.paid"


def test_the_orm_cannot_either(event):
    event.action = "nothing.happened"
    for change in (event.save, event.delete, EventLog.objects.all().delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_the_log_is_not_truncated_unless_the_session_says_so(event):
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("SET LOCAL circle.allow_truncate = 'off'")

    with pytest.raises(IntegrityError, match="TRUNCATE refused"):
        run("TRUNCATE core_eventlog CASCADE")

    assert EventLog.objects.filter(pk=event.pk).exists()
    run("SET LOCAL circle.allow_truncate = 'on'")
    run("TRUNCATE core_eventlog CASCADE")


def test_a_seal_is_never_changed_or_deleted():
    seal = factories.event_seal()

    for sql in (
        "UPDATE core_eventseal SET digest = 'x' WHERE id = %s",
        "DELETE FROM core_eventseal WHERE id = %s",
    ):
        with pytest.raises(IntegrityError, match="append-only"):
            run(sql, seal.pk)


def test_an_event_keeps_who_did_what_to_what_and_through_which_door(cast):
    booking = factories.booking(session=cast.silk_session)
    by = cast.silk_manager.actor("bot", request_id="abc-123")

    with transaction.atomic():
        event = record("booking.approved", booking, by=by, at=NOW, agency_id=cast.silk.pk, seats=2)

    event.refresh_from_db()
    assert (event.user, event.role, event.source) == (cast.silk_manager, "manager", "bot")
    assert (event.object_type, event.object_id) == ("sales.booking", booking.pk)
    assert (event.object_name, event.agency_id) == (booking.code, cast.silk.pk)
    assert (event.timestamp, event.request_id) == (NOW, "abc-123")
    assert event.details == {"seats": 2}
    assert event.recorded_at is not None


def test_details_are_written_as_json_people_can_read(event):
    day = datetime(2027, 3, 1, tzinfo=UTC)
    with transaction.atomic():
        written = record(
            "test.happened",
            event,
            by=job(),
            at=NOW,
            amount=Decimal("10.50"),
            when=day,
            codes=["A"],
            none=None,
            yes=True,
        )

    written.refresh_from_db()
    assert written.details == {
        "amount": "10.50",
        "when": "2027-03-01T00:00:00+00:00",
        "codes": ["A"],
        "none": None,
        "yes": True,
    }


def test_long_names_are_cut_to_their_column(cast):
    cast.silk_tour.title_en = "T" * 160
    with transaction.atomic():
        event = record("tour.published", cast.silk_tour, by=job(), at=NOW)

    assert event.object_name == "T" * 120


def test_the_event_and_its_delivery_live_and_die_with_the_act(cast):
    with pytest.raises(Refusal):
        cast.request(session=factories.session(status="closed"))

    assert not EventLog.objects.exists()
    assert not EventDelivery.objects.exists()


def test_the_worker_is_woken_after_the_commit_only(cast, django_capture_on_commit_callbacks):
    heard = []

    def listen(**kwargs):
        heard.append(kwargs["sender"])

    events_recorded.connect(listen)
    try:
        with django_capture_on_commit_callbacks() as callbacks:
            cast.request()
            assert heard == []
        callbacks[0]()
    finally:
        events_recorded.disconnect(listen)

    assert heard == [EventLog]
