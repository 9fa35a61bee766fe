"""Closing a month of the books: only when everything in them has been proved."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.refusals import Conflict
from finance.models import ClosedMonth
from finance.services.months import shut_month
from partners.roles import require
from sales.queries.audit import book_proofs


class BooksBroken(Conflict):
    message = _("The books do not balance, so they cannot be closed: {fault}")


def close_month(*, month: date, by: Actor, at: datetime) -> ClosedMonth:
    """Prove all of the books, then shut those of ``month``.

    Not one transaction: the proofs see a snapshot of their own, in which postings under way raise
    no alarm, and nobody who posts waits for them. Refuses with NotAllowed, BooksBroken,
    MonthNotOver, MonthIsClosed and EarlierMonthOpen.
    """
    require(by, "finance.closedmonth", "add")
    for proof in book_proofs():
        if proof.faults:
            raise BooksBroken(fault=proof.faults[0])
    return shut_month(month=month, by=by, at=at)
