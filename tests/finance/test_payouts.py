"""Payouts to agencies: who may, when, how much, and where the money lies meanwhile."""

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from core.actor import job
from core.refusals import NotAllowed, NotFound
from core.services.proposals import OwnProposal
from finance.models import AccountingTransaction, Payout
from finance.queries.balances import platform_balances
from finance.queries.payouts import (
    last_payout_day,
    next_payout_day,
    payout_queue,
    payouts_waiting,
    standing_of,
)
from finance.queries.statements import payout_statement
from finance.services import payouts
from finance.services.payouts import (
    AgencyBlocked,
    BalanceFell,
    BelowMinimum,
    DetailsMissing,
    DetailsProposed,
    NegativeBalance,
    NoBankReference,
    PayoutMoved,
    PayoutOpen,
    WhyEnd,
    approve_payout,
    cancel_payout,
    create_payout,
    fail_payout,
    pay_payout,
    refusals_of,
)
from finance.services.registers import make_register
from partners.models import TravelAgency
from tests import factories
from tests.factories import MILLION, NOW
from tests.finance.owed import DETAILS, Desk, earn, with_bank
from tests.sales.threads import run_together, tally


@pytest.fixture
def desk(cast) -> Desk:
    return Desk(cast)


@pytest.fixture
def silk(cast) -> TravelAgency:
    """Silk Road, with bank details and a million to be paid out."""
    earn(with_bank(cast.silk), MILLION)
    return cast.silk


def in_transit() -> Decimal:
    return platform_balances()["payouts_in_transit"]


def test_the_money_leaves_at_the_approval_and_arrives_when_the_bank_says_so(cast, silk, desk):
    payout = desk.create(silk)
    assert (payout.status, payout.amount) == ("created", MILLION)
    assert cast.balance("agency_available", silk) == MILLION

    payout = desk.approve(payout)
    assert (cast.balance("agency_available", silk), in_transit()) == (0, MILLION)
    assert {name: getattr(payout, name) for name in DETAILS} == DETAILS

    make_register(payout_ids=[payout.pk], by=desk.first, at=NOW)
    paid = pay_payout(payout_id=payout.pk, reference=" B-7 ", by=desk.first, at=NOW)
    assert (paid.status, paid.bank_reference, paid.paid_at) == ("paid", "B-7", NOW)
    assert (platform_balances()["bank"], in_transit()) == (-MILLION, 0)


def test_who_made_it_does_not_approve_it(silk, desk):
    payout = desk.create(silk)

    with pytest.raises(OwnProposal):
        approve_payout(payout_id=payout.pk, by=desk.first, at=NOW)


def test_roles_are_asked(cast, silk, desk):
    payout = desk.create(silk)
    owner, manager = cast.silk_owner.actor("api"), cast.silk_manager.actor("admin")
    calls = [
        lambda: create_payout(agency_id=silk.pk, source="staff", by=manager, at=NOW),
        lambda: create_payout(agency_id=silk.pk, source="cycle", by=job(), at=NOW),
        lambda: approve_payout(payout_id=payout.pk, by=owner, at=NOW),
        lambda: cancel_payout(payout_id=payout.pk, reason="x", by=owner, at=NOW),
        lambda: pay_payout(payout_id=payout.pk, reference="x", by=owner, at=NOW),
        lambda: fail_payout(payout_id=payout.pk, reason="x", by=owner, at=NOW),
    ]

    for call in calls:
        with pytest.raises(NotAllowed):
            call()


def test_an_owner_asks_for_his_own_agency_only(cast, silk):
    # He is the owner of one and a manager of the other.
    factories.member(agency=cast.nomad, user=cast.silk_owner, role="manager")
    earn(with_bank(cast.nomad), MILLION)
    by = type(cast.silk_owner).objects.get(pk=cast.silk_owner.pk).actor("api")

    payout = create_payout(agency_id=silk.pk, source="staff", by=by, at=NOW)

    assert (payout.source, payout.created_by) == ("agency", cast.silk_owner)
    for other in (cast.nomad.pk, 0):
        with pytest.raises(NotFound):
            create_payout(agency_id=other, source="agency", by=by, at=NOW)


def blocked(silk, desk):
    TravelAgency.objects.filter(pk=silk.pk).update(status="blocked")


def without_account(silk, desk):
    TravelAgency.objects.filter(pk=silk.pk).update(bank_account="", tax_id="")


def open_already(silk, desk):
    desk.create(silk)


