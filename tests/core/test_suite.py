"""The suite's own promises."""

import socket

import pytest
from constance import config
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection

from core.clock import now
from core.models import EventLog
from tests.cleaning import Cleaner
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

    call_command(
        "flush",
        interactive=False,
        verbosity=0,
        inhibit_post_migrate=True,
        reset_sequences=False,
    )

    assert not EventLog.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_after_a_test_nothing_is_left_but_what_migrate_writes(cast):
    cleaner, permissions = Cleaner(), set(Permission.objects.values_list("codename"))
    cast.request()
    with connection.cursor() as cursor:
        assert any(rows_of(cursor, table) for table in cleaner.tables)

        cleaner.clean()

        assert [table for table in cleaner.tables if rows_of(cursor, table)] == []
    assert set(Permission.objects.values_list("codename")) == permissions


@pytest.mark.django_db(transaction=True)
def test_after_a_test_settings_are_what_they_were():
    cleaner, minutes = Cleaner(), config.HOLD_MINUTES
    config.HOLD_MINUTES = minutes + 1

    cleaner.clean()

    assert minutes == config.HOLD_MINUTES


def rows_of(cursor, table) -> int:
    cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
    return cursor.fetchone()[0]
