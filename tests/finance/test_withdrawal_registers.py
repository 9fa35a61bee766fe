"""Registers of withdrawals: cards leave in the bank's file, and are forgotten when it is done."""

import csv
from io import BytesIO, StringIO

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from openpyxl import load_workbook

from core.models import EventLog
from core.refusals import NotAllowed, NotFound
from core.services.proposals import OwnProposal
from finance.models import PayoutRegister, ReferralPayoutRequest
from finance.papers.results import Result, read_results
from finance.providers.payouts.manual import AccountRegister, CardRegister
from finance.queries.payouts import orders_of
from finance.services import withdrawal_registers as acts
from finance.services.registers import PAYOUTS
from finance.services.results import settle_results, try_results
from finance.services.withdrawals import WithdrawalMoved, fail_withdrawal, pay_withdrawal
from tests.factories import CARD, MILLION, NOW
from tests.finance.card_desk import HUMO, CardDesk
from tests.finance.owed import Desk, earn, with_bank


@pytest.fixture
def desk(cast) -> CardDesk:
    return CardDesk(cast)


@pytest.fixture
def rows(cast, desk) -> list[ReferralPayoutRequest]:
    """Two in one register."""
    return [desk.approved(cast.blogger), desk.approved(cast.stranger, 50_000, card=HUMO)]


@pytest.fixture
def register(desk, rows) -> PayoutRegister:
    return desk.sent(*rows)


def send(desk, *rows, by=None):
    ids = [row if isinstance(row, int) else row.pk for row in rows]
    return acts.send_withdrawals(withdrawal_ids=ids, by=by or desk.first, at=NOW)


def cards_of(register, by):
    return acts.show_cards(register_id=register.pk, by=by, at=NOW)


def pay(row, desk):
    return pay_withdrawal(withdrawal_id=row.pk, reference="A-1", by=desk.first, at=NOW)


def test_a_register_takes_approved_withdrawals_all_or_none(cast, desk, settings):
    approved, asked = desk.approved(cast.blogger), desk.asked(cast.stranger)
    own = desk.approved(cast.accountant)

    with pytest.raises(WithdrawalMoved):
        send(desk, approved, asked)
    with pytest.raises(NotFound):
        send(desk, approved, 0)
    with pytest.raises(acts.NoWithdrawalsToSend):
        send(desk)
    with pytest.raises(NotAllowed):
        send(desk, approved, by=cast.support.actor("admin"))
    with pytest.raises(OwnProposal):
        send(desk, approved, own)
    settings.PAYOUT_API_URL = "https://payouts.example"
    with pytest.raises(acts.SentByThemselves):
        send(desk, approved)
    settings.PAYOUT_API_URL = ""
    assert not PayoutRegister.objects.exists()
    earn(with_bank(cast.silk), MILLION)
    Desk(cast).sent(cast.silk)
    first, second = send(desk, approved), send(desk, own, by=desk.second)

    assert [first.number, second.number] == ["C-2027-03-01-1", "C-2027-03-01-2"]
    approved.refresh_from_db()
    assert (approved.status, approved.register, approved.sent_at) == ("processing", first, NOW)


def test_the_file_has_the_whole_numbers_and_a_total(cast, desk, register, rows):
    cast.blogger.__class__.objects.filter(pk=cast.blogger.pk).update(first_name="=HYPERLINK(1)")

    orders = cards_of(register, desk.first)
    text = CardRegister().csv(register.number, orders).decode("utf-8-sig")
    table = list(csv.reader(StringIO(text), delimiter=";"))
    book = load_workbook(BytesIO(CardRegister().xlsx(register.number, orders)))

    assert [len(row) for row in table] == [6] * 4
    assert table[1][:5] == [f"W-{rows[0].pk}", "'=HYPERLINK(1)", CARD, "Uzcard", "100000.00"]
    assert table[2][2:5] == [HUMO, "Humo", "50000.00"]
    assert table[3][4] == "150000.00"
    assert f"W-{rows[1].pk}" in table[2][5]
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value in (CARD, HUMO)} == {"s"}
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_who_took_the_numbers_is_written_down_and_the_numbers_are_not(cast, desk, register):
    with pytest.raises(NotAllowed):
        cards_of(register, cast.support.actor("admin"))
    assert not EventLog.objects.filter(action="withdrawal.cards_shown").exists()
    orders = cards_of(register, desk.second)

    event = EventLog.objects.get(action="withdrawal.cards_shown")
    assert (event.user, event.object_id) == (cast.second_accountant, register.pk)
    assert event.details["withdrawals"] == 2
    written = DjangoJSONEncoder().encode(list(EventLog.objects.values_list("details", flat=True)))
    assert CARD not in repr(orders)
    assert CARD not in written
    assert "6478" in written


