"""Sealing the event log in blocks, and the daily proof of the seals."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from django.db import connection
from django.db.models import Max, Min

from core.actor import Actor
from core.acts import act
from core.models import EventLog, EventSeal
from core.queries.seals import LogProof, Mark, digest_of, marks_of
from core.services.events import record

# A transaction may commit an older id late: only rows older than this are sealed.
SETTLED_AFTER = timedelta(minutes=10)
BLOCK = 10_000


@act
def seal_events(*, by: Actor, at: datetime) -> list[EventSeal]:
    """Seal the settled events since the last seal, BLOCK to a seal; none when there are none."""
    with connection.cursor() as cursor:
        # One sealer at a time; a seal is rare and short.
        cursor.execute("LOCK TABLE core_eventseal IN SHARE ROW EXCLUSIVE MODE")

    last = EventSeal.objects.defer("rows").order_by("-last_event_id").first()
    after_id, digest = (last.last_event_id, last.digest) if last else (0, "")

    made = []
    for marks in _blocks(after_id, _last_settled(after_id, at)):
        digest = digest_of(marks, digest)
        seal = EventSeal(last_event_id=marks[-1][0], events=len(marks), digest=digest, rows=marks)
        seal.save(force_insert=True)
        made.append(seal)
    return made


def _blocks(after_id: int, last_id: int) -> Iterator[list[Mark]]:
    return (list(marks) for marks in batched(marks_of(after_id, last_id), BLOCK, strict=False))


def _last_settled(after_id: int, at: datetime) -> int:
    """Ids are given before the commit, so a younger row may have the smaller id: what is sealed
    ends before the first row that has not settled, or its seal would miss that row for ever."""
    rows = EventLog.objects.filter(id__gt=after_id)
    unsettled = rows.filter(recorded_at__gte=at - SETTLED_AFTER).aggregate(first=Min("id"))["first"]
    if unsettled is not None:
        return int(unsettled) - 1
    return int(rows.aggregate(last=Max("id"))["last"] or after_id)


@act
def record_log_proof(*, proof: LogProof, seconds: str, by: Actor, at: datetime) -> None:
    """Write how a proof of the log went into the log itself, with the last seal's digest: who cut
    seals off the end would have to take this along. Nothing while there was never a seal."""
    last = EventSeal.objects.defer("rows").order_by("-last_event_id").first()

    facts: dict[str, Any] = {"events": proof.events, "seals": proof.seals, "seconds": seconds}
    if proof.faults:
        first = proof.faults[0]
        facts |= {"broken": len(proof.faults), "first": str(first)}
        # Without any seal it is told of the event that remembers one.
        about = last or EventLog.objects.get(pk=first.event_id or 0)
        record("log.broken", about, by=by, at=at, **facts)
    elif last is not None:
        record("log.proved", last, by=by, at=at, digest=last.digest, **facts)
