"""Shutting the books of a month, and opening the last one again."""

from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.clock import local_date, local_midnight
from core.refusals import Conflict, Invalid, NotFound
from core.services.events import record
from finance.models import ClosedMonth
from finance.queries.balances import balances_before
from finance.queries.month_list import first_open_month
from finance.queries.months import MONTH, month_of
from partners.roles import require


class MonthIsClosed(Conflict):
    message = _("The books of {month} are closed.")
    field = "day"

    @classmethod
    def of(cls, day: date) -> "MonthIsClosed":
        return cls(month=f"{day:%m.%Y}")


class MonthNotOver(Conflict):
    message = _("The month is not over yet.")


class EarlierMonthOpen(Conflict):
    message = _("Close {month} first.")


class LaterMonthClosed(Conflict):
    message = _("Only the month closed last can be opened again: {month}.")


class WhyReopen(Invalid):
    message = _("Say why the month is opened again.")
    field = "reason"


@act
def shut_month(*, month: date, by: Actor, at: datetime) -> ClosedMonth:
    """Shut the proved books of ``month`` (doors call ``sales.services.close_month``): the database
    refuses journals dated in it; late ones go to the next. Keeps the accounts' balances at its end.
    Refuses with NotAllowed, MonthNotOver, MonthIsClosed and EarlierMonthOpen.
    """
    require(by, "finance.closedmonth", "add")
    _hold_the_books()

    month = month_of(month)
    _check_closable(month, at)

    closed = ClosedMonth.objects.create(
        month=month,
        closed_by_id=by.person_id,
        closed_at=at,
        balances=_as_text(balances_before(local_midnight(month + MONTH))),
    )

    record("month.closed", closed, by=by, at=at)
    return closed


@act
def reopen_month(*, month: date, reason: str, by: Actor, at: datetime) -> date:
    """Open the month closed last again. Refuses with NotAllowed, NotFound, LaterMonthClosed and
    WhyReopen."""
    require(by, "finance.closedmonth", "delete")
    _hold_the_books()

    last = ClosedMonth.objects.first()
    if last is None or not ClosedMonth.objects.filter(month=month_of(month)).exists():
        raise NotFound
    if last.month != month_of(month):
        raise LaterMonthClosed(month=str(last))
    if not reason.strip():
        raise WhyReopen

    record("month.reopened", last, by=by, at=at, reason=reason.strip())
    last.delete()
    return month_of(month)


def _hold_the_books() -> None:
    """Nobody posts while the books are shut or opened; postings under way are waited for."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE finance_accountingtransaction IN SHARE ROW EXCLUSIVE MODE")


def _check_closable(month: date, at: datetime) -> None:
    if month + MONTH > local_date(at):
        raise MonthNotOver
    if ClosedMonth.objects.filter(month=month).exists():
        raise MonthIsClosed.of(month)
    earliest = first_open_month()
    if earliest is not None and earliest < month:
        raise EarlierMonthOpen(month=f"{earliest:%m.%Y}")


def _as_text(balances: dict[str, Decimal]) -> dict[str, str]:
    return {kind: str(balance) for kind, balance in balances.items()}
