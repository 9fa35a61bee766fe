"""Registries of the provider or the bank: uploaded, tried, taken over or thrown away."""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import IO, Any

from django.core.files.base import File
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.refusals import Conflict, Invalid, NotFound
from core.services.events import record
from finance.models import ReconciliationFile
from finance.papers.registry_columns import guess, look
from finance.papers.registry_lines import Findings, Line, read_lines
from finance.queries.reconciliation import in_all, remembered_mapping, tally
from finance.services.reconciliation.match import (
    compare,
    copy_lines,
    delete_rows,
    explain_found,
    lines_period,
)
from finance.states import RegistryStatus
from partners.roles import require

RESOURCE = "finance.reconciliationfile"
MOST_BYTES = 50 * 2**20
MOST_LINES = 500_000
LONGEST_NAME = 120


class RegistryTooLarge(Invalid):
    message = gettext_lazy("A registry has at most 50 MB.")
    field = "file"


class TooManyLines(Invalid):
    message = gettext_lazy("A registry has at most {limit} lines. Take a shorter period.")


class SameRegistry(Conflict):
    """``facts["registry_id"]`` is the first upload of the same bytes."""

    code = "registry_is_here"
    message = gettext_lazy("This very file has been uploaded before.")


class RegistryTaken(Conflict):
    message = gettext_lazy("The registry has been taken over; it stays as it is.")


class NotTried(Conflict):
    message = gettext_lazy("Compare the registry first, then take it over.")


class PeriodNeeded(Invalid):
    message = gettext_lazy("The lines have no dates. Say which days the registry is of.")


class PeriodBackwards(Invalid):
    message = gettext_lazy("The period ends before it begins.")


class ResultMoved(Conflict):
    """What came in since the trial stays to be seen."""

    code = "result_moved"
    commits = True
    message = gettext_lazy(
        "Payments have changed since the registry was compared. Look at the new result, please."
    )


