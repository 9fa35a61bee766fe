"""The suite's own promises."""

import socket

import pytest
from django.core.management import call_command

from core.clock import now
from core.models import EventLog
from tests.conftest import OutsideWorldError
from tests.factories import NOW


def test_a_test_cannot_leave_the_machine():
    with pytest.raises(OutsideWorldError), socket.socket() as outward:
        outward.connect(("192.0.2.1", 80))
    with pytest.raises(OutsideWorldError):
        socket.create_connection(("example.com", 80), timeout=1)


def test_time_stands_still():
    assert now() == NOW


@pytest.mark.django_db(transaction=True)
def test_an_act_wakes_the_real_queue_once_it_is_committed(cast, queue):
    waiting = queue.storage.queue_size()

    cast.request()

    assert waiting == 0
    assert [task.name for task in queue.pending()] == ["tell"]


@pytest.mark.django_db(transaction=True)
def test_the_suite_may_clean_the_append_only_tables(cast):
    cast.request()
    assert EventLog.objects.exists()

    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)

    assert not EventLog.objects.exists()
