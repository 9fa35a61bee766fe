"""Registers: handed to the bank together; what the bank answers is tried, then carried out."""

import csv
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from core.refusals import NotAllowed, NotFound
from finance.models import AccountingTransaction, PayoutRegister
from finance.papers.results import NoSuchColumns, Result, read_results
from finance.providers.payouts.manual import AccountRegister
from finance.queries.payouts import orders_of
from finance.services.payouts import PayoutMoved, pay_payout
from finance.services.registers import PAYOUTS, NothingToSend, make_register
from finance.services.results import settle_results, try_results
from partners.models import TravelAgency
from tests.factories import MILLION, NOW
from tests.finance.owed import Desk, earn, with_bank
from tests.sales.threads import run_together


@pytest.fixture
def desk(cast) -> Desk:
    for agency in (cast.silk, cast.nomad, cast.swift):
        earn(with_bank(agency), MILLION)
    return Desk(cast)


@pytest.fixture
def register(cast, desk) -> PayoutRegister:
    """Of two payouts."""
    ids = [desk.approved(agency).pk for agency in (cast.silk, cast.nomad)]
    return make_register(payout_ids=ids, by=desk.first, at=NOW)


def test_a_register_takes_approved_payouts_all_or_none(cast, desk):
    approved, created = desk.approved(cast.silk), desk.create(cast.nomad)

    with pytest.raises(PayoutMoved):
        make_register(payout_ids=[approved.pk, created.pk], by=desk.first, at=NOW)
    with pytest.raises(NotFound):
        make_register(payout_ids=[approved.pk, 0], by=desk.first, at=NOW)
    with pytest.raises(NothingToSend):
        make_register(payout_ids=[], by=desk.first, at=NOW)
    with pytest.raises(NotAllowed):
        make_register(payout_ids=[approved.pk], by=cast.silk_owner.actor("admin"), at=NOW)
    first = make_register(payout_ids=[approved.pk], by=desk.first, at=NOW)
    desk.approve(created)
    second = make_register(payout_ids=[created.pk], by=desk.first, at=NOW)

    assert [first.number, second.number] == ["P-2027-03-01-1", "P-2027-03-01-2"]
    approved.refresh_from_db()
    assert (approved.status, approved.register) == ("sent", first)


def test_the_file_has_the_details_of_the_approval_and_a_total(cast, desk, register):
    TravelAgency.objects.update(bank_account="1" * 20, name="\xa0=HYPERLINK(1)")

    orders = orders_of(register.pk)
    table = list(
        csv.reader(
            StringIO(AccountRegister().csv(register.number, orders).decode("utf-8-sig")),
            delimiter=";",
        )
    )
    book = load_workbook(BytesIO(AccountRegister().xlsx(register.number, orders)))

    assert [len(row) for row in table] == [8] * 4
    first = table[1]
    assert first[1] == "'\xa0=HYPERLINK(1)"
    assert first[2:7] == ["301234567", "Kapitalbank", "01088", "20208000900123456789", "1000000.00"]
    assert "01.03.2027" in first[7]
    assert register.number in first[7]
    assert table[-1][6] == "2000000.00"
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "20208000900123456789" in {cell.value for cell in cells}


def results_for(register):
    silk, nomad = register.payouts.order_by("pk")
    return [
        Result(line=2, order_id=silk.pk, is_paid=True, reference="B-1", amount=MILLION),
        Result(line=3, order_id=nomad.pk, is_paid=False, reason="Account closed"),
    ]


def steps(plans):
    return [str(plan.step) for plan in plans]


def test_a_trial_changes_nothing_and_carrying_out_twice_doubles_nothing(cast, desk, register):
    results = results_for(register)

    assert steps(try_results(results, PAYOUTS, by=desk.first)) == ["pay", "fail"]
    assert set(register.payouts.values_list("status", flat=True)) == {"sent"}
    assert steps(settle_results(results, PAYOUTS, by=desk.first, at=NOW)) == ["pay", "fail"]
    journals = AccountingTransaction.objects.count()
    assert steps(settle_results(results, PAYOUTS, by=desk.first, at=NOW)) == ["nothing", "nothing"]

    assert AccountingTransaction.objects.count() == journals
    states = dict(register.payouts.values_list("agency__name", "status"))
    assert states == {"Silk Road Travel": "paid", "Nomad Tours": "failed"}
    assert cast.balance("agency_available", cast.nomad) == MILLION


def test_failed_after_paid_is_carried_out_from_a_file(cast, desk, register):
    paid = register.payouts.earliest("pk")
    pay_payout(payout_id=paid.pk, reference="B-1", by=desk.first, at=NOW)
    result = Result(line=2, order_id=paid.pk, is_paid=False, reason="Returned")

    settle_results([result], PAYOUTS, by=desk.first, at=NOW)

    paid.refresh_from_db()
    assert paid.status == "failed"
    assert cast.balance("agency_available", cast.silk) == MILLION


