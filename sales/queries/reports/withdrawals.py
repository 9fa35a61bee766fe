"""Withdrawals: who asked for how much to his card, and what became of it.

Of a card there are its last four digits, here and in every file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from finance.cards import CardSystem
from finance.models.withdrawal import PREFIX
from finance.states import OPEN_WITHDRAWALS, WithdrawalStatus
from sales.queries.reports.definition import Ask, Column, Report, Shape
from sales.queries.reports.grouping import NARROW_PERSON, PERSON_NAME, add_up, key_column

COUNTS = (("asked", _("asked for in the period")), ("paid", _("paid in the period")))
INSTANTS = {"asked": "w.created_at", "paid": "w.paid_at"}
CAME_BACK = (WithdrawalStatus.REJECTED, WithdrawalStatus.CANCELLED, WithdrawalStatus.FAILED)
ROWS = (
    f"""
    SELECT '{PREFIX}' || w.id AS key, w.id AS key_id, w.created_at AS asked_at,
           p.code AS partner_code, p.id AS partner_id, u.id AS person_id, w.amount,
           '•••• ' || w.card_last4 AS card, w.card_system, w.status, w.approved_at,
           r.number AS register, w.sent_at, w.paid_at, w.provider_reference AS reference,
           w.ended_at, w.note,""",
    PERSON_NAME,
    "AS person, (SELECT",
    PERSON_NAME,
    """FROM partners_user u WHERE u.id = w.approved_by_id) AS approved_by
    FROM moved m
    JOIN finance_referralpayoutrequest w ON w.id = m.withdrawal_id
    JOIN partners_user u ON u.id = w.user_id
    LEFT JOIN partners_referralpartner p ON p.user_id = w.user_id
    LEFT JOIN finance_payoutregister r ON r.id = w.register_id
    WHERE""",
    NARROW_PERSON,
    "ORDER BY m.posted_at, w.id",
)


def _sum_of(states: Iterable[str]) -> str:
    known = ", ".join(f"'{state}'" for state in states)
    return f"coalesce(sum(m.amount) FILTER (WHERE m.status IN ({known})), 0)"


SUMS = {
    "withdrawals": "count(*)",
    "asked": "sum(m.amount)",
    "on_its_way": _sum_of(OPEN_WITHDRAWALS),
    "paid": _sum_of([WithdrawalStatus.PAID]),
    "came_back": _sum_of(CAME_BACK),
}


def _moved(ask: Ask) -> Sequence[str]:
    instant = INSTANTS[ask.counted]
    return (
        f"WITH moved AS (SELECT {instant} AS posted_at,",
        """w.id AS withdrawal_id, 'payout' AS type, NULL::bigint AS booking_id,
           NULL::bigint AS agency_id, NULL::bigint AS tour_id, w.user_id, w.status, w.amount
        FROM finance_referralpayoutrequest w""",
        f"WHERE {instant} >= %(since)s AND {instant} < %(before)s)",
    )


def _columns(ask: Ask) -> list[Column]:
    if ask.group == "withdrawal":
        return _columns_of_one(ask)
    key = key_column(ask)
    return [
        replace(key, choices=WithdrawalStatus.choices) if ask.group == "state" else key,
        Column("withdrawals", _("Withdrawals"), Shape.COUNT, 10),
        Column("asked", _("Asked for"), Shape.MONEY),
        Column("on_its_way", _("On its way"), Shape.MONEY),
        Column("paid", _("Paid"), Shape.MONEY),
        Column("came_back", _("Returned to the balance"), Shape.MONEY),
    ]


def _columns_of_one(ask: Ask) -> list[Column]:
    return [
        replace(key_column(ask), width=10),
        Column("asked_at", _("Asked at"), Shape.TIME),
        Column("partner_code", _("Code"), Shape.TEXT, 16, "partners.referralpartner", "partner_id"),
        Column("person", _("Partner"), Shape.TEXT, 24, "partners.user", "person_id"),
        Column("amount", _("Amount"), Shape.MONEY),
        Column("card", _("Card"), Shape.TEXT, 10),
        Column("card_system", _("Payment system"), Shape.TEXT, 8, choices=CardSystem.choices),
        Column("status", _("State now"), choices=WithdrawalStatus.choices),
        Column("approved_by", _("Approved by"), Shape.TEXT, 20),
        Column("approved_at", _("Approved at"), Shape.TIME),
        Column("register", _("Register"), Shape.TEXT, 14),
        Column("sent_at", _("Handed over at"), Shape.TIME),
        Column("paid_at", _("Paid at"), Shape.TIME),
        Column("reference", _("Reference"), Shape.TEXT, 18),
        Column("ended_at", _("Ended at"), Shape.TIME),
        Column("note", _("Note"), Shape.TEXT, 30),
    ]


def _sql(ask: Ask) -> str:
    if ask.group == "withdrawal":
        return " ".join((*_moved(ask), *ROWS))
    return add_up(ask, SUMS, where=NARROW_PERSON, order="asked", moved=_moved(ask))


WITHDRAWALS = Report(
    code="withdrawals",
    title=_("Withdrawals"),
    question=_("Who asked for how much to his card, and what became of it?"),
    icon="credit_card",
    columns=_columns,
    sql=_sql,
    filters=("period", "person", "state"),
    groups=("withdrawal", "state", "partner", "month"),
    measure="asked",
    counts=COUNTS,
    states=WithdrawalStatus.choices,
)
