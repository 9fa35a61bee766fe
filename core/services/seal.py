"""Sealing the event log in blocks, and proving the seals."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Min

from core.actor import Actor
from core.acts import act
from core.models import EventLog, EventSeal

# A transaction may commit an older id late: only rows older than this are sealed.
SETTLED_AFTER = timedelta(minutes=10)
COLUMNS = (
    "id",
    "user_id",
    "role",
    "action",
    "object_type",
    "object_id",
    "object_name",
    "agency_id",
    "details",
    "source",
    "request_id",
    "timestamp",
)


@act
def seal_events(*, by: Actor, at: datetime) -> EventSeal | None:
    """Seal the settled events since the last seal; None when there are none."""
    with connection.cursor() as cursor:
        # One sealer at a time; a seal is rare and short.
        cursor.execute("LOCK TABLE core_eventseal IN SHARE ROW EXCLUSIVE MODE")

    last = EventSeal.objects.order_by("-last_event_id").first()
    rows = EventLog.objects.filter(id__gt=last.last_event_id if last else 0)
    # Ids are given before the commit, so a younger row may have the smaller id: the block ends
    # before the first row that has not settled, or its seal would miss that row for ever.
    unsettled = rows.filter(recorded_at__gte=at - SETTLED_AFTER).aggregate(first=Min("id"))
    if unsettled["first"] is not None:
        rows = rows.filter(id__lt=unsettled["first"])
    digest, count, last_id = _digest(rows, last.digest if last else "")
    if not count:
        return None

    return EventSeal.objects.create(last_event_id=last_id, events=count, digest=digest)


def broken_seals() -> Iterator[EventSeal]:
    """The seals that no longer match their rows, oldest first."""
    previous_id, previous_digest = 0, ""
    for seal in EventSeal.objects.order_by("last_event_id").iterator():
        rows = EventLog.objects.filter(id__gt=previous_id, id__lte=seal.last_event_id)
        digest, count, _ = _digest(rows, previous_digest)
        if digest != seal.digest or count != seal.events:
            yield seal
        previous_id, previous_digest = seal.last_event_id, seal.digest


def _digest(rows, previous: str) -> tuple[str, int, int]:  # type: ignore[no-untyped-def]
    state = hashlib.sha256(previous.encode())
    count = last_id = 0
    for row in rows.order_by("id").values_list(*COLUMNS).iterator():
        state.update(json.dumps(row, default=str, sort_keys=True).encode())
        count, last_id = count + 1, row[0]
    return state.hexdigest(), count, last_id
