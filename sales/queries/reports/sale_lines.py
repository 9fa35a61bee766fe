"""Sale lines: every booking paid in the period, a row each; may be very many."""

from django.utils.translation import gettext_lazy as _

from sales.queries.reports.definition import Ask, Column, Report, Shape
from sales.queries.reports.grouping import MOVED, NARROW, PERSON_NAME, TOUR_TITLE
from sales.states import BookingStatus

SQL = (
    *MOVED,
    """
    SELECT b.id AS booking_id, b.code, m.posted_at AS at, g.id AS agency_id, g.name AS agency,
           o.id AS tour_id, s.date_start, b.status, b.seats_reserved AS seats, b.subtotal,
           b.promotion_discount + b.promo_discount AS discount, b.bonus_used AS bonus,
           b.final_price AS paid, m.commission_in - m.commission_out AS commission,
           m.agency_in - m.agency_out AS agency_share,""",
    TOUR_TITLE,
    "AS tour,",
    PERSON_NAME,
    """AS traveller
    FROM moved m
    JOIN sales_booking b ON b.id = m.booking_id
    JOIN partners_user u ON u.id = b.user_id
    JOIN partners_travelagency g ON g.id = b.agency_id
    JOIN catalog_toursession s ON s.id = b.session_id
    JOIN catalog_tour o ON o.id = s.tour_id
    WHERE m.type = 'sale' AND""",
    NARROW,
    "ORDER BY m.posted_at, m.id",
)


def _columns(ask: Ask) -> list[Column]:
    return [
        Column("code", _("Booking"), Shape.TEXT, 14, "sales.booking", "booking_id"),
        Column("at", _("Paid at"), Shape.TIME),
        Column("agency", _("Agency"), Shape.TEXT, 24, "partners.travelagency", "agency_id"),
        Column("tour", _("Tour"), Shape.TEXT, 30, "catalog.tour", "tour_id"),
        Column("date_start", _("First day"), Shape.DATE, 12),
        Column("traveller", _("Traveller"), Shape.TEXT, 24),
        Column("status", _("Status now"), choices=BookingStatus.choices),
        Column("seats", _("Seats"), Shape.COUNT, 8),
        Column("subtotal", _("Price"), Shape.MONEY),
        Column("discount", _("Discounts"), Shape.MONEY),
        Column("bonus", _("Paid with bonus"), Shape.MONEY),
        Column("paid", _("Paid"), Shape.MONEY),
        Column("commission", _("Commission"), Shape.MONEY),
        Column("agency_share", _("Owed to the agency"), Shape.MONEY),
    ]


def _sql(ask: Ask) -> str:
    return " ".join(SQL)


SALE_LINES = Report(
    code="sale-lines",
    title=_("Sales, line by line"),
    question=_("Which bookings were paid, one row each?"),
    icon="receipt_long",
    columns=_columns,
    sql=_sql,
    filters=("period", "agency", "tour"),
)
