"""Aged balances: since when the platform owes the agencies what it owes them.

Each account by itself (pending, available, reserve), so age is how long the money has been lying
*there*. A booking's lines are one layer, as old as its first line: money of a tour in autumn stays
old although newer sales have been released. What no booking explains (payouts, adjustments) uses up
the oldest layers first. What is left are the newest layers up to the balance; a balance below zero
ages by its debits in the same way. So the buckets of an account add up to its balance, always.
"""

from django.utils.translation import gettext_lazy as _

from finance.states import AGENCY_ACCOUNTS, AccountKind
from sales.queries.reports.definition import Ask, Column, Report, Shape

SQL = """
WITH layer AS (
    SELECT e.account_id, min(t.posted_at) AS posted_at, min(e.id) AS id,
           sum(e.credit - e.debit) AS amount
    FROM finance_ledgerentry e
    JOIN finance_account a ON a.id = e.account_id
    JOIN finance_accountingtransaction t ON t.id = e.transaction_id
    WHERE a.kind = ANY(%(agency_kinds)s) AND t.posted_at < %(before)s
        AND (%(agency)s::bigint IS NULL OR a.agency_id = %(agency)s)
    GROUP BY e.account_id, t.booking_id, CASE WHEN t.booking_id IS NULL THEN e.id END
),
standing AS (SELECT account_id, sum(amount) AS balance FROM layer GROUP BY account_id),
-- Newest first: how much of the balance is not explained yet when the layer's turn comes.
turn AS (
    SELECT l.account_id, l.posted_at, s.balance, abs(l.amount) AS amount,
           abs(s.balance) - coalesce(sum(abs(l.amount)) OVER earlier, 0) AS unexplained
    FROM layer l JOIN standing s USING (account_id)
    WHERE s.balance <> 0 AND sign(l.amount) = sign(s.balance)
    WINDOW earlier AS (
        PARTITION BY l.account_id ORDER BY l.posted_at DESC, l.id DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
part AS (
    SELECT account_id, sign(balance) * least(amount, unexplained) AS amount,
           %(as_of)s::date - (posted_at AT TIME ZONE 'Asia/Tashkent')::date AS days
    FROM turn WHERE unexplained > 0
)
SELECT g.id AS key_id, g.name AS key, a.id AS account_id, a.kind,
       coalesce(sum(p.amount) FILTER (WHERE p.days <= 7), 0) AS d7,
       coalesce(sum(p.amount) FILTER (WHERE p.days BETWEEN 8 AND 30), 0) AS d30,
       coalesce(sum(p.amount) FILTER (WHERE p.days BETWEEN 31 AND 60), 0) AS d60,
       coalesce(sum(p.amount) FILTER (WHERE p.days BETWEEN 61 AND 90), 0) AS d90,
       coalesce(sum(p.amount) FILTER (WHERE p.days > 90), 0) AS older,
       sum(p.amount) AS balance
FROM part p
JOIN finance_account a ON a.id = p.account_id
JOIN partners_travelagency g ON g.id = a.agency_id
GROUP BY g.id, g.name, a.id
ORDER BY g.name, g.id, array_position(%(agency_kinds)s, a.kind::text)
"""


def _columns(ask: Ask) -> list[Column]:
    kinds = [kind for kind in AccountKind.choices if kind[0] in AGENCY_ACCOUNTS]
    return [
        Column("key", _("Agency"), Shape.TEXT, 30, "partners.travelagency", "key_id"),
        Column("kind", _("Account"), Shape.TEXT, 20, "finance.account", "account_id", kinds),
        Column("d7", _("0–7 days"), Shape.MONEY),
        Column("d30", _("8–30 days"), Shape.MONEY),
        Column("d60", _("31–60 days"), Shape.MONEY),
        Column("d90", _("61–90 days"), Shape.MONEY),
        Column("older", _("over 90 days"), Shape.MONEY),
        Column("balance", _("Balance"), Shape.MONEY),
    ]


def _sql(ask: Ask) -> str:
    return SQL


AGED = Report(
    code="aged",
    title=_("Aged balances"),
    question=_("What do we owe the agencies, and since when?"),
    icon="hourglass_bottom",
    columns=_columns,
    sql=_sql,
    filters=("day", "agency"),
    measure="balance",
)
