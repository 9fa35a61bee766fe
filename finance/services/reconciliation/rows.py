"""Explaining the rows of a registry that do not agree with the books."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.refusals import Conflict, Invalid
from core.services.events import record
from finance.models import MoneyCase, ReconciliationRow
from finance.queries.reconciliation import case_kind
from finance.services.cases import open_case
from finance.states import AccountKind, RegistrySource, RegistryStatus, RowOutcome
from partners.roles import require

RESOURCE = "finance.reconciliationrow"
LONGEST_NOTE = 300
CASH = {RegistrySource.PAYME: AccountKind.PAYME, RegistrySource.BANK: AccountKind.BANK}


class NotTakenOver(Conflict):
    message = _("Take the registry over first.")


class NothingToExplain(Conflict):
    message = _("The row agrees with the books: there is nothing to explain.")


class ToldBefore(Conflict):
    message = _("An earlier registry has told the same. Explain it there.")


class AlreadyResolved(Conflict):
    message = _("Somebody has explained this row already.")


class NotResolved(Conflict):
    message = _("Nobody has explained this row yet.")


class NoteNeeded(Invalid):
    message = _("Say in a few words why.")
    field = "note"


class HasCase(Conflict):
    message = _("The money is in the books as a case. Decide the case instead.")


class NoMoneyToTake(Conflict):
    message = _("This row has no money that the books lack.")


@act
def resolve_row(*, row_id: int, note: str, by: Actor, at: datetime) -> ReconciliationRow:
    """Explain a row that does not agree; no money moves.

    Refuses with NotAllowed, NoteNeeded, NotTakenOver, NothingToExplain, ToldBefore and
    AlreadyResolved.
    """
    require(by, RESOURCE, "resolve")
    row = _lock_open_row(row_id)

    note = _checked(note)

    _close(row, note, by, at)

    record("registry.row_resolved", row, by=by, at=at, note=note, outcome=row.outcome)
    return row


@act
def reopen_row(*, row_id: int, reason: str, by: Actor, at: datetime) -> ReconciliationRow:
    """Take an explanation back; what it said stays in the log.

    Refuses with NotAllowed, NoteNeeded, NotResolved, and with HasCase: money in the books is
    decided there.
    """
    require(by, RESOURCE, "resolve")
    row = lock_row(ReconciliationRow, pk=row_id)

    if row.resolved_at is None:
        raise NotResolved
    if MoneyCase.objects.filter(registry_row=row).exists():
        raise HasCase
    reason = _checked(reason)

    note, row.note = row.note, ""
    row.resolved_by_id = row.resolved_at = None
    row.save(update_fields=["note", "resolved_by", "resolved_at"])

    record("registry.row_reopened", row, by=by, at=at, reason=reason, note=note)
    return row


@act
def take_row_into_books(*, row_id: int, by: Actor, at: datetime) -> MoneyCase:
    """Open a case for money that is there and not in the books, and so explain the row.

    What the source has more than we (the whole of an unknown or a doubled payment) is posted to
    "unmatched money". Refuses as ``resolve_row`` does, with NoMoneyToTake, and as ``open_case``.
    """
    require(by, RESOURCE, "resolve")
    row = _lock_open_row(row_id)

    kind = case_kind(row)
    if kind is None:
        raise NoMoneyToTake

    case = open_case(
        kind=kind,
        amount=row.difference,
        cash_account=CASH[RegistrySource(row.file.source)],
        external_id=row.external_id,
        registry_row_id=row.pk,
        payment_id=row.payment_id,
        booking_id=row.payment.booking_id if row.payment else None,
        by=by,
        at=at,
    )
    note = str(case)[:LONGEST_NOTE]
    _close(row, note, by, at)

    record("registry.row_taken_in", row, by=by, at=at, amount=case.amount, case=case.pk)
    return case


def _lock_open_row(row_id: int) -> ReconciliationRow:
    """The row, locked, when it waits for an explanation."""
    row = lock_row(ReconciliationRow, pk=row_id)
    if row.file.status != RegistryStatus.TAKEN:
        raise NotTakenOver
    if row.outcome == RowOutcome.MATCHED:
        raise NothingToExplain
    if row.repeats_id is not None:
        raise ToldBefore
    if row.resolved_at is not None:
        raise AlreadyResolved
    return row


def _checked(text: str) -> str:
    text = " ".join(text.split())[:LONGEST_NOTE]
    if not text:
        raise NoteNeeded
    return text


def _close(row: ReconciliationRow, note: str, by: Actor, at: datetime) -> None:
    row.note = note
    row.resolved_by_id = by.person_id
    row.resolved_at = at
    row.save(update_fields=["note", "resolved_by", "resolved_at"])
