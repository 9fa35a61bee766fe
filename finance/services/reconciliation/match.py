"""Comparing a registry with the payments: in SQL, all lines at once.

A line belongs to the payment with its id (spaces and case aside); a bank that has ids of its own is
also matched by the booking's code. Lines of one payment are looked at together. The first of them
that says "paid", else the first, is the chief one, and a line has the first outcome that fits:

1. ``twice``: a further line of the same payment that says the same (paid, or not paid) as one
   before it in the file; or an id that we do not know, which a registry of this source that was
   taken over tells with another amount. An id told again by a registry of an overlapping period is
   not twice: money is twice only where the source itself says so.
2. ``matched``: a further line of the payment that takes the chief one's money back. When such lines
   take back all of it, the chief line counts as returned.
3. ``missing_here``: money whose id we do not know. What moved no money there (``returned``,
   ``waiting``) and is not known here is nothing against nothing: ``matched``.
4. ``state_differs``: money on one side and none on the other. A payment refunded after the end of
   the period was money within it, so such a line may say either.
5. ``amount_differs``, 6. ``booking_differs``, 7. ``matched``.

``missing_there``: payments performed within the period (days of Tashkent), at the cashboxes that
the file names payments of (all, when it names none), which neither this file nor one taken over
from the same source has. They become rows without a line.

A row that is not matched ``repeats`` the row of a registry taken over earlier from the same source
which says the same of the same id: with the same amount, state, outcome and, of several such, the
same place among them. It is explained there, once. So overlapping registries double nothing.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection

from core.clock import local_midnight
from finance.models import ReconciliationFile
from finance.states import RegistrySource

_TABLE = """
CREATE TEMPORARY TABLE registry_line (
    line integer NOT NULL, key text COLLATE "C" NOT NULL, amount numeric(14, 2) NOT NULL,
    booking text NOT NULL, state text NOT NULL, happened_at timestamptz
) ON COMMIT DROP"""

_COPY = "COPY registry_line (line, key, amount, booking, state, happened_at) FROM STDIN"

_JUDGE = """
CREATE TEMPORARY TABLE registry_row ON COMMIT DROP AS
WITH named AS MATERIALIZED (
    SELECT DISTINCT ON (p.key) p.key, p.id
    FROM (
        SELECT lower(payme_invoice_id) COLLATE "C" AS key, id, performed_at
        FROM finance_paymenttransaction WHERE provider = 'payme'
    ) p
    WHERE p.key IN (SELECT key FROM registry_line)
    ORDER BY p.key, p.performed_at, p.id
), by_booking AS MATERIALIZED (
    SELECT upper(b.code) AS code, min(p.id) AS id
    FROM finance_paymenttransaction p JOIN sales_booking b ON b.id = p.booking_id
    WHERE %(by_booking)s AND p.performed_at IS NOT NULL
      AND upper(b.code) IN (SELECT booking FROM registry_line)
    GROUP BY upper(b.code)
), found AS (
    SELECT l.*, coalesce(n.id, c.id) AS payment_id, l.state IN ('', 'paid') AS is_paid,
        coalesce(coalesce(n.id, c.id)::text, 'id ' || l.key) COLLATE "C" AS deal
    FROM registry_line l
    LEFT JOIN named n ON n.key = l.key
    LEFT JOIN by_booking c ON n.id IS NULL AND c.code = l.booking
), ordered AS (
    SELECT found.*,
        row_number() OVER (one ORDER BY is_paid DESC, line) AS nth,
        row_number() OVER (PARTITION BY deal, is_paid ORDER BY line) AS nth_of_kind,
        sum(amount) FILTER (WHERE state = 'returned') OVER one AS returned
    FROM found
    WINDOW one AS (PARTITION BY deal)
), told AS MATERIALIZED (
    SELECT o.line, o.key, o.amount, o.booking, o.happened_at, o.nth, o.nth_of_kind, o.payment_id,
        p.amount AS paid, p.state AS here, p.cancelled_at, upper(b.code) AS code,
        CASE WHEN o.nth = 1 AND o.is_paid AND o.returned >= o.amount THEN 'returned'
             ELSE o.state END AS state
    FROM ordered o
    LEFT JOIN finance_paymenttransaction p ON p.id = o.payment_id
    LEFT JOIN sales_booking b ON b.id = p.booking_id
), otherwise AS MATERIALIZED (
    SELECT DISTINCT r.external_id COLLATE "C" AS key, r.amount
    FROM finance_reconciliationrow r JOIN finance_reconciliationfile f ON f.id = r.file_id
    WHERE f.status = 'taken' AND f.source = %(source)s
      AND r.line IS NOT NULL AND r.state IN ('', 'paid')
      AND r.external_id IN (SELECT key COLLATE "default" FROM told WHERE payment_id IS NULL)
), sided AS (
    SELECT told.*, state IN ('', 'paid') AS there,
        coalesce(here = 'performed' OR here = 'refunded' AND (
            state = '' OR state = 'paid' AND cancelled_at >= %(end)s), false) AS ours
    FROM told
)
SELECT line, key COLLATE "default" AS external_id, amount, booking AS booking_code, state,
    happened_at, payment_id,
    CASE WHEN nth = 1 AND ours THEN paid ELSE 0 END AS our_amount, NULL::bigint AS repeats_id,
    CASE
        WHEN nth_of_kind > 1 THEN 'twice'
        WHEN nth > 1 THEN 'matched'
        WHEN payment_id IS NULL AND NOT there THEN 'matched'
        WHEN payment_id IS NULL AND EXISTS (
            SELECT FROM otherwise o WHERE o.key = sided.key AND o.amount <> sided.amount
        ) THEN 'twice'
        WHEN payment_id IS NULL THEN 'missing_here'
        WHEN there <> ours THEN 'state_differs'
        WHEN there AND amount <> paid THEN 'amount_differs'
        WHEN booking <> '' AND booking <> code THEN 'booking_differs'
        ELSE 'matched'
    END AS outcome
