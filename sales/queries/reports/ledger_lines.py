"""Ledger lines: every debit and credit of the period; may be very many."""

from django.utils.translation import gettext_lazy as _

from finance.states import AccountKind, JournalType
from sales.queries.reports.definition import Ask, Column, Report, Shape
from sales.queries.reports.grouping import PERSON_NAME

JOURNAL = "finance.accountingtransaction"
SQL = (
    """
    SELECT e.id AS line, t.id AS journal, t.posted_at AS at, t.type, a.kind, g.id AS agency_id,
           g.name AS agency, t.booking_id, b.code AS booking, t.payout_id AS payout,
           e.debit, e.credit, t.memo,""",
    PERSON_NAME,
    """AS person
    FROM finance_ledgerentry e
    JOIN finance_accountingtransaction t ON t.id = e.transaction_id
    JOIN finance_account a ON a.id = e.account_id
    LEFT JOIN partners_travelagency g ON g.id = a.agency_id
    LEFT JOIN partners_user u ON u.id = a.user_id
    LEFT JOIN sales_booking b ON b.id = t.booking_id
    WHERE t.posted_at >= %(since)s AND t.posted_at < %(before)s
        AND (%(account)s::text IS NULL OR a.kind = %(account)s)
        AND (%(agency)s::bigint IS NULL
             OR coalesce(a.agency_id, t.agency_id, b.agency_id) = %(agency)s)
    ORDER BY e.id""",
)


def _columns(ask: Ask) -> list[Column]:
    return [
        Column("line", _("Line"), Shape.TEXT, 10),
        Column("journal", _("Journal"), Shape.TEXT, 10, JOURNAL, "journal"),
        Column("at", _("Posted at"), Shape.TIME),
        Column("type", _("Type"), choices=JournalType.choices),
        Column("kind", _("Account"), Shape.TEXT, 22, choices=AccountKind.choices),
        Column("agency", _("Agency"), Shape.TEXT, 24, "partners.travelagency", "agency_id"),
        Column("person", _("Person"), Shape.TEXT, 24),
        Column("booking", _("Booking"), Shape.TEXT, 14, "sales.booking", "booking_id"),
        Column("payout", _("Payout"), Shape.TEXT, 10, "finance.payout", "payout"),
        Column("debit", _("Debit"), Shape.MONEY),
        Column("credit", _("Credit"), Shape.MONEY),
        Column("memo", _("Memo"), Shape.TEXT, 30),
    ]


def _sql(ask: Ask) -> str:
    return " ".join(SQL)


LEDGER_LINES = Report(
    code="ledger-lines",
    title=_("Ledger lines"),
    question=_("Which debits and credits were posted, one row each?"),
    icon="menu_book",
    columns=_columns,
    sql=_sql,
    filters=("period", "agency", "account"),
)