def in_debt(silk, desk):
    earn(silk, -3 * MILLION)


def below(silk, desk):
    earn(silk, -950_000)


WHY_NOT = [
    (blocked, AgencyBlocked, "The agency is blocked: nothing is paid out to it."),
    (without_account, DetailsMissing, "Payment details are missing: bank account, INN."),
    (open_already, PayoutOpen, None),
    (in_debt, NegativeBalance, None),
    (below, BelowMinimum, None),
]


@pytest.mark.parametrize(("happens", "refusal", "words"), WHY_NOT)
def test_why_an_agency_gets_nothing_is_said_by_the_queue_and_the_act_alike(
    happens, refusal, words, silk, desk
):
    happens(silk, desk)

    (row,) = payout_queue(NOW)
    (told,) = refusals_of(row)
    with pytest.raises(refusal) as refused:
        desk.create(silk)

    assert (told.code, told.detail) == (refused.value.code, refused.value.detail)
    assert words in (None, told.detail)
    assert not row.is_due


def change_proposed(silk, desk):
    factories.payment_details_change(agency=silk)


def money_gone(silk, desk):
    earn(silk, -1)


@pytest.mark.parametrize(
    ("happens", "refusal"),
    [
        (blocked, AgencyBlocked),
        (without_account, DetailsMissing),
        (change_proposed, DetailsProposed),
        (money_gone, BalanceFell),
    ],
)
def test_an_approval_looks_once_more(happens, refusal, silk, desk):
    payout = desk.create(silk)
    happens(silk, desk)

    with pytest.raises(refusal):
        desk.approve(payout)

    payout.refresh_from_db()
    assert payout.status == "created"
    assert in_transit() == 0


def test_acts_out_of_turn_change_nothing(silk, desk):
    created = desk.create(silk)
    for call in (
        lambda: pay_payout(payout_id=created.pk, reference="B", by=desk.first, at=NOW),
        lambda: fail_payout(payout_id=created.pk, reason="B", by=desk.first, at=NOW),
    ):
        with pytest.raises(PayoutMoved):
            call()
    desk.approve(created)
    for call in (
        lambda: desk.approve(created),
        lambda: cancel_payout(payout_id=created.pk, reason="x", by=desk.first, at=NOW),
        lambda: pay_payout(payout_id=created.pk, reference="B", by=desk.first, at=NOW),
    ):
        with pytest.raises(PayoutMoved):
            call()

    assert AccountingTransaction.objects.filter(payout=created).count() == 1


def test_reasons_and_references_are_asked_for(silk, desk):
    payout = desk.sent(silk)

    with pytest.raises(NoBankReference):
        pay_payout(payout_id=payout.pk, reference=" ", by=desk.first, at=NOW)
    with pytest.raises(WhyEnd):
        fail_payout(payout_id=payout.pk, reason=" ", by=desk.first, at=NOW)
    with pytest.raises(WhyEnd):
        cancel_payout(payout_id=payout.pk, reason="", by=desk.first, at=NOW)


def test_a_dropped_one_makes_room_for_the_next(silk, desk):
    payout = desk.create(silk)

    cancelled = cancel_payout(payout_id=payout.pk, reason="Wrong", by=desk.second, at=NOW)

    assert (cancelled.status, cancelled.note, cancelled.ended_at) == ("cancelled", "Wrong", NOW)
    assert desk.create(silk).amount == MILLION


@pytest.mark.parametrize("state", ["approved", "sent", "paid"])
def test_a_failed_one_gives_the_money_back_also_after_paid(state, cast, silk, desk):
    payout = getattr(desk, state)(silk)

    failed = fail_payout(payout_id=payout.pk, reason="Account closed", by=desk.first, at=NOW)

    assert (failed.status, failed.note) == ("failed", "Account closed")
    assert cast.balance("agency_available", silk) == MILLION
    assert (in_transit(), platform_balances()["bank"]) == (0, 0)
    approval = payout.journals.earliest("pk")
    assert (approval.status == "reversed") is (state != "paid")
    assert desk.create(silk).amount == MILLION


def test_periods_follow_each_other(silk, desk):
    first = desk.paid(silk)
    later = NOW + timedelta(days=10)
    earn(silk, MILLION, at=later)
    second = desk.create(silk, at=later)

    assert (first.period_start, first.period_end) == (date(2027, 3, 1), date(2027, 3, 1))
    assert (second.period_start, second.period_end) == (date(2027, 3, 2), date(2027, 3, 11))


