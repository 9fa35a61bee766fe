"""Bonuses: what each paid booking earned who brought the traveller, and what is left of it now."""

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from finance.states import BonusStatus
from sales.queries.reports.definition import Ask, Column, Report, Shape
from sales.queries.reports.grouping import (
    NARROW,
    NARROW_PERSON,
    PERSON_NAME,
    TOUR_TITLE,
    add_up,
    key_column,
)

COUNTS = (("earned", _("earned in the period")), ("matured", _("matured in the period")))
INSTANTS = {"earned": "r.created_at", "matured": "r.matured_at"}
NARROWED = f"{NARROW} AND {NARROW_PERSON}"
ROWS = (
    """
    SELECT b.code AS key, b.id AS key_id, m.earned_at, p.code AS partner_code, p.id AS partner_id,
           u.id AS person_id, g.name AS agency, g.id AS agency_id, m.tour_id, m.cash,
           b.referral_percent AS percent, m.amount, m.taken_back, m.kept, m.status,
           m.available_at, m.matured_at,""",
    TOUR_TITLE,
    "AS tour,",
    PERSON_NAME,
    """AS person
    FROM moved m
    JOIN sales_booking b ON b.id = m.booking_id
    JOIN partners_travelagency g ON g.id = m.agency_id
    JOIN catalog_tour o ON o.id = m.tour_id
    JOIN partners_user u ON u.id = m.user_id
    LEFT JOIN partners_referralpartner p ON p.user_id = m.user_id
    WHERE""",
    NARROWED,
    "ORDER BY m.posted_at, m.id",
)
SUMS = {
    "bonuses": "count(*)",
    "cash": "sum(m.cash)",
    "earned": "sum(m.amount)",
    "taken_back": "sum(m.taken_back)",
    "kept": "sum(m.kept)",
    "pending": "coalesce(sum(m.kept) FILTER (WHERE m.status = 'pending'), 0)",
    "available": "coalesce(sum(m.kept) FILTER (WHERE m.status = 'available'), 0)",
}


def _moved(ask: Ask) -> Sequence[str]:
    instant = INSTANTS[ask.counted]
    return (
        f"WITH moved AS (SELECT {instant} AS posted_at,",
        """r.id, 'bonus' AS type, r.booking_id, b.agency_id, s.tour_id, r.user_id, r.status,
           b.final_price AS cash, r.amount, r.reversed_amount AS taken_back,
           r.amount - r.reversed_amount AS kept, r.created_at AS earned_at, r.available_at,
           r.matured_at
        FROM finance_referralbonus r
        JOIN sales_booking b ON b.id = r.booking_id
        JOIN catalog_toursession s ON s.id = b.session_id""",
        f"WHERE {instant} >= %(since)s AND {instant} < %(before)s)",
    )


def _columns(ask: Ask) -> list[Column]:
    if ask.group == "booking":
        return _columns_of_one(ask)
    key = key_column(ask)
    return [
        replace(key, choices=BonusStatus.choices) if ask.group == "state" else key,
        Column("bonuses", _("Bonuses"), Shape.COUNT, 10),
        Column("cash", _("Paid for the bookings"), Shape.MONEY),
        Column("earned", _("Earned"), Shape.MONEY),
        Column("taken_back", _("Taken back"), Shape.MONEY),
        Column("kept", _("Left"), Shape.MONEY),
        Column("pending", _("Of it pending"), Shape.MONEY),
        Column("available", _("Of it matured"), Shape.MONEY),
    ]


def _columns_of_one(ask: Ask) -> list[Column]:
    return [
        replace(key_column(ask), width=14),
        Column("earned_at", _("Earned at"), Shape.TIME),
        Column("partner_code", _("Code"), Shape.TEXT, 16, "partners.referralpartner", "partner_id"),
        Column("person", _("Partner"), Shape.TEXT, 24, "partners.user", "person_id"),
        Column("tour", _("Tour"), Shape.TEXT, 30, "catalog.tour", "tour_id"),
        Column("agency", _("Agency"), Shape.TEXT, 24, "partners.travelagency", "agency_id"),
        Column("cash", _("Paid for the booking"), Shape.MONEY),
        Column("percent", _("Rate, %"), Shape.PERCENT, 8),
        Column("amount", _("Earned"), Shape.MONEY),
        Column("taken_back", _("Taken back"), Shape.MONEY),
        Column("kept", _("Left"), Shape.MONEY),
        Column("status", _("State now"), choices=BonusStatus.choices),
        Column("available_at", _("May mature at"), Shape.TIME),
        Column("matured_at", _("Matured at"), Shape.TIME),
    ]


def _sql(ask: Ask) -> str:
    if ask.group == "booking":
        return " ".join((*_moved(ask), *ROWS))
    return add_up(ask, SUMS, where=NARROW_PERSON, order="earned", moved=_moved(ask))


BONUSES = Report(
    code="bonuses",
    title=_("Bonuses"),
    question=_("Which bonus was earned by which booking, and what is left of it?"),
    icon="redeem",
    columns=_columns,
    sql=_sql,
    filters=("period", "agency", "tour", "person", "state"),
    groups=("booking", "partner", "state", "agency", "month"),
    measure="earned",
    counts=COUNTS,
    states=BonusStatus.choices,
)
