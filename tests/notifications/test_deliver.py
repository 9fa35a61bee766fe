"""The sweep over undelivered events: loses nothing, doubles nothing, holds up nobody."""

import threading
from datetime import timedelta

import pytest
from django.db import transaction

from core.models import EventDelivery
from notifications.models import Notification
from notifications.services.deliver import RETRY, deliver_events
from tests import factories
from tests.factories import NOW
from tests.sales.threads import in_thread, run_together

pytestmark = pytest.mark.django_db


def waiting(count):
    return [factories.event_delivery(event=factories.event(object_id=n)) for n in range(count)]


def test_events_are_told_oldest_first_and_then_forgotten():
    waiting(3)
    told = []

    assert deliver_events(at=NOW, handle=lambda e: told.append(e.object_id)) == 3

    assert told == [0, 1, 2]
    assert not EventDelivery.objects.exists()


def test_no_more_than_the_limit_at_a_time():
    waiting(3)

    assert deliver_events(at=NOW, handle=lambda _: None, limit=2) == 2
    assert EventDelivery.objects.count() == 1


def test_a_handler_that_fails_is_tried_later_and_the_others_go_on(caplog):
    first, *_ = waiting(3)
    told = []

    def handle(event):
        if event.pk == first.event_id:
            # What it had written goes with its failure.
            factories.notification(dedupe_key="half")
            raise ZeroDivisionError("boom")
        told.append(event.object_id)

    deliver_events(at=NOW, handle=handle)

    left = EventDelivery.objects.get()
    assert told == [1, 2]
    assert (left.event_id, left.attempts) == (first.event_id, 1)
    assert left.next_attempt_at == NOW + RETRY[0]
    assert "boom" in left.last_error
    assert not Notification.objects.exists()


def test_it_is_tried_again_when_its_time_has_come_and_ever_later():
    waiting(1)
    at, waits = NOW, []

    def fail(event):
        raise ZeroDivisionError

    for _ in range(len(RETRY) + 1):
        deliver_events(at=at, handle=fail)
        left = EventDelivery.objects.get()
        waits.append(left.next_attempt_at - at)
        at = left.next_attempt_at

    assert waits == [*RETRY, RETRY[-1]]
    deliver_events(at=at - timedelta(seconds=1), handle=lambda _: None)
    assert EventDelivery.objects.exists()
    deliver_events(at=at, handle=lambda _: None)
    assert not EventDelivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_one_worker_holds_the_other_passes_over():
    held, free, _ = waiting(3)
    told = []

    with in_thread(hold, held.pk):
        deliver_events(at=NOW, handle=lambda e: told.append(e.pk))

    assert free.event_id in told
    assert held.event_id not in told
    assert list(EventDelivery.objects.values_list("pk", flat=True)) == [held.pk]


def hold(ready, done, pk):
    with transaction.atomic():
        EventDelivery.objects.select_for_update().get(pk=pk)
        ready.set()
        done.wait(20)


@pytest.mark.django_db(transaction=True)
def test_four_workers_tell_each_event_once():
    waiting(20)
    told, guard = [], threading.Lock()

    def handle(event):
        with guard:
            told.append(event.pk)

    counts = run_together([lambda: deliver_events(at=NOW, handle=handle)] * 4)

    assert sum(counts) == 20
    assert len(told) == len(set(told)) == 20
    assert not EventDelivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_killed_half_way_an_event_waits_for_the_next_worker():
    waiting(1)

    def killed(event):
        factories.notification(dedupe_key="half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver_events(at=NOW, handle=killed)

    assert not Notification.objects.exists()
    assert EventDelivery.objects.get().attempts == 0
    assert deliver_events(at=NOW, handle=lambda _: None) == 1