def test_a_row_that_cannot_be_is_told_and_the_others_go_on(cast, desk, register):
    silk, nomad = register.payouts.order_by("pk")
    waiting = desk.create(cast.swift)
    paid = Result(line=2, order_id=silk.pk, is_paid=True, reference="B-1")
    results = [
        paid,
        paid,
        Result(line=4, order_id=999_999, is_paid=True, reference="B-2"),
        Result(line=5, order_id=nomad.pk, is_paid=True, reference="B-3", amount=Decimal(5)),
        Result(line=6, order_id=waiting.pk, is_paid=True, reference="B-4"),
        Result(line=7, fault="Unknown word"),
    ]

    plans = settle_results(results, PAYOUTS, by=desk.first, at=NOW)

    assert steps(plans) == ["pay", *["refused"] * 5]
    assert [plan.says for plan in plans[1:]] == [
        "This order is there twice.",
        "There is no payout with this number.",
        plans[3].says,
        plans[4].says,
        "Unknown word",
    ]
    other = Result(line=2, order_id=silk.pk, is_paid=True, reference="B-77")
    (plan,) = try_results([other], PAYOUTS, by=desk.first)
    assert plan.says == "It is paid already, under another number: B-1."


def test_results_are_the_accountants(cast, register):
    with pytest.raises(NotAllowed):
        settle_results(results_for(register), PAYOUTS, by=cast.support.actor("admin"), at=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_file_carried_out_by_ten_at_once_is_carried_out_once(cast):
    earn(with_bank(cast.silk), MILLION)
    desk = Desk(cast)
    payout = desk.sent(cast.silk)
    result = Result(line=2, order_id=payout.pk, is_paid=True, reference="B-1")

    run_together([lambda: settle_results([result], PAYOUTS, by=desk.first, at=NOW)] * 10)

    assert payout.journals.count() == 2


# --- the file


def a_file(*rows, encoding="utf-8"):
    return BytesIO("\n".join(";".join(map(str, row)) for row in rows).encode(encoding))


@pytest.mark.parametrize(
    ("headings", "paid", "back", "encoding"),
    [
        (("Payout number", "Status", "Bank reference", "Reason"), "paid", "failed", "utf-8-sig"),
        (("№ выплаты", "Статус", "Номер документа", "Причина"), "Исполнен", "Отказ", "cp1251"),
        (("Toʻlov raqami", "Holati", "Hujjat raqami", "Sabab"), "Toʻlandi", "Qaytarildi", "utf-8"),
    ],
)
def test_a_banks_answer_is_read_in_three_languages(headings, paid, back, encoding):
    rows = [("AKB Bank", "", "", ""), headings, ("№12", paid, "B-1", ""), (13, back, "", "Closed")]
    total = ("Итого", "", "", "2")

    found = read_results(a_file(*rows, total, encoding=encoding), PAYOUTS.numbers)

    assert found.results == [
        Result(3, 12, True, "B-1", "The bank returned it."),
        Result(4, 13, False, "", "Closed"),
    ]


@pytest.mark.parametrize(
    ("headings", "paid", "back"),
    [
        ("номер|статус|номер в банке|причина|сумма", "оплачено", "не удалось"),
        ("raqam|holat|bank raqami|sabab|summa", "toʻlangan", "qaytarilgan"),
        ("number|status|bank reference|reason|amount", "paid", "failed"),
    ],
)
def test_the_words_of_the_pages_own_hint_are_understood(headings, paid, back):
    rows = [tuple(headings.split("|")), (1, paid, "B-1", "", 5), (2, back, "", "Closed", 5)]

    found = read_results(a_file(*rows), PAYOUTS.numbers).results

    assert [(r.is_paid, r.reference, r.amount, r.fault) for r in found] == [
        (True, "B-1", 5, ""),
        (False, "", 5, ""),
    ]


def test_what_is_wrong_with_a_row_is_said_of_the_row():
    rows = [
        ("number", "status", "reference", "amount"),
        ("x1", "paid", "B", ""),
        (2, "maybe", "B", ""),
        (3, "в обработке", "B", ""),
        (4, "paid", "", ""),
        (5, "paid", "B", "much"),
        (6, "paid", "B", "1 000 000,50"),
    ]

    results = read_results(a_file(*rows), PAYOUTS.numbers).results

    assert [result.fault for result in results] == [
        "This is no number of a payout: x1",
        "Nobody knows what this status means: maybe",
        "The bank has not decided yet.",
        "The number of the bank's order is missing.",
        "This is no amount of money: much.",
        "",
    ]
    assert results[-1].amount == Decimal("1000000.50")


def test_a_payee_whose_name_begins_like_a_total_is_no_total():
    rows = [
        ("payee", "number", "status", "reference"),
        ("Jamila Travel", 7, "paid", "B-1"),
        ("Jami", "", "", "1"),
        ("", "ИТОГО", "", "1"),
    ]

    assert read_results(a_file(*rows), PAYOUTS.numbers).results == [
        Result(2, 7, True, "B-1", "The bank returned it.")
    ]


def test_a_table_without_its_columns_is_refused():
    with pytest.raises(NoSuchColumns):
        read_results(a_file(("number", "amount"), (1, 2)), PAYOUTS.numbers)


def test_our_own_file_comes_back_with_a_status_beside_it(cast, desk, register):
    orders = orders_of(register.pk)
    lines = AccountRegister().csv(register.number, orders).decode("utf-8-sig").splitlines()
    added = ["Статус;Референс", *(f"исполнен;B-{order.number}" for order in orders), ";"]
    text = "\n".join(f"{line};{more}" for line, more in zip(lines, added, strict=True))

    results = read_results(BytesIO(text.encode()), PAYOUTS.numbers).results

    assert steps(try_results(results, PAYOUTS, by=desk.first)) == ["pay", "pay"]
    assert [result.amount for result in results] == [MILLION, MILLION]
