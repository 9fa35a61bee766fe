"""Money without a deal: it lies on ``unmatched`` until somebody says where it goes."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.actor import job
from core.models import EventLog
from core.refusals import NotAllowed
from finance.models import LedgerEntry, MoneyCase
from finance.queries.balances import platform_balances
from finance.queries.cases import open_cases
from finance.services.cases import (
    CaseDecided,
    CaseKnown,
    InOurBooks,
    NotADecision,
    NotASum,
    NotInOurBooks,
    WhyKept,
    close_case,
    open_case,
)
from finance.services.proof import NoProof, NoReference
from sales.queries.payable import AlreadyPaid, NotApprovedYet, NotPayable, PaymentUnderWay
from sales.services.cases import AnotherPrice, NoSuchBooking, book_case
from sales.services.holds import sweep_lapsed_holds
from sales.services.pay import NoSeatForMoney
from sales.services.take_back import cancel_payment
from tests import factories
from tests.cast import PAYME
from tests.factories import NOW
from tests.sales.test_settle import lines_of

LATE = NOW + timedelta(hours=2)
PROOF = {"reference": "Order 9", "proof": "cases/9.pdf"}


@pytest.fixture
def found(cast):
    """A million that the registry of Payme has and nobody else."""

    def find(amount=1_000_000, kind="unknown", external_id="5f5ab0c5", **rest):
        by = cast.accountant.actor("admin")
        return open_case(
            kind=kind, amount=Decimal(amount), external_id=external_id, by=by, at=NOW, **rest
        )

    return find


@pytest.fixture
def decide(cast):
    def close(case, decision, by=None, **rest):
        by = (by or cast.accountant).actor("admin")
        return close_case(case_id=case.pk, decision=decision, by=by, at=LATE, **rest)

    return close


@pytest.fixture
def book(cast):
    def pay(case, code, at=NOW):
        by = cast.accountant.actor("admin")
        return book_case(case_id=case.pk, booking_code=code, by=by, at=at)

    return pay


def balances():
    return {kind: amount for kind, amount in platform_balances().items() if amount}


def test_found_money_is_in_the_books_at_once_and_on_the_list(found):
    case = found()

    assert balances() == {"payme": 1_000_000, "unmatched": 1_000_000}
    assert (case.status, case.held, case.created_at) == ("open", True, NOW)
    found(500_000, cash_account="bank")
    assert open_cases() == (2, 1_500_000)
    assert EventLog.objects.filter(action="case.opened").count() == 2


def test_a_registry_row_has_one_case_and_a_case_an_amount(found):
    row = factories.reconciliation_row()
    found(registry_row_id=row.pk)

    with pytest.raises(CaseKnown):
        found(registry_row_id=row.pk)
    for wrong in ({"amount": 0}, {"cash_account": "commission"}):
        with pytest.raises(NotASum):
            found(**wrong)

    assert MoneyCase.objects.count() == 1


def test_who_may_open_and_decide(cast, found, decide):
    case = found()
    for person in (cast.support, cast.silk_owner, cast.traveller):
        by = person.actor("admin")
        with pytest.raises(NotAllowed):
            open_case(kind="unknown", amount=Decimal(1), by=by, at=NOW)
        with pytest.raises(NotAllowed):
            decide(case, "kept", by=person, note="Why?")

    assert open_case(kind="double", amount=Decimal(1), by=job(), at=NOW).status == "open"


def test_money_returned_to_the_payer_leaves_where_it_lay(found, decide):
    case = found(cash_account="bank")
    for part, refusal in (("reference", NoReference), ("proof", NoProof)):
        with pytest.raises(refusal):
            decide(case, "returned", **PROOF | {part: ""})
    assert balances() == {"bank": 1_000_000, "unmatched": 1_000_000}

    decide(case, "returned", **PROOF)

    case.refresh_from_db()
    assert balances() == {}
    assert (case.status, case.decision, case.closed_at) == ("closed", "returned", LATE)
    assert (case.reference, case.proof.name) == ("Order 9", "cases/9.pdf")
    with pytest.raises(CaseDecided):
        decide(case, "returned", **PROOF)


def test_money_kept_is_other_income_and_says_why(cast, found, decide):
    case = found(700)
    with pytest.raises(WhyKept):
        decide(case, "kept", note=" ")

    decide(case, "kept", note="The payer cannot be found.")

    case.refresh_from_db()
    assert balances() == {"payme": 700, "other_income": 700}
    assert (case.note, case.closed_by) == ("The payer cannot be found.", cast.accountant)
    assert open_cases() == (0, 0)


@pytest.mark.parametrize(
    ("decision", "refusal"),
    [("nothing", InOurBooks), ("booked", NotADecision), ("", NotADecision)],
)
def test_a_decision_must_say_where_money_in_our_books_goes(found, decide, decision, refusal):
    case = found()

    with pytest.raises(refusal):
        decide(case, decision, note="x", **PROOF)

    case.refresh_from_db()
    assert case.status == "open"


# --- it pays a booking


def test_found_money_pays_an_approved_booking(cast, found, book):
    booking, case = cast.approved(referral_code="MADINA"), found()

    book(case, f" {booking.code.lower()} ")

    booking.refresh_from_db()
    case.refresh_from_db()
    payment = booking.payments.get()
    assert (booking.status, booking.paid_at) == ("paid", NOW)
    assert (payment.state, payment.payme_invoice_id, payment.amount) == (
        "performed",
        "5f5ab0c5",
        1_000_000,
    )
    assert (case.decision, case.booking, case.payment) == ("booked", booking, payment)
    assert lines_of(booking, type="sale") == {
        ("debit", "payme"): 1_000_000,
        ("credit", "agency_pending"): 900_000,
        ("credit", "commission"): 100_000,
    }
    assert platform_balances()["payme"] == 1_000_000
    assert platform_balances()["unmatched"] == 0
    assert cast.balance("bonus_pending", cast.blogger) == 50_000


def test_money_in_the_bank_stays_in_the_bank(cast, found, book):
    book(found(cash_account="bank", external_id=""), cast.approved().code)

    assert (platform_balances()["bank"], platform_balances()["payme"]) == (1_000_000, 0)


def test_payme_takes_such_a_payment_back_like_any_other(cast, found, book):
    booking = cast.approved()
    book(found(), booking.code)
    payment = booking.payments.get()

    where = {"provider_id": payment.payme_invoice_id, "cashbox": payment.cashbox}
    cancel_payment(**where, code=5, by=PAYME, at=LATE)

    booking.refresh_from_db()
    assert booking.status == "cancelled"
    assert balances() == {}


def test_an_expired_booking_is_seated_again_when_there_is_room(cast, found, book):
    booking = cast.approved(seats=1)
    sweep_lapsed_holds(at=LATE)
    full = cast.paid(seats=20, by=cast.second_traveller, at=LATE)

    case = found()
    with pytest.raises(NoSeatForMoney):
        book(case, booking.code, at=LATE)
    case.refresh_from_db()
    assert case.status == "open"

    cancel_payment(provider_id=full.payments.get().payme_invoice_id, code=5, by=PAYME, at=LATE)
    book(case, booking.code, at=LATE)
    booking.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert (booking.status, cast.silk_session.seats_taken) == ("paid", 1)


def test_what_does_not_fit_is_told_and_the_money_stays(cast, found, book, decide):
    case = found()
    paid, asked = cast.paid(), cast.request()
    dear, waiting = cast.approved(seats=2), cast.approved()
    cast.open(waiting)
    ended = cast.paid(by=cast.second_traveller)
    cancel_payment(provider_id=ended.payments.get().payme_invoice_id, code=5, by=PAYME, at=NOW)

    for code, refusal in (
        ("NOSUCH", NoSuchBooking),
        (paid.code, AlreadyPaid),
        (asked.code, NotApprovedYet),
        (ended.code, NotPayable),
        (dear.code, AnotherPrice),
        (waiting.code, PaymentUnderWay),
    ):
        with pytest.raises(refusal):
            book(case, code)

    case.refresh_from_db()
    assert case.status == "open"
    decide(case, "returned", **PROOF)
    with pytest.raises(CaseDecided):
        book(case, dear.code)


# --- late money


def late_payment(cast, **request):
    """Its hold has ended, and somebody else has the seats."""
    booking = cast.approved(seats=2, **request)
    payment = cast.open(booking)
    sweep_lapsed_holds(at=LATE)
    cast.paid(seats=19, by=cast.second_traveller, at=LATE)
    return booking, payment


def test_late_money_is_not_taken_and_waits_for_a_decision_once(cast):
    booking, payment = late_payment(cast)
    lines = LedgerEntry.objects.count()

    for _time in range(2):
        with pytest.raises(NoSeatForMoney):
            cast.perform(payment, at=LATE)

    case = MoneyCase.objects.get()
    booking.refresh_from_db()
    payment.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert (case.kind, case.held, case.payment, case.booking) == ("late", False, payment, booking)
    assert (case.amount, case.external_id) == (2_000_000, payment.payme_invoice_id)
    assert (booking.status, payment.state) == ("expired", "created")
    assert cast.silk_session.seats_taken == 19
    assert LedgerEntry.objects.count() == lines
    assert EventLog.objects.filter(action="payment.late", object_id=booking.pk).exists()


def test_of_seating_again_nothing_half_done_stands(cast):
    """The seats were to be had, the bonus was not: the seats are free again, the case stays."""
    cast.give_bonus(cast.traveller, 100_000)
    booking = cast.approved(seats=2, bonus="all")
    payment = cast.open(booking)
    sweep_lapsed_holds(at=LATE)
    cast.request(bonus="all", at=LATE, session=cast.nomad_session)

    with pytest.raises(NoSeatForMoney):
        cast.perform(payment, at=LATE)

    cast.silk_session.refresh_from_db()
    assert cast.silk_session.seats_taken == 0
    assert MoneyCase.objects.get().status == "open"


def test_when_payme_gives_up_the_case_closes_by_itself(cast):
    _booking, payment = late_payment(cast)
    with pytest.raises(NoSeatForMoney):
        cast.perform(payment, at=LATE)

    cancel_payment(provider_id=payment.payme_invoice_id, code=3, by=PAYME, at=LATE)

    case = MoneyCase.objects.get()
    assert (case.status, case.decision, case.closed_by) == ("closed", "nothing", None)
    assert balances()["payme"] == 19_000_000


def test_late_money_is_closed_by_hand_only_as_taken_back(cast, decide, book):
    booking, payment = late_payment(cast)
    with pytest.raises(NoSeatForMoney):
        cast.perform(payment, at=LATE)
    case = MoneyCase.objects.get()

    for decision in ("returned", "kept"):
        with pytest.raises(NotInOurBooks):
            decide(case, decision, note="x", **PROOF)
    with pytest.raises(NotInOurBooks):
        book(case, booking.code, at=LATE)

    assert decide(case, "nothing").status == "closed"
