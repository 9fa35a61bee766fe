"""Bonus balances: what people have at the end of a day, from the lines of their accounts.

What is on its way to a card is that of ``payouts_in_transit`` that withdrawals have there.
"""

from django.utils.translation import gettext_lazy as _

from sales.queries.reports.definition import Ask, Column, Report, Shape
from sales.queries.reports.grouping import PERSON_NAME

SQL = (
    """
    WITH line AS (
        SELECT coalesce(a.user_id, w.user_id) AS user_id, a.kind, e.credit - e.debit AS amount
        FROM finance_ledgerentry e
        JOIN finance_account a ON a.id = e.account_id
        JOIN finance_accountingtransaction t ON t.id = e.transaction_id
        LEFT JOIN finance_referralpayoutrequest w ON w.id = t.withdrawal_id
        WHERE t.posted_at < %(before)s AND (a.kind = ANY(%(user_kinds)s)
            OR a.kind = 'payouts_in_transit' AND t.withdrawal_id IS NOT NULL)
    ),
    standing AS (
        SELECT user_id,
               coalesce(sum(amount) FILTER (WHERE kind = 'bonus_available'), 0) AS available,
               coalesce(sum(amount) FILTER (WHERE kind = 'bonus_pending'), 0) AS pending,
               coalesce(sum(amount) FILTER (WHERE kind = 'bonus_reserved'), 0) AS reserved,
               coalesce(sum(amount) FILTER (WHERE kind = 'payouts_in_transit'), 0) AS on_its_way,
               sum(amount) AS owed
        FROM line GROUP BY user_id
    )
    SELECT u.id AS key_id,""",
    PERSON_NAME,
    """AS key, p.code AS partner_code, p.id AS partner_id,
           o.available, o.pending, o.reserved, o.on_its_way, o.owed
    FROM standing o
    JOIN partners_user u ON u.id = o.user_id
    LEFT JOIN partners_referralpartner p ON p.user_id = u.id
    WHERE (o.available, o.pending, o.reserved, o.on_its_way) <> (0, 0, 0, 0)
    ORDER BY o.owed DESC, u.id""",
)


def _columns(ask: Ask) -> list[Column]:
    return [
        Column("key", _("Person"), Shape.TEXT, 30, "partners.user", "key_id"),
        Column("partner_code", _("Code"), Shape.TEXT, 16, "partners.referralpartner", "partner_id"),
        Column("available", _("Available"), Shape.MONEY),
        Column("pending", _("Pending"), Shape.MONEY),
        Column("reserved", _("Set aside for bookings"), Shape.MONEY),
        Column("on_its_way", _("On its way to a card"), Shape.MONEY),
        Column("owed", _("In all"), Shape.MONEY),
    ]


def _sql(ask: Ask) -> str:
    return " ".join(SQL)


BONUS_BALANCES = Report(
    code="bonus-balances",
    title=_("Bonus balances"),
    question=_("What do people have as bonus, and what is on its way to their cards?"),
    icon="savings",
    columns=_columns,
    sql=_sql,
    filters=("day",),
    measure="owed",
)
