"""Referral cost: the lines of the account ``referral_expense``, gifts by hand included, and beside
it what the same bookings brought: the commission that their sales and refunds left."""

from django.utils.translation import gettext_lazy as _

from sales.queries.reports.definition import Ask, Column, Report, Shape
from sales.queries.reports.grouping import add_up, key_column

SUMS = {
    "bookings": "count(DISTINCT m.booking_id)"
    " FILTER (WHERE m.referral_in > 0 AND m.type <> 'adjustment')",
    "earned": "coalesce(sum(m.referral_in) FILTER (WHERE m.type <> 'adjustment'), 0.00)",
    "taken_back": "coalesce(sum(m.referral_out) FILTER (WHERE m.type <> 'adjustment'), 0.00)",
    "by_hand": "coalesce(sum(m.referral_in - m.referral_out)"
    " FILTER (WHERE m.type = 'adjustment'), 0.00)",
    "cost": "sum(m.referral_in - m.referral_out)",
    "commission": "sum(m.commission_in - m.commission_out)",
    "share": "round(100 * sum(m.referral_in - m.referral_out)"
    " / nullif(sum(m.commission_in - m.commission_out), 0), 2)",
}
OF_THEM = (
    "m.referral_in <> 0 OR m.referral_out <> 0 OR m.type IN ('sale', 'refund')"
    " AND EXISTS (SELECT FROM finance_referralbonus r WHERE r.booking_id = m.booking_id)"
)


def _columns(ask: Ask) -> list[Column]:
    return [
        key_column(ask),
        Column("bookings", _("Bookings"), Shape.COUNT, 10),
        Column("earned", _("Bonuses earned"), Shape.MONEY),
        Column("taken_back", _("Taken back with refunds"), Shape.MONEY),
        Column("by_hand", _("By hand"), Shape.MONEY),
        Column("cost", _("Platform's cost"), Shape.MONEY),
        Column("commission", _("Commission of these bookings"), Shape.MONEY),
        Column(
            *("share", _("Cost in commission, %"), Shape.PERCENT, 10),
            share=("cost", "commission"),
        ),
    ]


def _sql(ask: Ask) -> str:
    return add_up(ask, SUMS, where=OF_THEM, order="cost")


REFERRAL_COST = Report(
    code="referral-cost",
    title=_("Referral cost"),
    question=_("What did bloggers and friends earn for bringing travellers?"),
    icon="campaign",
    columns=_columns,
    sql=_sql,
    filters=("period", "agency", "tour"),
    groups=("partner", "agency", "tour", "month", "day"),
    measure="cost",
)
