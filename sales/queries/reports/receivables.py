"""Receivables: agencies that owe the platform, because refunds took more than they had left.

A booking that is approved and not paid is a promise, not a debt. What an agency has pending or in
reserve covers its debt before anybody need ask for it.
"""

from django.utils.translation import gettext_lazy as _

from sales.queries.reports.definition import Ask, Column, Report, Shape

SQL = """
WITH line AS (
    SELECT a.agency_id, a.kind, t.posted_at, e.id, e.credit - e.debit AS amount
    FROM finance_ledgerentry e
    JOIN finance_account a ON a.id = e.account_id
    JOIN finance_accountingtransaction t ON t.id = e.transaction_id
    WHERE a.kind = ANY(%(agency_kinds)s) AND t.posted_at < %(before)s
        AND (%(agency)s::bigint IS NULL OR a.agency_id = %(agency)s)
),
standing AS (
    SELECT agency_id,
           coalesce(sum(amount) FILTER (WHERE kind = 'agency_available'), 0) AS available,
           coalesce(sum(amount) FILTER (WHERE kind = 'agency_pending'), 0) AS pending,
           coalesce(sum(amount) FILTER (WHERE kind = 'agency_reserve'), 0) AS reserve
    FROM line GROUP BY agency_id
),
owing AS (SELECT * FROM standing WHERE available < 0 OR pending + reserve < 0),
run AS (
    SELECT agency_id, posted_at, row_number() OVER w AS n, sum(amount) OVER w AS balance
    FROM line JOIN owing USING (agency_id) WHERE kind = 'agency_available'
    WINDOW w AS (PARTITION BY agency_id ORDER BY posted_at, id)
),
-- Since the line after which the available balance was never above the water again.
dry AS (
    SELECT agency_id, coalesce(max(n) FILTER (WHERE balance >= 0), 0) AS last
    FROM run GROUP BY agency_id
),
since AS (
    SELECT r.agency_id, min(r.posted_at) AS at
    FROM run r JOIN dry d USING (agency_id) WHERE r.n > d.last GROUP BY r.agency_id
)
SELECT g.id AS key_id, g.name AS key, (s.at AT TIME ZONE 'Asia/Tashkent')::date AS since,
       o.available, o.pending, o.reserve,
       least(-least(o.available, 0), greatest(o.pending + o.reserve, 0)) AS covered,
       greatest(-(o.available + o.pending + o.reserve), 0) AS owed
FROM owing o
JOIN partners_travelagency g ON g.id = o.agency_id
LEFT JOIN since s ON s.agency_id = o.agency_id
ORDER BY owed DESC, o.available, g.name
"""


def _columns(ask: Ask) -> list[Column]:
    return [
        Column("key", _("Agency"), Shape.TEXT, 30, "partners.travelagency", "key_id"),
        Column("since", _("Below zero since"), Shape.DATE),
        Column("available", _("Available"), Shape.MONEY),
        Column("pending", _("Pending"), Shape.MONEY),
        Column("reserve", _("Reserve"), Shape.MONEY),
        Column("covered", _("Covered by pending and reserve"), Shape.MONEY),
        Column("owed", _("Owed to us"), Shape.MONEY),
    ]


def _sql(ask: Ask) -> str:
    return SQL


RECEIVABLES = Report(
    code="receivables",
    title=_("Receivables"),
    question=_("Which agencies owe us, how much, and since when?"),
    icon="priority_high",
    columns=_columns,
    sql=_sql,
    filters=("day", "agency"),
    measure="owed",
)
