"""Sweeps: one row that fails is logged, undone, and holds up no other."""

import pytest
from django.db import DataError
from structlog.testing import capture_logs

from core.acts import act
from core.models import EventLog
from core.sweeps import one_of_many
from tests import factories

pytestmark = pytest.mark.django_db


@act
def write(object_id):
    factories.event(action="row.seen", object_name=str(object_id))
    factories.event(action="row.written", object_id=object_id)


def test_what_the_database_refuses_is_undone_and_the_next_row_is_tried():
    with capture_logs() as logs:
        for object_id in (1, 10**30, 2):
            with one_of_many("not written", row=object_id):
                write(object_id)

    assert (
        list(EventLog.objects.order_by("id").values_list("action", flat=True))
        == [
            "row.seen",
            "row.written",
        ]
        * 2
    )
    (line,) = logs
    assert (line["event"], line["row"], line["log_level"]) == ("not written", 10**30, "error")


def test_the_database_does_refuse_that():
    with pytest.raises(DataError):
        write(10**30)
