"""Payouts: the journals that belong to one, out of the agency's balance and back into it."""

from django.utils.translation import gettext_lazy as _

from finance.states import PayoutStatus
from sales.queries.reports.definition import Ask, Column, Report, Shape
from sales.queries.reports.grouping import add_up, key_column

SUMS = {
    "taken": "sum(m.agency_out)",
    "returned": "sum(m.agency_in)",
    "paid": "sum(m.cash_out - m.cash_in)",
    "in_transit": "sum(m.transit_in - m.transit_out)",
}
OF_ONE = {
    "status": "(SELECT p.status FROM finance_payout p WHERE p.id = m.payout_id)",
    "reference": "(SELECT p.bank_reference FROM finance_payout p WHERE p.id = m.payout_id)",
}


def _columns(ask: Ask) -> list[Column]:
    of_one = [
        Column("status", _("Status now"), choices=PayoutStatus.choices),
        Column("reference", _("Bank reference")),
    ]
    many = [Column("payouts", _("Payouts"), Shape.COUNT, 10)]
    return [
        key_column(ask),
        *(of_one if ask.group == "payout" else many),
        Column("taken", _("Approved"), Shape.MONEY),
        Column("returned", _("Returned to the balance"), Shape.MONEY),
        Column("paid", _("Paid by the bank"), Shape.MONEY),
        Column("in_transit", _("Left on its way"), Shape.MONEY),
    ]


def _sql(ask: Ask) -> str:
    if ask.group == "payout":
        first = {name: f"max({what})" for name, what in OF_ONE.items()}
    else:
        first = {"payouts": "count(DISTINCT m.payout_id)"}
    return add_up(ask, {**first, **SUMS}, where="m.payout_id IS NOT NULL", order="taken")


PAYOUTS = Report(
    code="payouts",
    title=_("Payouts"),
    question=_("What left for the agencies' banks, what came back, what is on its way?"),
    icon="account_balance",
    columns=_columns,
    sql=_sql,
    filters=("period", "agency"),
    groups=("payout", "agency", "month", "day"),
    measure="taken",
)