def test_what_is_settled_is_in_no_file_any_more(desk, register, rows):
    paid, failed = rows
    pay(paid, desk)

    assert [order.number for order in cards_of(register, desk.first)] == [f"W-{failed.pk}"]
    fail_withdrawal(withdrawal_id=failed.pk, reason="Closed", by=desk.first, at=NOW)
    with pytest.raises(acts.CardsForgotten):
        cards_of(register, desk.first)
    assert set(ReferralPayoutRequest.objects.values_list("card_number", flat=True)) == {""}


def test_a_card_whose_key_is_gone_stops_the_file_and_is_named(desk, register, rows, settings):
    settings.CARD_ENCRYPTION_KEYS = ["A" * 43 + "="]

    with pytest.raises(acts.CardDoesNotOpen) as refused:
        cards_of(register, desk.first)

    assert f"W-{rows[0].pk} cannot be read" in str(refused.value.detail)
    assert not EventLog.objects.filter(action="withdrawal.cards_shown").exists()


# --- what the bank answers


def a_file(paper, register, orders, *answers):
    """Our own file, with a status and a reference written beside each order."""
    lines = paper.csv(register.number, orders).decode("utf-8-sig").splitlines()
    added = ["Статус;Референс", *answers, ";"]
    text = "\n".join(f"{line};{more}" for line, more in zip(lines, added, strict=True))
    return BytesIO(text.encode())


def steps(plans):
    return [str(plan.step) for plan in plans]


def test_our_own_file_comes_back_and_is_carried_out_once(cast, desk, register):
    orders = cards_of(register, desk.first)
    file = a_file(CardRegister(), register, orders, "исполнен;A-1", "отказ;")
    results = read_results(file, acts.WITHDRAWALS.numbers).results

    assert steps(try_results(results, acts.WITHDRAWALS, by=desk.first)) == ["pay", "fail"]
    with pytest.raises(NotAllowed):
        settle_results(results, acts.WITHDRAWALS, by=cast.support.actor("admin"), at=NOW)
    for expected in (["pay", "fail"], ["nothing", "nothing"]):
        done = settle_results(results, acts.WITHDRAWALS, by=desk.first, at=NOW)
        assert steps(done) == expected

    assert set(register.withdrawals.values_list("status", flat=True)) == {"paid", "failed"}
    assert cast.balance("bonus_available", cast.stranger) == 50_000


def test_a_row_that_cannot_be_is_told_in_the_trial_already(cast, desk, register, rows):
    own = desk.approved(cast.second_accountant)
    desk.sent(own)
    pay(rows[1], desk)
    results = [
        Result(line=2, order_id=own.pk, is_paid=True, reference="A-2"),
        Result(line=3, order_id=rows[1].pk, is_paid=True, reference="A-9"),
        Result(line=4, order_id=999_999, is_paid=True, reference="A-3"),
        Result(line=5, order_id=rows[1].pk, is_paid=False, reason="Returned"),
        Result(line=6, order_id=rows[0].pk, is_paid=True, reference="A-4", amount=MILLION),
    ]

    plans = try_results(results, acts.WITHDRAWALS, by=desk.second)

    assert steps(plans) == ["refused"] * 5
    assert plans[0].says == "You made this yourself: somebody else has to decide it."
    assert plans[1].says == "It is paid already, under another number: A-1."
    assert plans[2].says == "There is no withdrawal with this number."
    assert plans[3].says == "This order is there twice."
    assert "the file says 1" in plans[4].says
    (back,) = settle_results([results[3]], acts.WITHDRAWALS, by=desk.first, at=NOW)
    assert (back.step, cast.balance("bonus_available", cast.stranger)) == ("fail", 50_000)


def test_a_file_on_the_wrong_page_is_refused_row_by_row(cast, desk, register):
    earn(with_bank(cast.silk), MILLION)
    payout = Desk(cast).sent(cast.silk)
    of_payouts = a_file(
        AccountRegister(), payout.register, orders_of(payout.register_id), "исполнен;B-1"
    )
    orders = cards_of(register, desk.first)
    of_cards = a_file(CardRegister(), register, orders, "исполнен;A-1", "исполнен;A-2")

    (wrong,) = read_results(of_payouts, acts.WITHDRAWALS.numbers).results
    others = read_results(of_cards, PAYOUTS.numbers).results

    assert wrong.fault == f"“{payout.pk}” is no number of a withdrawal: those begin with W-."
    assert [row.fault for row in others] == [
        f"This is no number of a payout: {order.number}" for order in orders
    ]
    assert steps(settle_results(others, PAYOUTS, by=desk.first, at=NOW)) == ["refused"] * 2


def test_a_card_number_in_the_wrong_column_is_not_repeated():
    file = BytesIO(f"number;status\n{CARD};paid\n8600 4954 7331 6478;paid".encode())

    faults = [row.fault for row in read_results(file, acts.WITHDRAWALS.numbers).results]

    assert faults == ["“•••• 6478” is no number of a withdrawal: those begin with W-."] * 2