FROM sided"""

_MISSING_THERE = """
INSERT INTO registry_row
    (external_id, amount, booking_code, state, payment_id, our_amount, outcome)
WITH ours AS MATERIALIZED (
    SELECT id, payme_invoice_id, amount, booking_id, cashbox FROM finance_paymenttransaction
    WHERE provider = 'payme' AND performed_at >= %(start)s AND performed_at < %(end)s
      AND (state = 'performed' OR state = 'refunded' AND cancelled_at >= %(end)s)
), cashboxes AS MATERIALIZED (
    SELECT DISTINCT p.cashbox
    FROM registry_row r JOIN finance_paymenttransaction p ON p.id = r.payment_id
), lacking AS MATERIALIZED (
    SELECT * FROM ours
    WHERE (cashbox IN (SELECT cashbox FROM cashboxes) OR NOT EXISTS (SELECT FROM cashboxes))
      AND NOT EXISTS (SELECT FROM registry_row r WHERE r.payment_id = ours.id)
)
SELECT lower(p.payme_invoice_id), p.amount, b.code, '', p.id, p.amount, 'missing_there'
FROM lacking p JOIN sales_booking b ON b.id = p.booking_id
WHERE NOT EXISTS (
    SELECT FROM finance_reconciliationrow r JOIN finance_reconciliationfile f ON f.id = r.file_id
    WHERE r.payment_id = p.id AND r.line IS NOT NULL
      AND f.status = 'taken' AND f.source = %(source)s)"""

_REPEATS = """
WITH mine AS MATERIALIZED (
    SELECT line, external_id, amount, state, outcome, row_number() OVER (
        PARTITION BY external_id, amount, state, outcome ORDER BY line) AS nth
    FROM registry_row WHERE outcome <> 'matched'
), before AS (
    SELECT r.id, r.repeats_id, r.external_id, r.amount, r.state, r.outcome, row_number() OVER (
        PARTITION BY r.file_id, r.external_id, r.amount, r.state, r.outcome ORDER BY r.line) AS nth
    FROM finance_reconciliationrow r JOIN finance_reconciliationfile f ON f.id = r.file_id
    WHERE f.status = 'taken' AND f.source = %(source)s AND r.outcome <> 'matched'
      AND r.external_id IN (SELECT external_id FROM mine)
), earliest AS (
    SELECT DISTINCT ON (external_id, amount, state, outcome, nth) *
    FROM before WHERE repeats_id IS NULL
    ORDER BY external_id, amount, state, outcome, nth, id
)
UPDATE registry_row r SET repeats_id = e.id
FROM mine m JOIN earliest e USING (external_id, amount, state, outcome, nth)
WHERE r.external_id = m.external_id AND r.outcome = m.outcome
  AND r.line IS NOT DISTINCT FROM m.line"""

_COLUMNS = """line, external_id, amount, booking_code, state, happened_at, payment_id, our_amount,
    repeats_id, outcome"""

_WRITE = f"""
INSERT INTO finance_reconciliationrow (file_id, note, {_COLUMNS})
SELECT %(file)s, '', {_COLUMNS} FROM registry_row ORDER BY line, external_id"""  # noqa: S608

_DIFFERS = f"""
WITH stored AS (SELECT {_COLUMNS} FROM finance_reconciliationrow WHERE file_id = %(file)s)
SELECT (SELECT count(*) FROM stored) <> (SELECT count(*) FROM registry_row)
    OR EXISTS (SELECT {_COLUMNS} FROM stored EXCEPT SELECT {_COLUMNS} FROM registry_row)"""  # noqa: S608

_FOUND_NOW = """
UPDATE finance_reconciliationrow r
SET note = %(note)s, resolved_by_id = %(by)s, resolved_at = %(at)s
FROM finance_reconciliationfile f
WHERE f.id = r.file_id AND f.status = 'taken' AND f.source = %(source)s AND f.id <> %(file)s
  AND r.outcome = 'missing_there' AND r.resolved_at IS NULL AND r.repeats_id IS NULL
  AND EXISTS (
      SELECT FROM registry_row n WHERE n.payment_id = r.payment_id AND n.line IS NOT NULL)"""


def copy_lines(lines: Iterable[tuple[Any, ...]]) -> None:
    """Bring the lines into the transaction's own table."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS registry_line, registry_row")
        cursor.execute(_TABLE)
        with cursor.copy(_COPY) as copy:
            for line in lines:
                copy.write_row(line)
        cursor.execute("ANALYZE registry_line")


