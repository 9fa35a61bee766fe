"""Commission: the lines of the account ``commission``."""

from django.utils.translation import gettext_lazy as _

from sales.queries.reports.definition import Ask, Column, Report, Shape
from sales.queries.reports.grouping import add_up, key_column

SUMS = {
    # Those sold: one that is given back later counts on its own day only.
    "bookings": "count(DISTINCT m.booking_id) FILTER (WHERE m.commission_in > 0)",
    "earned": "sum(m.commission_in)",
    "given_back": "sum(m.commission_out)",
    "net": "sum(m.commission_in - m.commission_out)",
}


def _columns(ask: Ask) -> list[Column]:
    return [
        key_column(ask),
        Column("bookings", _("Bookings"), Shape.COUNT, 10),
        Column("earned", _("Earned"), Shape.MONEY),
        Column("given_back", _("Given back with refunds"), Shape.MONEY),
        Column("net", _("Commission"), Shape.MONEY),
    ]


def _sql(ask: Ask) -> str:
    return add_up(ask, SUMS, where="m.commission_in <> 0 OR m.commission_out <> 0", order="net")


COMMISSION = Report(
    code="commission",
    title=_("Commission"),
    question=_("What did the platform earn, from whom, and how much of it went back?"),
    icon="percent",
    columns=_columns,
    sql=_sql,
    filters=("period", "agency", "tour"),
    groups=("agency", "tour", "month", "day", "booking"),
    measure="net",
)
