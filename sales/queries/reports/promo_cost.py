"""Promo cost: who paid for the discounts.

The platform's part is the account ``promo_expense``. An agency's discount moves no money, it makes
the sale smaller: it is read off the bookings sold in the period, as it was given.
"""

from django.utils.translation import gettext_lazy as _

from sales.queries.reports.definition import Ask, Column, Report, Shape
from sales.queries.reports.grouping import add_up, key_column

SOLD = "FILTER (WHERE m.type = 'sale'"
SUMS = {
    "bookings": f"count(DISTINCT m.booking_id) {SOLD})",
    "promotions": (
        f"coalesce(sum(b.promotion_discount) {SOLD} AND b.promotion_funded_by = 'agency'), 0)"
    ),
    "codes": f"coalesce(sum(b.promo_discount) {SOLD} AND b.promo_funded_by = 'agency'), 0)",
    "given": "sum(m.promo_in)",
    "taken_back": "sum(m.promo_out)",
    "cost": "sum(m.promo_in - m.promo_out)",
}
DISCOUNTED = (
    "m.promo_in <> 0 OR m.promo_out <> 0"
    " OR m.type = 'sale' AND b.promotion_discount + b.promo_discount > 0"
)


def _columns(ask: Ask) -> list[Column]:
    return [
        key_column(ask),
        Column("bookings", _("Bookings sold with a discount"), Shape.COUNT, 10),
        Column("promotions", _("Promotions at agencies' cost"), Shape.MONEY),
        Column("codes", _("Promo codes at agencies' cost"), Shape.MONEY),
        Column("given", _("Given by the platform"), Shape.MONEY),
        Column("taken_back", _("Taken back with refunds"), Shape.MONEY),
        Column("cost", _("Platform's cost"), Shape.MONEY),
    ]


def _sql(ask: Ask) -> str:
    return add_up(ask, SUMS, where=DISCOUNTED, order="cost")


PROMO_COST = Report(
    code="promo-cost",
    title=_("Promo cost"),
    question=_("Who paid for promotions and promo codes, and how much?"),
    icon="sell",
    columns=_columns,
    sql=_sql,
    filters=("period", "agency", "tour"),
    groups=("promo_code", "promotion", "agency", "tour", "month", "day"),
    measure="cost",
)