def compare(registry: ReconciliationFile) -> bool:
    """Compare the lines copied with the payments as they stand, over the registry's period, and
    write its rows; whether they are others than before."""
    if registry.period_start is None or registry.period_end is None:
        raise RuntimeError("A registry is compared over its period.")
    facts: dict[str, Any] = {
        "file": registry.pk,
        "source": registry.source,
        "by_booking": registry.source == RegistrySource.BANK,
        "start": local_midnight(registry.period_start),
        "end": local_midnight(registry.period_end + timedelta(days=1)),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(_JUDGE, facts)
        cursor.execute("ANALYZE registry_row")
        cursor.execute(_MISSING_THERE, facts)
        cursor.execute(_REPEATS, facts)
        cursor.execute(_DIFFERS, facts)
        [differs] = cursor.fetchone()
        if differs:
            delete_rows(registry.pk)
            cursor.execute(_WRITE, facts)
    return bool(differs)


def lines_period() -> tuple[Any, Any]:
    """The first and the last day (of Tashkent) of the lines copied; None when no line has one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (min(happened_at) AT TIME ZONE 'Asia/Tashkent')::date,"
            " (max(happened_at) AT TIME ZONE 'Asia/Tashkent')::date FROM registry_line"
        )
        first, last = cursor.fetchone()
    return first, last


def delete_rows(registry_id: int) -> None:
    """Of a registry that is not taken over: nothing refers to its rows."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM finance_reconciliationrow WHERE file_id = %s", [registry_id])


def explain_found(registry: ReconciliationFile, *, by_id: int, at: Any, note: str) -> int:
    """Resolve what earlier registries lacked and this one, just compared, has; how many."""
    facts = {"file": registry.pk, "source": registry.source, "by": by_id, "at": at, "note": note}
    with connection.cursor() as cursor:
        cursor.execute(_FOUND_NOW, facts)
        return cursor.rowcount
