"""The accountants' first page and work lists: every figure leads to exactly the rows it counts."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from constance.test import override_config

from core.actor import Source
from finance.models import Adjustment, ClosedMonth, CommissionRate
from finance.services.adjustments import Place, propose_adjustment
from finance.services.rates import propose_rate
from partners.models import TravelAgency
from sales.services.refunds import ask_refund
from sales.services.release import release_booking
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, add_page, list_of, page_of, said
from tests.factories import NOW
from tests.finance.owed import Desk, earn, with_bank

HOME = "/admin/"


@pytest.fixture
def busy_day(cast):
    """Something of everything that can wait for somebody."""
    by = cast.accountant.actor(Source.ADMIN)
    earlier = NOW - timedelta(days=20)
    old = cast.paid(at=earlier)
    deals = [old, *(cast.paid() for _deal in range(3))]
    with override_config(REFUND_APPROVAL_LIMIT=600_000):
        for deal, amount in zip(deals, (700_000, 1000, 2000), strict=False):
            ask_refund(
                booking_id=deal.pk,
                amount=Decimal(amount),
                method="by_hand",
                reason="Ill",
                by=by,
                at=NOW,
            )
    factories.payout(agency=cast.silk)
    factories.withdrawal()
    approved = {"approved_by": cast.accountant, "approved_at": NOW}
    factories.withdrawal(status="approved", **approved)
    factories.money_case()
    registry = factories.reconciliation_file(status="taken", taken_at=NOW)
    factories.reconciliation_row(file=registry, outcome="missing_here")
    factories.account(kind="bonus_available", user=cast.blogger, balance=-5)
    propose_rate(
        agency_id=cast.silk.pk,
        percent=Decimal(8),
        valid_from=date(2027, 3, 1),
        reason="Contract",
        by=by,
        at=NOW,
    )
    propose_adjustment(
        debit=Place("bank"),
        credit=Place("payme"),
        amount=Decimal(100),
        day=date(2027, 3, 1),
        reason="Order 12",
        by=by,
        at=NOW,
    )
    return deals


def figures(page):
    """Everything that is counted, by its title: the number and the address."""
    finance = page.context["home"]["finance"]
    return {figure.title: (figure.value, figure.url) for figure in finance["waiting"]}


def test_every_count_is_the_length_of_the_list_it_leads_to(cast, busy_day, sign_in):
    browser = sign_in(cast.accountant)

    found = figures(browser.get(HOME))

    listed = {
        title: str(browser.get(url).context["cl"].result_count)
        for title, (_value, url) in found.items()
        if title != "Months to close"
    }
    assert listed == {title: value for title, (value, _url) in found.items() if title in listed}
    assert {title for title, (value, _url) in found.items() if value == "0"} == {
        "Refunds that failed"
    }
    months = browser.get(found["Months to close"][1])
    closable = [month for month in months.context["open_months"] if month.is_over]
    assert (str(len(closable)), found["Months to close"][0]) == ("1", "1")


def test_takings_and_commission_lead_to_the_rows_they_add_up(cast, busy_day, sign_in):
    browser = sign_in(cast.accountant)
    takings, commission, payouts, _books = browser.get(HOME).context["home"]["finance"]["figures"]

    rows = browser.get(takings.url).context["cl"].result_list
    lines = browser.get(commission.url).context["cl"].result_list

    assert (takings.value, sum(row.amount for row in rows)) == ("3,000,000\xa0soʻm", 3_000_000)
    assert commission.value.startswith("300")
    assert sum(line.credit - line.debit for line in lines) == 300_000
    assert browser.get(payouts.url).status_code == 200


def test_the_tile_of_payouts_counts_what_the_queue_lists(cast, sign_in):
    for agency, amount in ((cast.silk, 2_000_000), (cast.nomad, 1_500_000), (cast.swift, 5)):
        earn(with_bank(agency), amount)
    TravelAgency.objects.filter(pk=cast.silk.pk).update(payout_cycle="on_demand")
    payout = Desk(cast).create(cast.nomad)
    browser = sign_in(cast.accountant)

    home = browser.get(HOME).context["home"]["finance"]
    tile, (silk, nomad, _swift) = home["figures"][2], home["owed"]
    queue = browser.get(tile.url).context

    assert tile.value == "2,000,000\xa0soʻm"
    assert tile.note == "agencies: 1; not now: 2"
    assert (len(queue["payable"]), len(queue["others"])) == (1, 2)
    assert (silk.payout, nomad.payout) == (None, payout)
    assert f"in payout №{payout.pk}" in browser.get(HOME).content.decode()


def test_every_balance_of_an_agency_leads_to_its_lines(cast, busy_day, sign_in):
    browser = sign_in(cast.accountant)

    (row,) = browser.get(HOME).context["home"]["finance"]["owed"]

    (pending, url), *_rest = row.cells
    lines = browser.get(url).context["cl"].result_list
    assert pending == sum(line.credit - line.debit for line in lines) == 3_600_000


def test_the_page_takes_as_many_queries_on_a_full_day_as_on_an_empty_one(
    cast, sign_in, django_assert_max_num_queries, request
):
    browser = sign_in(cast.accountant)
    with django_assert_max_num_queries(75) as empty:
        browser.get(HOME)
    request.getfixturevalue("busy_day")
    with django_assert_max_num_queries(75) as full:
        browser.get(HOME)

    # An agency that is owed something is looked at more closely, once for all.
    assert len(full) - len(empty) <= 6


@pytest.mark.parametrize("who", ["silk_owner", "silk_manager", "support"])
def test_nobody_else_has_the_accountants_part(cast, sign_in, who):
    page = sign_in(getattr(cast, who)).get(HOME)

    assert "finance" not in page.context["home"]


# --- rates, postings by hand, months


def test_a_rate_is_proposed_by_one_and_approved_by_another(cast, sign_in):
    first, second = sign_in(cast.accountant), sign_in(cast.second_accountant)
    values = {
        "agency": cast.silk.pk,
        "tour": cast.nomad_tour.pk,
        "percent": "8",
        "valid_from": "2027-03-01",
        "reason": "Contract 7",
    }
    refused = first.post(add_page(CommissionRate), values)
    first.post(add_page(CommissionRate), values | {"tour": cast.silk_tour.pk})

    rate = CommissionRate.objects.get()
    assert "This tour belongs to another agency." in refused.content.decode()
    assert "somebody else has to decide it" in first.get(page_of(rate)).content.decode()
    second.post(action_on(rate, "approve"), SUBMIT | {"note": "Seen"})
    rate.refresh_from_db()
    assert (rate.status, rate.decided_by) == ("approved", cast.second_accountant)


def test_a_posting_by_hand_names_its_owner_and_is_posted_by_another(cast, sign_in):
    first, second = sign_in(cast.accountant), sign_in(cast.second_accountant)
    values = {
        "debit_kind": "agency_available",
        "credit_kind": "other_income",
        "amount": "100",
        "day": "2027-03-01",
        "reason": "Fine",
    }
    refused = first.post(add_page(Adjustment), values)
    first.post(add_page(Adjustment), values | {"debit_agency": cast.silk.pk})

    adjustment = Adjustment.objects.get()
    assert "Choose the agency." in refused.content.decode()
    assert first.get(add_page(Adjustment) + "?preset=fee").status_code == 200
    own = first.post(action_on(adjustment, "approve"), SUBMIT | {"note": ""})
    assert "You made this yourself: somebody else has to decide it." in said(own)
    second.post(action_on(adjustment, "approve"), SUBMIT | {"note": ""})
    assert cast.balance("agency_available", cast.silk) == -100


def test_a_month_is_closed_from_its_page_and_opened_again_by_an_admin(cast, sign_in):
    cast.paid(at=NOW - timedelta(days=20))
    accountant, admin = sign_in(cast.accountant), sign_in(cast.admin)
    url = list_of(ClosedMonth) + "close/"

    page = accountant.get(url)
    accountant.post(url, {"month": "2027-02-01"})

    closed = ClosedMonth.objects.get()
    assert (page.context["may_close"], page.context["broken"]) == (True, [])
    assert accountant.get(page_of(closed)).status_code == 200
    reopen = action_on(closed, "reopen")
    assert accountant.post(reopen, SUBMIT | {"reason": "x"}).status_code == 403
    admin.post(reopen, SUBMIT | {"reason": "A forgotten fee"})
    assert not ClosedMonth.objects.exists()


def test_a_month_that_is_not_over_has_no_button_and_is_refused(cast, sign_in):
    cast.paid()
    accountant = sign_in(cast.accountant)
    url = list_of(ClosedMonth) + "close/"

    assert not accountant.get(url).context["may_close"]
    refused = accountant.post(url, {"month": "2027-03-01"})
    assert said(refused) == ["The month is not over yet."]


@pytest.mark.parametrize("who", ["silk_manager", "support", "silk_owner"])
def test_others_find_neither_what_if_nor_the_closing(cast, sign_in, who):
    browser = sign_in(getattr(cast, who))

    assert browser.get(list_of(CommissionRate) + "what-if/").status_code == 403
    assert browser.get(list_of(ClosedMonth) + "close/").status_code == 403


# --- what if, and the money story


def test_what_if_shows_the_difference_and_changes_nothing(cast, sign_in):
    cast.paid()
    asked = "what-if/?percent=15&first=2027-02-01&last=2027-03-31"

    page = sign_in(cast.accountant).get(list_of(CommissionRate) + asked)

    total = page.context["found"].total
    assert (total.was, total.would_be, total.difference) == (100_000, 150_000, 50_000)
    assert not CommissionRate.objects.exists()


def test_the_money_story_is_the_books_and_the_owner_s_not_the_manager_s(cast, sign_in):
    booking = cast.paid(referral_code="MADINA")
    url = action_on(booking, "money")

    accountant = sign_in(cast.accountant).get(url)
    owner = sign_in(cast.silk_owner).get(url)

    assert "Sold: each party has its share" in accountant.content.decode()
    assert "commission income" in accountant.content.decode()
    assert "commission income" not in owner.content.decode()
    assert "partner who brought" not in owner.content.decode()
    assert sign_in(cast.silk_manager).get(url).status_code == 403
    assert sign_in(cast.nomad_owner).get(url).status_code == 404


def test_the_money_story_says_what_comes_next(cast, sign_in):
    """Over on 3 June, three days later it is released."""
    booking = cast.paid()

    page = sign_in(cast.silk_owner).get(action_on(booking, "money"))
    release_booking(booking_id=booking.pk, by=cast.admin.actor(Source.JOB), at=_july())
    after = sign_in(cast.silk_owner).get(action_on(booking, "money"))

    assert page.context["coming"] == [
        "On 07.06.2027 900,000\xa0soʻm becomes available to the agency."
    ]
    assert after.context["coming"] == []


def _july():
    return NOW + timedelta(days=130)
