"""Proving the event log against its seals, down to the row that was touched."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform

from core.models import EventLog, EventSeal

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
ENCODER = json.JSONEncoder(default=str, sort_keys=True)
# [id, sha256] of a row, as a seal keeps it.
Mark = list[Any]


class FaultKind(StrEnum):
    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    SEAL = "seal"
    # A seal of old knows its rows only together.
    BLOCK = "block"
    # Of a seal that the log itself remembers, see ``_remembered_otherwise``.
    GONE = "gone"
    REPLACED = "replaced"


SENTENCES = {
    FaultKind.CHANGED: "Event {event_id} ({what}) was changed after it was sealed.",
    FaultKind.MISSING: "Event {event_id} is missing: it was sealed and is gone.",
    FaultKind.INSERTED: "Event {event_id} ({what}) was slipped in: no seal knows it.",
    FaultKind.SEAL: (
        "The seal up to event {seal_id} was changed itself, or the one before it was: it does not "
        "follow from its rows and its predecessor."
    ),
    FaultKind.BLOCK: (
        "The block of {events} events up to event {seal_id} no longer matches its seal, one of old "
        "that cannot name the row."
    ),
    FaultKind.GONE: (
        "Seal number {seal_id}, which event {event_id} ({what}) had found whole, is gone: seals "
        "were cut off the end, or all of them deleted."
    ),
    FaultKind.REPLACED: (
        "Seal number {seal_id} is another than the one that event {event_id} ({what}) had found "
        "whole."
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing wrong under one seal; ``what`` is the row's action and time.

    ``seal_id`` is the last event under the seal; of one that is gone or replaced, its own number.
    """

    kind: FaultKind
    seal_id: int
    events: int
    event_id: int | None = None
    what: str = ""

    def __str__(self) -> str:
        return SENTENCES[self.kind].format(
            seal_id=self.seal_id, events=self.events, event_id=self.event_id, what=self.what
        )


@dataclass(frozen=True, slots=True)
class LogProof:
    """How many events under how many seals were looked at, and the first fault of each broken
    seal, the oldest first; after them the seals that the log remembers otherwise."""

    events: int
    seals: int
    faults: list[Fault]


def prove_log() -> LogProof:
    """Compare every sealed event with its seal, and every seal with what the log says of it."""
    events, seals, faults = 0, 0, []
    for looked_at, fault in _proved_seals():
        events, seals = events + looked_at, seals + 1
        if fault is not None:
            faults.append(fault)
    faults += _remembered_otherwise()
    return LogProof(events, seals, faults)


def marks_of(after_id: int | None, last_id: int) -> Iterator[Mark]:
    """Of the events after ``after_id``, or from the very first on, up to ``last_id``, in their
    order."""
    for row in _rows_of(after_id, last_id).values_list(*COLUMNS, "recorded_at").iterator():
        yield [row[0], hashlib.sha256(_text(row)).hexdigest()]


def digest_of(marks: Iterable[Mark], previous: str) -> str:
    """What the seal over ``marks`` says, ``previous`` being the digest of the seal before."""
    state = hashlib.sha256(previous.encode())
    for event_id, mark in marks:
        state.update(f"{event_id} {mark}\n".encode())
    return state.hexdigest()


def _proved_seals() -> Iterator[tuple[int, Fault | None]]:
    """Of each seal how many events were looked at and what is wrong, the oldest first."""
    # Below the first block there is no end: a row put in under a made-up id is there, too.
    previous_id: int | None = None
    previous_digest = ""
    # A seal holds up to 10,000 marks.
    for seal in EventSeal.objects.order_by("last_event_id").iterator(chunk_size=2):
        prove = _prove_block if seal.rows == [] else _prove_rows
        yield prove(seal, previous_id, previous_digest)
        previous_id, previous_digest = seal.last_event_id, seal.digest


def _prove_rows(seal: EventSeal, after_id: int | None, previous: str) -> tuple[int, Fault | None]:
    if not _is_of_marks(seal.rows) or not _fits(seal, previous):
        return seal.events, _fault(FaultKind.SEAL, seal)
    found = list(marks_of(after_id, seal.last_event_id))
    if found == seal.rows:
        return len(found), None
    return len(found), _first_difference(seal, found)


def _is_of_marks(rows: Any) -> bool:
    """Whether ``rows`` have the shape that the job gives them: who can write there can write any
    JSON, which must break his seal and not its proof."""
    return isinstance(rows, list) and all(
        isinstance(mark, list) and [type(part) for part in mark] == [int, str] for mark in rows
    )


def _fits(seal: EventSeal, previous: str) -> bool:
    return digest_of(seal.rows, previous) == seal.digest and len(seal.rows) == seal.events


def _first_difference(seal: EventSeal, found: list[Mark]) -> Fault:
    """Both lists are in the order of ids, so the smaller of two ids is the odd one."""
    pairs = zip_longest(seal.rows, found)
    sealed, here = next(pair for pair in pairs if pair[0] != pair[1])
    if sealed is None or (here is not None and here[0] < sealed[0]):
        return _fault(FaultKind.INSERTED, seal, here[0])
    if here is None or sealed[0] < here[0]:
        return _fault(FaultKind.MISSING, seal, sealed[0])
    return _fault(FaultKind.CHANGED, seal, sealed[0])


def _remembered_otherwise() -> Iterator[Fault]:
    """Each proof left the digest of the last seal in the log. A seal that is gone since, or has
    another digest, was tampered with even where what is left fits together: nothing ever deletes a
    seal, and one that is made anew gets another number."""
    named = EventSeal.objects.filter(pk=OuterRef("object_id"))
    proofs = EventLog.objects.filter(
        action="log.proved", object_type=EventSeal._meta.label_lower
    ).annotate(remembered=KeyTextTransform("digest", "details"), stands=Exists(named))
    otherwise = proofs.exclude(Exists(named.filter(digest=OuterRef("remembered"))))
    # Of each seal the first proof is enough.
    for event in otherwise.order_by("object_id", "id").distinct("object_id").iterator():
        kind = FaultKind.REPLACED if event.stands else FaultKind.GONE
        yield Fault(kind, event.object_id, 0, event.pk, _what(event))


def _fault(kind: FaultKind, seal: EventSeal, event_id: int | None = None) -> Fault:
    event = EventLog.objects.filter(pk=event_id or 0).first()
    what = _what(event) if event else ""
    return Fault(kind, seal.last_event_id, seal.events, event_id, what)


def _what(event: EventLog) -> str:
    return f"{event.action}, {event.timestamp:%Y-%m-%d %H:%M:%S} UTC"


def _prove_block(seal: EventSeal, after_id: int | None, previous: str) -> tuple[int, Fault | None]:
    """As seals were before they kept a mark of each row."""
    state, count = hashlib.sha256(previous.encode()), 0
    for row in _rows_of(after_id, seal.last_event_id).values_list(*COLUMNS).iterator():
        state.update(_text(row))
        count += 1
    holds = state.hexdigest() == seal.digest and count == seal.events
    return count, None if holds else _fault(FaultKind.BLOCK, seal)


def _rows_of(after_id: int | None, last_id: int) -> QuerySet[EventLog]:
    rows = EventLog.objects.filter(id__lte=last_id).order_by("id")
    return rows if after_id is None else rows.filter(id__gt=after_id)


def _text(row: Any) -> bytes:
    return ENCODER.encode(row).encode()
