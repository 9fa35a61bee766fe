"""The figures that the daily proof of the books tells."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.money import ZERO
from finance.queries.cases import open_cases
from finance.queries.overview import (
    DAY,
    below_zero,
    commission_by_day,
    refunds_waiting,
    takings_of,
)
from finance.queries.payouts import payouts_waiting
from finance.queries.reconciliation import unexplained_rows
from finance.queries.withdrawals import withdrawals_waiting


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A local day's takings and commission, UZS, and how much waits for somebody now."""

    day: date
    payments: int
    takings: Decimal
    commission: Decimal
    payouts_waiting: int
    payouts_sum: Decimal
    withdrawals_waiting: int
    withdrawals_sum: Decimal
    refunds_waiting: int
    cases_open: int
    rows_unexplained: int
    below_zero: int

    def facts(self) -> dict[str, Any]:
        return asdict(self) | {"day": self.day.isoformat()}


def figures_of(day: date) -> DayFigures:
    """The figures of a local ``day``; what waits is as of now."""
    takings, payouts, withdrawals = takings_of(day), payouts_waiting(), withdrawals_waiting()
    return DayFigures(
        day=day,
        payments=takings.count,
        takings=takings.amount,
        commission=commission_by_day(day, day + DAY).get(day, ZERO),
        payouts_waiting=payouts.count,
        payouts_sum=payouts.amount,
        withdrawals_waiting=withdrawals.count,
        withdrawals_sum=withdrawals.amount,
        refunds_waiting=refunds_waiting().count,
        cases_open=open_cases()[0],
        rows_unexplained=unexplained_rows()[0],
        below_zero=below_zero().count(),
    )