def test_a_period_ends_with_the_approval_as_its_statement_does(silk, desk):
    payout, later = desk.create(silk), NOW + timedelta(days=2)
    earn(silk, 5, at=later)

    desk.approve(payout, at=later)

    payout.refresh_from_db()
    statement = payout_statement(payout)
    assert (statement.start, statement.end) == (date(2027, 3, 1), date(2027, 3, 3))
    assert [line.amount for line in statement.lines] == [MILLION, 5, -MILLION]


def test_an_agency_whose_payout_came_back_is_due_again(silk, desk):
    payout = desk.paid(silk)
    assert standing_of(silk, NOW).due_since is None

    fail_payout(payout_id=payout.pk, reason="Account closed", by=desk.first, at=NOW)

    standing = standing_of(silk, NOW)
    assert (standing.due_since, standing.is_due) == (date(2027, 3, 1), True)


def test_payout_days_come_three_times_a_month():
    days = [date(2027, 3, day) for day in (1, 2, 10, 11, 21, 31)]

    assert [last_payout_day(day).day for day in days] == [1, 1, 1, 11, 21, 21]
    assert [next_payout_day(day) for day in days] == [
        date(2027, 3, 11),
        date(2027, 3, 11),
        date(2027, 3, 11),
        date(2027, 3, 21),
        date(2027, 4, 1),
        date(2027, 4, 1),
    ]


def test_the_queue_says_who_is_due_and_counts_what_waits(cast, silk, desk):
    earn(with_bank(cast.nomad), -5)
    earn(with_bank(cast.swift), 2 * MILLION)
    TravelAgency.objects.filter(pk=cast.swift.pk).update(payout_cycle="on_demand")

    due, on_demand, negative = payout_queue(NOW)

    assert (due.agency, due.is_due, due.due_since) == (silk, True, date(2027, 3, 1))
    assert (on_demand.agency, on_demand.is_payable, on_demand.is_due) == (cast.swift, True, False)
    assert (on_demand.next_day, due.next_day) == (None, date(2027, 3, 11))
    assert (negative.agency, negative.obstacles) == (cast.nomad, ["negative"])
    desk.create(silk)
    assert (payouts_waiting().count, payouts_waiting().amount) == (1, MILLION)
    # Missed the day: it stays due until something is made.
    assert standing_of(cast.nomad, NOW + timedelta(days=5)).due_since == date(2027, 3, 1)
    assert standing_of(silk, NOW + timedelta(days=5)).due_since is None
    assert standing_of(silk, NOW + timedelta(days=10)).due_since == date(2027, 3, 11)


def test_refunds_and_details_on_their_way_are_warnings(cast, silk):
    booking = cast.paid()
    factories.refund(payment=booking.payments.get())
    factories.payment_details_change(agency=silk)

    standing = standing_of(silk, NOW)

    assert (standing.refunds_open, standing.details_proposed) == (booking.final_price, True)
    assert standing.is_payable


def test_the_queue_costs_the_same_with_one_agency_and_with_three(
    cast, silk, django_assert_num_queries
):
    with django_assert_num_queries(7):
        payout_queue(NOW)
    earn(cast.nomad, 7)
    earn(cast.swift, 7)
    with django_assert_num_queries(7):
        assert len(payout_queue(NOW)) == 3


# --- at once


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_make_and_approve_one_payout(cast):
    earn(with_bank(cast.silk), MILLION)
    desk = Desk(cast)

    made = run_together([lambda: desk.create(cast.silk)] * 20)
    payout = Payout.objects.get()
    approved = run_together([lambda: desk.approve(payout)] * 20)

    assert tally(made) == {"created": 1, "PayoutOpen": 19}
    assert tally(approved) == {"approved": 1, "PayoutMoved": 19}
    assert cast.balance("agency_available", cast.silk) == 0
    assert in_transit() == MILLION


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_only_the_database_stops_a_second_one(cast, monkeypatch):
    """The positive control: all look before anybody writes."""
    earn(with_bank(cast.silk), MILLION)
    desk, looked = Desk(cast), threading.Barrier(4)
    original = payouts.next_period
    monkeypatch.setattr(payouts, "_lock_available", lambda agency_id: MILLION)
    monkeypatch.setattr(payouts, "next_period", lambda *a: (looked.wait(10), original(*a))[1])

    def create():
        try:
            return desk.create(cast.silk)
        except IntegrityError as error:
            return error

    assert tally(run_together([create] * 4)) == {"created": 1, "IntegrityError": 3}
