"""A registry's rows as a file."""

import tempfile
from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast

from django.http import FileResponse
from django.utils.translation import gettext as _

from backoffice.admin.core.downloads import TYPES, handed_out
from core.money import som
from core.papers.csv import write_csv
from core.papers.xlsx import Cell, Column
from core.papers.xlsx_stream import Table, stream_xlsx
from finance.models import ReconciliationFile, ReconciliationRow
from finance.queries.reconciliation import in_all, tally


def rows_file(
    registry: ReconciliationFile, rows: Iterable[ReconciliationRow], kind: str
) -> FileResponse:
    """``rows`` as CSV or XLSX."""
    out = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the answer closes it
    cells = _cells(rows)
    if kind == "csv":
        write_csv([column.title for column in _columns()], cells, out)
    else:
        stream_xlsx(Table(str(registry), _columns(), cells, _facts(registry)), out)
    out.seek(0)
    return handed_out(out, f"registry-{registry.pk}.{kind}", TYPES[kind])


def _columns() -> list[Column]:
    return [
        Column(_("line"), 8),
        Column(_("id there"), 28),
        Column(_("time there"), 17),
        Column(_("state there"), 14),
        Column(_("booking there"), 14),
        Column(_("amount there, UZS"), 17),
        Column(_("counted there, UZS"), 17),
        Column(_("counted here, UZS"), 17),
        Column(_("difference, UZS"), 17),
        Column(_("outcome"), 18),
        Column(_("booking here"), 14),
        Column(_("explanation"), 40),
        Column(_("explained by"), 24),
        Column(_("explained at"), 17),
    ]


def _cells(rows: Iterable[ReconciliationRow]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [
            row.line,
            row.external_id,
            row.happened_at,
            row.get_state_display(),
            row.booking_code,
            row.amount,
            row.amount_there,
            row.our_amount,
            row.difference,
            row.get_outcome_display(),
            row.payment.booking.code if row.payment else "",
            explanation(row),
            str(row.resolved_by or ""),
            row.resolved_at,
        ]


def explanation(row: ReconciliationRow) -> str:
    """Why the row need not be looked at, if somebody has said so."""
    if row.repeats:
        facts = {"registry": row.repeats.file, "line": row.repeats.line}
        if row.line is None:
            return _("Told before: %(registry)s.") % facts
        return _("Told before: %(registry)s, line %(line)s.") % facts
    return row.note


def _facts(registry: ReconciliationFile) -> list[tuple[str, str]]:
    whole = in_all(tally(registry.pk).values())
    return [
        (_("file"), registry.name),
        (_("there"), som(whole.there)),
        (_("here"), som(whole.here)),
        (_("difference"), som(whole.difference)),
    ]