class NotAllRead(Invalid):
    """``findings`` says which lines and which words; nothing has been compared."""

    message = gettext_lazy("Nothing has been compared: the file has lines that cannot be read.")

    def __init__(self, findings: Findings):
        super().__init__()
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read; without a period, from its first day to its last."""

    mapping: Mapping[str, Any]
    period: tuple[date, date] | None = None


def upload_registry(
    *, content: File, name: str, source: str, by: Actor, at: datetime
) -> ReconciliationFile:
    """Keep a registry's file and guess what its columns mean; nothing is compared yet.

    Refuses with NotAllowed, RegistryTooLarge, SameRegistry, and with what is wrong with the file:
    NotATable, NothingInside, NoColumns.
    """
    require(by, RESOURCE, "add")
    if content.size > MOST_BYTES:
        raise RegistryTooLarge
    checksum = _checksum(content)
    _refuse_known(checksum)
    seen = look(content.file)  # type: ignore[arg-type]
    registry = ReconciliationFile(
        name=PurePath(name).name[:LONGEST_NAME],
        checksum=checksum,
        source=source,
        mapping=guess(seen.headings, remembered_mapping(source)),
        uploaded_by_id=by.person_id,
    )
    content.seek(0)
    # The bytes first: the storage may be far, and no transaction waits for it.
    registry.file.save(f"{checksum[:20]}{_ending(seen.how)}", content, save=False)
    try:
        return _keep(registry=registry, by=by, at=at)
    except BaseException:
        registry.file.delete(save=False)
        raise


@act
def _keep(*, registry: ReconciliationFile, by: Actor, at: datetime) -> ReconciliationFile:
    """The row of a file that lies in the storage. Refuses with SameRegistry."""
    try:
        with transaction.atomic():
            registry.save(force_insert=True)
    except IntegrityError:
        _refuse_known(registry.checksum)
        raise

    record("registry.uploaded", registry, by=by, at=at, file=registry.name)
    return registry


def try_registry(
    *, registry_id: int, reading: Reading, by: Actor, at: datetime
) -> ReconciliationFile:
    """Compare a registry with the payments, and remember how it was read; nothing is final.

    Refuses with NotAllowed, RegistryTaken, ColumnNeeded, ColumnGone, NotAllRead, PeriodNeeded,
    PeriodBackwards, TooManyLines, NothingInside; what an earlier trial said then stays.
    """
    require(by, RESOURCE, "add")
    with _copy_of(registry_id) as file:
        return _try(registry_id=registry_id, file=file, reading=reading, by=by, at=at)


@act
def _try(
    *, registry_id: int, file: IO[bytes], reading: Reading, by: Actor, at: datetime
) -> ReconciliationFile:
    """The trial within its transaction."""
    registry = lock_row(ReconciliationFile, pk=registry_id)

    _refuse_taken(registry)

    registry.mapping = dict(reading.mapping)
    _compare(registry, file, reading.period)
    registry.save(update_fields=["mapping", "period_start", "period_end", "left_out"])

    counts = {kind: pile.count for kind, pile in tally(registry.pk).items()}
    rows = sum(counts.values())
    record("registry.tried", registry, by=by, at=at, rows=rows, counts=counts)
    return registry


def take_registry(*, registry_id: int, by: Actor, at: datetime) -> ReconciliationFile:
    """Take a tried registry over: from now on its rows have to be explained, and it stays.

    It is compared once more. Payments that earlier registries of the source lacked and this one has
    are resolved there. Refuses with NotAllowed, RegistryTaken, NotTried, and with ResultMoved when
    the result is no longer what the trial showed.
    """
    require(by, RESOURCE, "add")
    with _copy_of(registry_id) as file:
        return _take(registry_id=registry_id, file=file, by=by, at=at)


@act
def _take(*, registry_id: int, file: IO[bytes], by: Actor, at: datetime) -> ReconciliationFile:
    """The taking over within its transaction."""
    registry = lock_row(ReconciliationFile, pk=registry_id)
    _one_at_a_time(registry.source)

    _refuse_taken(registry)
    if registry.period_start is None or registry.period_end is None:
        raise NotTried
    if _compare(registry, file, (registry.period_start, registry.period_end)):
        raise ResultMoved

    registry.take(at=at)
    registry.save(update_fields=["status", "taken_at"])
    note = _("Found in a later registry: %(registry)s.") % {"registry": registry}
    found = explain_found(registry, by_id=by.person_id, at=at, note=note)

    whole = in_all(tally(registry.pk).values())
    record(
        "registry.taken",
        registry,
        by=by,
        at=at,
        rows=whole.count,
        open=whole.open,
        found=found,
    )
    return registry


@act
def discard_registry(*, registry_id: int, by: Actor, at: datetime) -> ReconciliationFile:
    """Throw an upload away, with its file and what its trial said. Refuses with NotAllowed, and
    with RegistryTaken: what was taken over stays."""
    require(by, RESOURCE, "add")
    registry = lock_row(ReconciliationFile, pk=registry_id)

    _refuse_taken(registry)

    record("registry.discarded", registry, by=by, at=at, file=registry.name)
    delete_rows(registry.pk)
    storage, path = registry.file.storage, str(registry.file.name)
    transaction.on_commit(lambda: storage.delete(path), robust=True)
    registry.delete()
    return registry


def _compare(
    registry: ReconciliationFile, file: IO[bytes], period: tuple[date, date] | None
) -> bool:
    """Read the file and make the registry's rows; its period and its lines of totals are set.
    Whether the rows are others than before."""
    findings = Findings()
    copy_lines(_limited(read_lines(file, registry.mapping, findings), findings))
    if findings.count or findings.words:
        raise NotAllRead(findings)
    first, last = period or lines_period()
    if first is None:
        raise PeriodNeeded(field="period_start")
    if first > last:
        raise PeriodBackwards(field="period_end")
    registry.period_start, registry.period_end = first, last
    registry.left_out = findings.totals
    return compare(registry)


def _limited(lines: Iterator[Line], findings: Findings) -> Iterator[Line]:
    for line in lines:
        if findings.lines > MOST_LINES:
            raise TooManyLines(limit=MOST_LINES)
        yield line


@contextmanager
def _copy_of(registry_id: int) -> Iterator[IO[bytes]]:
    """The registry's file on this machine: the storage is not asked within a transaction."""
    registry = ReconciliationFile.objects.filter(pk=registry_id).first()
    if registry is None:
        raise NotFound
    with tempfile.TemporaryFile() as copy:
        with registry.file.open("rb") as stored:
            for chunk in stored.chunks():
                copy.write(chunk)
        copy.seek(0)
        yield copy


def _one_at_a_time(source: str) -> None:
    """Two registries taken over at once would not see each other's rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"registry {source}"])


def _checksum(content: File) -> str:
    digest = hashlib.sha256()
    for chunk in content.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _refuse_known(checksum: str) -> None:
    known = ReconciliationFile.objects.filter(checksum=checksum).first()
    if known is not None:
        raise SameRegistry(registry_id=known.pk)


def _refuse_taken(registry: ReconciliationFile) -> None:
    if registry.status == RegistryStatus.TAKEN:
        raise RegistryTaken


def _ending(how: str) -> str:
    return f".{how.lower()}" if how in ("XLSX", "XLS") else ".csv"
