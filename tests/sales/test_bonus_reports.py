"""Bonuses, withdrawals and bonus balances as accountants read them: every figure is the ledger's,
and of a card there are four digits."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db.models import Sum
from django.urls import reverse

from core.actor import Source
from core.sealed import Secret
from finance.models import Account, LedgerEntry
from finance.queries.balances import platform_balances
from finance.services.bonus import mature_bonuses
from finance.services.withdrawal_registers import send_withdrawals
from finance.services.withdrawals import (
    approve_withdrawal,
    ask_withdrawal,
    pay_withdrawal,
    reject_withdrawal,
)
from finance.states import USER_ACCOUNTS
from sales.papers.reports import write_report
from sales.queries.reports import REPORTS
from sales.queries.reports.finding import ask_of, find, stream, values_of
from sales.services.take_back import cancel_payment
from tests.cast import PAYME, assemble
from tests.factories import CARD, NOW
from tests.replay import Replay

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
WEEK = 7 * DAY
LATER = NOW + 10 * DAY
MARCH = {"period": "custom", "first": "2027-03-01", "last": "2027-03-31"}
FORMULA = "=HYPERLINK(1)"


def ask(code, **values):
    return ask_of(REPORTS[code], MARCH | values, at=values.pop("at", LATER), language="en")


def found(code, **values):
    return find(REPORTS[code], ask(code, **values), most=500)


def withdraw(cast, amount, at):
    return ask_withdrawal(
        amount=Decimal(amount),
        card_number=Secret(CARD),
        by=cast.blogger.actor(Source.API),
        at=at,
    )


def take_back(booking, at):
    [payment] = booking.payments.all()
    cancel_payment(provider_id=payment.payme_invoice_id, code=5, by=PAYME, at=at)


def live():
    """Four bookings by Madina's code: one reversed, one matured, one clawed back, one pending; and
    of what she had a withdrawal paid, one rejected, one asked for."""
    cast = assemble()
    first, second = (user.actor(Source.ADMIN) for user in (cast.accountant, cast.second_accountant))
    cast.give_bonus(cast.blogger, 200_000)
    cast.give_bonus(cast.traveller, 30_000)
    cast.reversed, cast.matured, cast.clawed_back = (
        cast.paid(referral_code="MADINA", by=by, seats=seats)
        for by, seats in ((cast.traveller, 1), (cast.second_traveller, 2), (cast.stranger, 1))
    )
    take_back(cast.reversed, NOW + DAY)
    cast.pay_withdrawal = withdraw(cast, 120_000, NOW + DAY)
    approve_withdrawal(withdrawal_id=cast.pay_withdrawal.pk, by=first, at=NOW + DAY)
    send_withdrawals(withdrawal_ids=[cast.pay_withdrawal.pk], by=first, at=NOW + 2 * DAY)
    paid = {"withdrawal_id": cast.pay_withdrawal.pk, "reference": "A-7"}
    pay_withdrawal(**paid, by=second, at=NOW + 3 * DAY)
    no = withdraw(cast, 60_000, NOW + 4 * DAY)
    reject_withdrawal(withdrawal_id=no.pk, reason=FORMULA, by=first, at=NOW + 4 * DAY)
    mature_bonuses(at=NOW + WEEK)
    take_back(cast.clawed_back, NOW + WEEK + DAY)
    withdraw(cast, 70_000, NOW + WEEK + DAY)
    wish = {"referral_code": "MADINA", "session": cast.nomad_session, "bonus": Decimal(20_000)}
    cast.pending = cast.paid(**wish, at=NOW + WEEK + DAY)
    cast.waits = cast.request(bonus=Decimal(10_000), at=NOW + WEEK + DAY)
    return cast


@pytest.fixture(scope="module")
def _life():
    return Replay(live)


@pytest.fixture
def life(db, _life, clock):
    clock.move_to(LATER)
    return _life()


# --- bonuses


def test_each_bonus_is_told_with_its_booking_and_what_is_left_of_it(life):
    answer = found("bonuses")

    rows = {row["key"]: row for row in answer.rows}
    told = {
        code: (row["cash"], row["amount"], row["taken_back"], row["kept"], row["status"])
        for code, row in rows.items()
    }
    assert told == {
        life.reversed.code: (1_000_000, 50_000, 50_000, 0, "reversed"),
        life.matured.code: (2_000_000, 100_000, 0, 100_000, "available"),
        life.clawed_back.code: (1_000_000, 50_000, 50_000, 0, "reversed"),
        life.pending.code: (980_000, 49_000, 0, 49_000, "pending"),
    }
    row = rows[life.pending.code]
    assert (row["partner_code"], row["agency"], row["tour"], row["percent"]) == (
        *("MADINA", "Nomad Tours", "Khiva"),
        Decimal(5),
    )
    assert (row["earned_at"], row["available_at"]) == (NOW + 8 * DAY, NOW + 15 * DAY)
    assert {name: int(value) for name, value in answer.totals.items()} == {
        **{"cash": 4_980_000, "amount": 249_000},
        **{"taken_back": 100_000, "kept": 149_000},
    }


def test_bonuses_agree_with_the_accounts_they_lie_in(life):
    [row] = found("bonuses", group="partner").rows

    assert row["key_id"] == life.blogger.pk
    assert row["pending"] == life.balance("bonus_pending", life.blogger) == 49_000
    cost = LedgerEntry.objects.filter(
        account__kind="referral_expense", transaction__booking__isnull=False
    ).aggregate(net=Sum("debit") - Sum("credit"))
    assert row["kept"] == cost["net"] == row["pending"] + row["available"]


def test_bonuses_are_narrowed_by_state_partner_and_by_what_happened_in_the_period(life):
    def codes(**values):
        return {row["key"] for row in found("bonuses", **values).rows}

    first_day = {"first": "2027-03-01", "last": "2027-03-01"}
    assert codes(state="pending") == codes(**MARCH | {"first": "2027-03-09"}) == {life.pending.code}
    matured = {life.matured.code, life.clawed_back.code}
    assert codes(counted="matured") == matured
    assert codes(counted="matured", **first_day) == set()
    assert codes(**first_day) == {life.reversed.code, *matured}
    assert codes(person=str(life.traveller.pk)) == set()
    assert len(codes(person=str(life.blogger.pk), state="no", counted="'")) == 4


# --- withdrawals


def test_each_withdrawal_is_told_from_the_request_to_its_end(life):
    paid, no, asked = found("withdrawals").rows

    assert (paid["amount"], paid["status"], paid["card"]) == (120_000, "paid", "•••• 6478")
    assert (paid["approved_by"], paid["approved_at"]) == ("Aziza", NOW + DAY)
    assert (paid["sent_at"], paid["paid_at"]) == (NOW + 2 * DAY, NOW + 3 * DAY)
    assert (paid["reference"], paid["card_system"], paid["ended_at"]) == ("A-7", "uzcard", None)
    assert paid["register"]
    assert (no["status"], no["note"], no["ended_at"]) == ("rejected", FORMULA, NOW + 4 * DAY)
    assert (asked["status"], asked["asked_at"]) == ("requested", NOW + 8 * DAY)
    only = found("withdrawals", counted="paid").rows
    assert [row["key"] for row in only] == [paid["key"]]
    assert found("withdrawals", state="rejected").totals["amount"] == 60_000


def test_withdrawals_add_up_by_state_to_what_the_ledger_says(life):
    answer = found("withdrawals", group="state")

    by_state = {row["key"]: (row["withdrawals"], row["asked"]) for row in answer.rows}
    assert by_state == {"paid": (1, 120_000), "requested": (1, 70_000), "rejected": (1, 60_000)}
    balances = platform_balances()
    assert answer.totals["on_its_way"] == balances["payouts_in_transit"] == 70_000
    assert answer.totals["paid"] == -balances["bank"] == 120_000
    assert answer.totals["came_back"] == 60_000


def test_no_file_has_a_card_number_or_a_formula(life):
    report, out = REPORTS["withdrawals"], BytesIO()

    write_report(report, ask("withdrawals"), file_format="csv", out=out, tell=lambda *_: None)

    text = out.getvalue().decode("utf-8-sig")
    assert "•••• 6478" in text
    assert f",'{FORMULA}" in text
    assert CARD not in text.replace(" ", "")
    columns = {name for row in stream(report, ask("withdrawals")) for name in row}
    assert not columns & {"card_number", "card_mark"}


# --- balances


def test_balances_are_the_accounts_and_what_is_on_its_way(life):
    answer = found("bonus-balances")

    rows = {row["key_id"]: row for row in answer.rows}
    for person in (life.blogger, life.traveller):
        row = rows[person.pk]
        for kind in ("available", "pending", "reserved"):
            assert row[kind] == life.balance(f"bonus_{kind}", person), kind
    assert rows[life.blogger.pk]["on_its_way"] == 70_000
    assert rows[life.traveller.pk]["reserved"] == 10_000
    accounts = Account.objects.filter(kind__in=USER_ACCOUNTS).aggregate(all=Sum("balance"))
    in_transit = platform_balances()["payouts_in_transit"]
    assert answer.totals["owed"] == accounts["all"] + in_transit
    assert found("bonus-balances", first="", last="2027-02-28").count == 0


def test_balances_are_those_at_the_end_of_the_day(life):
    [blogger, traveller] = found("bonus-balances", first="", last="2027-03-02").rows

    told = {name: blogger[name] for name in ("available", "pending", "reserved", "on_its_way")}
    assert told == {"available": 80_000, "pending": 150_000, "reserved": 0, "on_its_way": 120_000}
    assert traveller["available"] == 30_000


# --- what it cost


def test_the_cost_stands_beside_the_commission_of_the_same_bookings(life):
    life.paid(seats=1, at=LATER)  # of nobody's: its commission is not counted
    commission = 200_000 + 125_000  # the bookings given back have left none

    for group in REPORTS["referral-cost"].groups:
        answer = found("referral-cost", group=group)
        assert answer.totals["commission"] == commission, group
        assert answer.totals["cost"] == 230_000 + 149_000, "gifts to people, bonuses of bookings"
        assert answer.totals["share"] == Decimal("116.62")
    [madina] = (r for r in found("referral-cost", group="partner").rows if r["key"] == "Madina")
    assert (madina["commission"], madina["cost"]) == (commission, 200_000 + 149_000)
    assert madina["share"] == Decimal("107.38")


# --- where it is read


def test_the_pages_lead_to_people_and_keep_what_was_asked(life, client):
    client.force_login(life.accountant)
    query = {**MARCH, "person": str(life.blogger.pk), "counted": "matured", "state": "available"}

    answer = client.get(reverse("admin:finance_report_page", args=["bonuses"]), query)

    assert answer.context["count"] == 1
    assert {**query, "group": "booking"} == answer.context["values"]
    html = answer.content.decode()
    assert reverse("admin:partners_referralpartner_change", args=[life.partner.pk]) in html
    assert "MADINA · Madina" in html, "the choice of partners"
    kept = ask_of(REPORTS["bonuses"], answer.context["values"], at=LATER, language="en")
    assert values_of(REPORTS["bonuses"], kept) == answer.context["values"]
    balances = reverse("admin:finance_report_page", args=["bonus-balances"])
    html = client.get(balances, {"period": "custom", "last": "2027-03-31"}).content.decode()
    assert reverse("admin:partners_user_change", args=[life.blogger.pk]) in html


@pytest.mark.parametrize("code", ["bonuses", "withdrawals", "bonus-balances"])
def test_rows_and_totals_take_two_queries_however_many_rows(life, django_assert_num_queries, code):
    for narrowed, few in (({"first": "2027-03-09", "last": "2027-03-09"}, True), ({}, False)):
        with django_assert_num_queries(2):
            answer = found(code, **narrowed)
        assert answer.count > 1 or few


def test_agencies_and_support_see_none_of_it(life, client):
    for person in (life.silk_owner, life.support):
        client.force_login(person)
        for code in ("bonuses", "withdrawals", "bonus-balances"):
            page = client.get(reverse("admin:finance_report_page", args=[code]))
            file = client.post(reverse("admin:finance_report_file", args=[code]))
            assert (page.status_code, file.status_code) == (403, 403)
