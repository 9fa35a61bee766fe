"""Refunds: the refund journals, whole and partial, and whose money went back."""

from django.utils.translation import gettext_lazy as _

from sales.queries.reports.definition import Ask, Column, Report, Shape
from sales.queries.reports.grouping import add_up, key_column

SUMS = {
    "refunds": "count(*)",
    "paid_back": "sum(m.cash_out - m.cash_in)",
    "bonus": "sum(m.bonus_in - m.bonus_out)",
    "agency_share": "sum(m.agency_out - m.agency_in)",
    "commission": "sum(m.commission_out - m.commission_in)",
    "promo": "sum(m.promo_out - m.promo_in)",
}


def _columns(ask: Ask) -> list[Column]:
    return [
        key_column(ask),
        Column("refunds", _("Refunds"), Shape.COUNT, 10),
        Column("paid_back", _("Paid back by us"), Shape.MONEY),
        Column("bonus", _("Bonus given back"), Shape.MONEY),
        Column("agency_share", _("At agencies' cost"), Shape.MONEY),
        Column("commission", _("Commission given back"), Shape.MONEY),
        Column("promo", _("Platform's discounts taken back"), Shape.MONEY),
    ]


def _sql(ask: Ask) -> str:
    return add_up(ask, SUMS, where="m.type = 'refund'", order="paid_back")


REFUNDS = Report(
    code="refunds",
    title=_("Refunds"),
    question=_("What went back to travellers, and who gave up how much?"),
    icon="undo",
    columns=_columns,
    sql=_sql,
    filters=("period", "agency", "tour"),
    groups=("booking", "agency", "tour", "month", "day"),
    measure="paid_back",
)
