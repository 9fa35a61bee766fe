"""One answer per key."""

import threading
from datetime import timedelta

import pytest
from django.db import transaction

from core.actor import job
from core.models import EventLog, IdempotencyKey
from core.services.events import record
from core.services.idempotency import (
    KEPT,
    Answer,
    IdempotencyConflict,
    RequestInFlight,
    answer_once,
    fingerprint,
    forget_old_answers,
)
from tests import factories
from tests.factories import NOW
from tests.sales.threads import in_thread, run_together

CREATED = Answer(201, b'{"code": "A"}', "application/json")


class Work:
    """Something to be done once; counts how often it was."""

    def __init__(self, answer=CREATED):
        self.answer = answer
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def once(work, *, caller="user:1", key="k", request="same", at=NOW):
    return answer_once(caller=caller, key=key, request=request, at=at, work=work)


@pytest.mark.django_db
def test_the_same_key_gets_the_same_answer_and_the_work_is_done_once():
    work = Work()

    first, again = once(work), once(work)

    assert first == again == CREATED
    assert work.calls == 1


@pytest.mark.django_db
def test_a_refusal_is_an_answer_too():
    work = Work(Answer(409, b'{"code": "seats_unavailable"}', "application/problem+json"))

    assert once(work) == once(work)
    assert work.calls == 1


@pytest.mark.django_db
@pytest.mark.parametrize("other", [{"key": "another"}, {"caller": "user:2"}])
def test_another_key_and_another_caller_are_another_request(other):
    work = Work()

    once(work)
    once(work, **other)

    assert work.calls == 2


@pytest.mark.django_db
def test_another_request_under_the_key_is_refused():
    once(Work())
    second = Work()

    with pytest.raises(IdempotencyConflict) as refusal:
        once(second, request="another")

    assert refusal.value.code == "idempotency_conflict"
    assert second.calls == 0


@pytest.mark.django_db
def test_a_passing_answer_is_not_kept():
    busy = Work(Answer(409, b"{}", "application/json", passing=True))
    once(busy)

    assert once(Work()) == CREATED
    assert busy.calls == 1


@pytest.mark.django_db
def test_a_crash_leaves_no_key_behind():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        once(Work(ZeroDivisionError()))

    assert not IdempotencyKey.objects.exists()
    assert once(Work()) == CREATED


@pytest.mark.django_db
def test_an_answer_is_kept_for_a_day_and_no_longer():
    work = Work()
    once(work)

    once(work, at=NOW + KEPT - timedelta(seconds=1))
    assert work.calls == 1
    once(work, at=NOW + KEPT)
    assert work.calls == 2


@pytest.mark.django_db
def test_old_answers_are_forgotten():
    factories.idempotency_key(expires_at=NOW)
    young = factories.idempotency_key(expires_at=NOW + timedelta(seconds=1))

    assert forget_old_answers(at=NOW) == 1
    assert list(IdempotencyKey.objects.all()) == [young]


def test_a_fingerprint_tells_requests_apart():
    prints = {
        fingerprint("POST", "/a", b"{}"),
        fingerprint("POST", "/a", b"{ }"),
        fingerprint("POST", "/b", b"{}"),
        fingerprint("PUT", "/a", b"{}"),
        fingerprint("POST", "/", b"a\n{}"),
    }

    assert len(prints) == 5
    assert fingerprint("POST", "/a", b"{}") in prints


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_are_one_tap():
    entered = []
    guard = threading.Lock()

    def work():
        with guard:
            entered.append(1)
        record("tap.made", factories.event(), by=job(), at=NOW)
        return CREATED

    answers = run_together([lambda: once(work)] * 6)

    assert answers == [CREATED] * 6
    assert len(entered) == 1
    assert EventLog.objects.filter(action="tap.made").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_first_tap_that_takes_too_long_answers_the_second_with_try_again(short_lock_timeout):
    second = Work()

    with in_thread(slow_tap), pytest.raises(RequestInFlight):
        once(second)

    assert second.calls == 0
    assert once(second) == CREATED, "the first tap's stored answer"
    assert second.calls == 0


def slow_tap(ready, done):
    def work():
        ready.set()
        done.wait(20)
        return CREATED

    once(work)
