"""Closing months: in order, when the books are right; what comes late goes to the next."""

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from catalog.models import TourSession
from core.actor import Source, job
from core.acts import act
from core.refusals import NotAllowed, NotFound
from finance.models import AccountingTransaction, ClosedMonth
from finance.queries.month_list import months_waiting, open_months
from finance.services.months import (
    EarlierMonthOpen,
    LaterMonthClosed,
    MonthIsClosed,
    MonthNotOver,
    WhyReopen,
    reopen_month,
)
from finance.services.post import About, Line, post
from sales.queries.audit import book_proofs
from sales.services.close_month import BooksBroken, close_month
from tests import factories
from tests.cast import assemble
from tests.factories import NOW

JANUARY, FEBRUARY, MARCH = date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1)
IN_JANUARY = datetime(2027, 1, 15, 6, tzinfo=UTC)


def close(cast, month, *, by=None, at=NOW):
    return close_month(month=month, by=(by or cast.accountant).actor(Source.ADMIN), at=at)


def reopen(cast, month, *, by=None, reason="A mistake"):
    actor = (by or cast.admin).actor(Source.ADMIN)
    return reopen_month(month=month, reason=reason, by=actor, at=NOW)


@act
def put(*, at, amount=10):
    lines = [Line("bank", debit=Decimal(amount)), Line("payme", credit=Decimal(amount))]
    return post("adjustment", lines, about=About(), by=job(), at=at)


def test_a_closed_month_keeps_its_balances(cast):
    put(at=IN_JANUARY)
    put(at=NOW)

    closed = close(cast, date(2027, 1, 20))

    assert closed.month == JANUARY
    assert closed.balances["bank"] == "10.00"
    assert closed.balances["payme"] == "-10.00"


def test_what_comes_late_goes_to_the_first_instant_of_the_next_open_month(cast):
    put(at=IN_JANUARY)
    close(cast, JANUARY)
    close(cast, FEBRUARY)

    assert put(at=IN_JANUARY).posted_at == datetime(2027, 2, 28, 19, tzinfo=UTC)
    assert not any(proof.faults for proof in book_proofs())


def test_the_database_refuses_a_back_dated_journal_by_itself(cast):
    put(at=IN_JANUARY)
    close(cast, JANUARY)
    last_instant = datetime(2027, 1, 31, 18, 59, 59, tzinfo=UTC)

    with pytest.raises(IntegrityError, match="is closed"), transaction.atomic():
        AccountingTransaction.objects.create(type="adjustment", posted_at=last_instant)


def test_months_are_closed_in_order_and_only_when_they_are_over(cast):
    put(at=IN_JANUARY)

    with pytest.raises(EarlierMonthOpen, match=r"01\.2027"):
        close(cast, FEBRUARY)
    close(cast, JANUARY)
    with pytest.raises(MonthIsClosed):
        close(cast, JANUARY)
    close(cast, FEBRUARY)
    with pytest.raises(MonthNotOver):
        close(cast, MARCH)


def test_only_the_last_is_opened_again_by_an_admin_who_says_why(cast):
    put(at=IN_JANUARY)
    close(cast, JANUARY)
    close(cast, FEBRUARY)

    with pytest.raises(LaterMonthClosed):
        reopen(cast, JANUARY)
    with pytest.raises(WhyReopen):
        reopen(cast, FEBRUARY, reason=" ")
    with pytest.raises(NotAllowed):
        reopen(cast, FEBRUARY, by=cast.accountant)
    assert reopen(cast, FEBRUARY) == FEBRUARY
    with pytest.raises(NotFound):
        reopen(cast, FEBRUARY)

    assert put(at=datetime(2027, 2, 10, tzinfo=UTC)).posted_at.month == 2


def test_only_the_books_close_and_books_that_are_wrong_are_not_closed(cast):
    put(at=IN_JANUARY)
    for person in (cast.support, cast.silk_owner):
        with pytest.raises(NotAllowed):
            close(cast, JANUARY, by=person)

    factories.account(kind="agency_available", agency=cast.silk, balance=5)
    with pytest.raises(BooksBroken, match="kept 5"):
        close(cast, JANUARY)


def test_what_the_ledger_alone_does_not_show_stops_it_too_and_nobody_waits_for_proofs(cast):
    put(at=IN_JANUARY)
    session = TourSession.objects.filter(pk=cast.silk_session.pk)
    session.update(seats_taken=1)

    with CaptureQueriesContext(connection) as queries, pytest.raises(BooksBroken, match="taken 1"):
        close(cast, JANUARY)
    assert not [q for q in queries if "LOCK TABLE" in q["sql"]]

    session.update(seats_taken=0)
    assert close(cast, JANUARY).month == JANUARY


def test_the_list_says_what_can_be_closed(cast):
    assert (open_months(NOW), months_waiting(NOW)) == ([], 0)
    put(at=IN_JANUARY)
    put(at=NOW, amount=7)

    found = [(m.month, m.journals, m.turnover, m.can_close) for m in open_months(NOW)]

    assert found == [(JANUARY, 1, 10, True), (FEBRUARY, 0, 0, False), (MARCH, 1, 7, False)]
    assert months_waiting(NOW) == 2


@pytest.mark.django_db(transaction=True)
def test_closing_waits_for_a_posting_under_way():
    cast = assemble()
    put(at=IN_JANUARY)
    posted, go_on, closed = threading.Event(), threading.Event(), []

    def slow_posting():
        try:
            with transaction.atomic():
                put(at=IN_JANUARY + timedelta(days=1), amount=5)
                posted.set()
                go_on.wait(5)
        finally:
            connection.close()

    def closing():
        try:
            closed.append(close(cast, JANUARY).balances["bank"])
        finally:
            connection.close()

    threads = [threading.Thread(target=slow_posting), threading.Thread(target=closing)]
    threads[0].start()
    assert posted.wait(5)
    threads[1].start()
    threads[1].join(0.3)
    assert closed == [], "it waits"
    go_on.set()
    for thread in threads:
        thread.join(10)

    assert closed == ["15.00"]
    assert ClosedMonth.objects.get().balances["bank"] == "15.00"
    assert not any(proof.faults for proof in book_proofs())
