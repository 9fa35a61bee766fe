"""Sales: the sale journals. What came in is what was shared, line by line."""

from django.utils.translation import gettext_lazy as _

from sales.queries.reports.definition import Ask, Column, Report, Shape
from sales.queries.reports.grouping import add_up, key_column

CASH = "m.cash_in - m.cash_out"
SUMS = {
    "bookings": "count(DISTINCT m.booking_id)",
    "seats": "sum(b.seats_reserved)",
    "paid": f"sum({CASH})",
    # Of a split sale the agency's part never passes through us: the booking knows it.
    "direct": f"sum(b.final_price - ({CASH}))",
    "promo": "sum(m.promo_in - m.promo_out)",
    "bonus": "sum(m.bonus_out - m.bonus_in)",
    "commission": "sum(m.commission_in - m.commission_out)",
    "agency_share": "sum(m.agency_in - m.agency_out)",
}


def _columns(ask: Ask) -> list[Column]:
    return [
        key_column(ask),
        Column("bookings", _("Bookings"), Shape.COUNT, 10),
        Column("seats", _("Seats"), Shape.COUNT, 8),
        Column("paid", _("Paid to us"), Shape.MONEY),
        Column("direct", _("Paid straight to agencies"), Shape.MONEY),
        Column("promo", _("Platform's discounts"), Shape.MONEY),
        Column("bonus", _("Paid with bonus"), Shape.MONEY),
        Column("commission", _("Commission"), Shape.MONEY),
        Column("agency_share", _("Owed to agencies"), Shape.MONEY),
    ]


def _sql(ask: Ask) -> str:
    return add_up(ask, SUMS, where="m.type = 'sale'", order="paid")


SALES = Report(
    code="sales",
    title=_("Sales"),
    question=_("What was sold, how was it paid, and whose is the money?"),
    icon="shopping_bag",
    columns=_columns,
    sql=_sql,
    filters=("period", "agency", "tour"),
    groups=("day", "month", "agency", "tour"),
    measure="paid",
)
