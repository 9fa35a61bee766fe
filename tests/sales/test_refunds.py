"""Money goes back: whole through the provider, or in parts by hand; every party gives its share."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from constance.test import override_config
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.actor import job
from core.models import EventLog
from core.money import ZERO, percent_of, round_money
from core.refusals import NotAllowed
from core.services.proposals import OwnProposal
from finance.models import LedgerEntry, ReferralBonus, Refund
from finance.queries.balances import platform_balances
from finance.queries.bookings import lines_of_refund
from finance.services.bonus import mature_bonus
from finance.services.post import About, Line, post
from finance.services.proof import NoProof, NoReference
from finance.services.refund import (
    MoreThanPaid,
    NothingPaid,
    RefundMoved,
    RefundOpen,
    WholeOnly,
    WhyRefund,
    approve_refund,
    reject_refund,
    send_refund,
)
from finance.services.release import release_pending
from finance.states import AccountKind, JournalType
from sales.queries.refunds import (
    may_be_refunded,
    performed_payment,
    preview_refund,
    suggested_refunds,
)
from sales.services.cancel import cancel_booking
from sales.services.refunds import ask_refund, finish_by_hand
from sales.services.take_back import GivenBackByHand, TourHasRun, cancel_payment
from tests import factories
from tests.cast import PAYME
from tests.examples import some
from tests.factories import NOW
from tests.sales.test_settle import lines_of
from tests.sales.threads import run_together, tally

LATER = NOW + timedelta(days=3)
THE_DAY = datetime(2027, 5, 31, 19, 0, tzinfo=UTC)


def take_back(booking, at=LATER, code=5):
    payment = booking.payments.get()
    return cancel_payment(provider_id=payment.payme_invoice_id, code=code, by=PAYME, at=at)


def mature(bonus):
    """The seven days pass."""
    mature_bonus(bonus_id=bonus.pk, by=job(), at=bonus.available_at)


# --- the provider takes it back


def test_a_refund_ends_the_booking_and_frees_its_seats(cast):
    booking = cast.paid(seats=3)

    payment = take_back(booking)

    booking.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert (payment.state, payment.cancel_code) == ("refunded", 5)
    assert (payment.cancelled_at, payment.performed_at) == (LATER, NOW)
    assert (booking.status, booking.cancel_reason) == ("cancelled", "refund")
    assert booking.cancelled_at == LATER
    assert cast.silk_session.seats_taken == 0
    assert EventLog.objects.get(action="booking.refunded").details["amount"] == "3000000.00"


def test_a_refund_mirrors_the_sale_line_by_line_and_names_it(cast):
    cast.give_bonus(cast.traveller, 50_000)
    factories.promo_code(code="GIFT", discount_percent=10, funded_by="platform")
    booking = cast.paid(seats=2, promo_code="GIFT", bonus="all")
    sale = lines_of(booking, type="sale")

    take_back(booking)

    other = {"debit": "credit", "credit": "debit"}
    # What the traveller had set aside comes back to what he may spend.
    back = {"bonus_reserved": "bonus_available"}
    assert lines_of(booking, type="refund") == {
        (other[side], back.get(kind, kind)): amount for (side, kind), amount in sale.items()
    }
    original = booking.journals.get(type="sale")
    assert original.status == "reversed"
    assert booking.journals.get(type="refund").reverses == original
    assert {kind: sum_ for kind, sum_ in platform_balances().items() if sum_} == {
        "referral_expense": Decimal(50_000)  # the gift itself
    }


def test_the_bonus_goes_back_to_the_traveller(cast):
    cast.give_bonus(cast.traveller, 50_000)
    booking = cast.paid(bonus="all")
    assert cast.balance("bonus_available", cast.traveller) == 0

    take_back(booking)

    assert cast.balance("bonus_available", cast.traveller) == 50_000
    assert cast.balance("bonus_reserved", cast.traveller) == 0
    assert cast.balance("agency_pending", cast.silk) == 0


def test_a_pending_referral_bonus_is_reversed(cast):
    booking = cast.paid(referral_code="MADINA")
    assert cast.balance("bonus_pending", cast.blogger) == 50_000

    take_back(booking)

    assert ReferralBonus.objects.get().status == "reversed"
    assert cast.balance("bonus_pending", cast.blogger) == 0
    assert platform_balances()["referral_expense"] == 0


def test_a_matured_and_spent_referral_bonus_leaves_a_debt(cast):
    """The only way below zero."""
    booking = cast.paid(referral_code="MADINA")
    mature(ReferralBonus.objects.get())
    cast.give_bonus(cast.blogger, -50_000)

    take_back(booking)

    assert ReferralBonus.objects.get().status == "reversed"
    assert cast.balance("bonus_available", cast.blogger) == -50_000


def test_a_partners_totals_follow_the_refund(cast):
    booking = cast.paid(referral_code="MADINA")

    take_back(booking)

    cast.partner.refresh_from_db()
    assert (cast.partner.total_sales, cast.partner.total_commission_paid) == (0, 0)


def test_a_refund_nobody_asked_for_is_written_down_as_the_providers(cast):
    booking = cast.paid()

    take_back(booking)

    refund = Refund.objects.get()
    assert (refund.source, refund.status, refund.done_at) == ("provider", "done", LATER)
    assert refund.amount == booking.final_price


def test_a_refund_that_was_owed_is_done_and_the_booking_keeps_its_story(cast):
    booking = cast.paid()
    cancel_booking(
        booking_id=booking.pk, by=cast.traveller.actor("api"), at=NOW, reason="I am ill."
    )

    take_back(booking)

    refund = Refund.objects.get()
    booking.refresh_from_db()
    cast.silk_session.refresh_from_db()
    assert (refund.source, refund.status, refund.reason) == ("traveller", "done", "I am ill.")
    assert (booking.cancel_reason, booking.cancelled_at) == ("traveller", NOW)
    assert cast.silk_session.seats_taken == 0


def test_a_refund_again_answers_the_first_and_moves_nothing(cast):
    booking = cast.paid()
    first = take_back(booking)

    again = take_back(booking, at=LATER + timedelta(days=1), code=10)

    assert (again.cancelled_at, again.cancel_code) == (first.cancelled_at, 5)
    assert booking.journals.filter(type="refund").count() == 1
    assert Refund.objects.count() == 1


def test_a_tour_that_has_begun_is_not_refunded_by_the_provider(cast):
    booking = cast.paid()

    with pytest.raises(TourHasRun):
        take_back(booking, at=THE_DAY)

    booking.refresh_from_db()
    assert booking.status == "paid"
    assert take_back(booking, at=THE_DAY - timedelta(seconds=1)).state == "refunded"


def test_what_was_cancelled_before_the_tour_may_be_refunded_after_it_began(cast):
    booking = cast.paid()
    cancel_booking(booking_id=booking.pk, by=cast.silk_manager.actor("admin"), at=NOW)

    assert take_back(booking, at=THE_DAY).state == "refunded"


def test_after_a_refund_the_seat_can_be_sold_again(cast):
    booking = cast.paid(seats=20)
    take_back(booking)

    assert cast.paid(seats=20, by=cast.second_traveller, at=LATER).status == "paid"


# --- asked for, agreed to, carried out


def ask(cast, booking, amount, method="by_hand", reason="Rain.", by=None):
    by = (by or cast.accountant).actor("admin")
    return ask_refund(
        booking_id=booking.pk, amount=Decimal(amount), method=method, reason=reason, by=by, at=NOW
    )


def approve(cast, refund):
    if refund.status == "requested":
        by = cast.second_accountant.actor("admin")
        approve_refund(refund_id=refund.pk, by=by, at=NOW)
    return refund


def finish(cast, refund, reference="Order 17", proof="refunds/17.pdf"):
    by = cast.accountant.actor("admin")
    return finish_by_hand(refund_id=refund.pk, reference=reference, proof=proof, by=by, at=LATER)


def give_back_by_hand(cast, booking, amount):
    return finish(cast, approve(cast, ask(cast, booking, amount)))


def test_half_by_hand_takes_half_of_everybodys_share_and_the_booking_stays(cast):
    booking = cast.paid(seats=2, referral_code="MADINA")

    refund = give_back_by_hand(cast, booking, 1_000_000)

    booking.refresh_from_db()
    payment = booking.payments.get()
    assert (refund.status, refund.done_at, refund.reference) == ("done", LATER, "Order 17")
    assert (booking.status, payment.state) == ("paid", "performed")
    assert (payment.refund_total, payment.left) == (1_000_000, 1_000_000)
    assert lines_of(booking, type="refund") == {
        ("debit", "agency_pending"): 900_000,
        ("debit", "commission"): 100_000,
        ("credit", "bank"): 1_000_000,
    }
    assert cast.balance("bonus_pending", cast.blogger) == 50_000
    event = EventLog.objects.get(action="refund.done")
    assert (event.details["reference"], event.object_id) == ("Order 17", booking.pk)


def test_the_whole_by_hand_leaves_the_sale_and_the_payment_standing(cast):
    """The provider still has the payment: only its own word reverses it."""
    booking = cast.paid()

    give_back_by_hand(cast, booking, 1_000_000)

    assert booking.journals.get(type="sale").status == "posted"
    assert booking.journals.get(type="refund").reverses is None
    assert cast.balance("agency_pending", cast.silk) == 0
    assert not may_be_refunded(booking)
    with pytest.raises(NothingPaid):
        ask(cast, booking, 1)


def test_above_the_limit_somebody_else_has_to_agree(cast):
    refund = ask(cast, cast.paid(seats=2), 1_000_001)
    maker, other = (p.actor("admin") for p in (cast.accountant, cast.second_accountant))
    assert (refund.status, refund.created_by) == ("requested", cast.accountant)

    with pytest.raises(OwnProposal):
        approve_refund(refund_id=refund.pk, by=maker, at=NOW)
    with pytest.raises(NotAllowed):
        approve_refund(refund_id=refund.pk, by=cast.support.actor("admin"), at=NOW)
    with pytest.raises(RefundMoved):
        finish(cast, refund)
    approved = approve_refund(refund_id=refund.pk, by=other, at=NOW)

    assert (approved.status, approved.approved_by) == ("approved", cast.second_accountant)
    with pytest.raises(RefundMoved):
        approve_refund(refund_id=refund.pk, by=other, at=NOW)
    assert EventLog.objects.filter(action="refund.approved").count() == 1


def test_up_to_the_limit_nobody_has_to_and_parts_of_a_payment_count_together(cast):
    booking = cast.paid(seats=2)
    reject_refund(
        refund_id=ask(cast, booking, 900_000).pk,
        reason="No.",
        by=cast.accountant.actor("admin"),
        at=NOW,
    )

    refund = ask(cast, booking, 600_000)
    assert (refund.status, refund.approved_by) == ("approved", None)
    finish(cast, refund)
    second = ask(cast, booking, 400_000)
    assert second.status == "approved"
    finish(cast, second)
    assert ask(cast, booking, 1).status == "requested"


@pytest.mark.parametrize(
    ("what", "refusal"),
    [
        ({"amount": 1_000_001}, MoreThanPaid),
        ({"amount": 0}, MoreThanPaid),
        ({"amount": -5}, MoreThanPaid),
        ({"amount": 999_999, "method": "provider"}, WholeOnly),
        ({"amount": 5, "reason": "  "}, WhyRefund),
    ],
)
def test_what_does_not_fit_is_not_asked_for(cast, what, refusal):
    booking = cast.paid()

    with pytest.raises(refusal):
        ask(cast, booking, **what)

    assert not Refund.objects.exists()
    assert ask(cast, booking, 1_000_000, method="provider").status == "approved"


def test_only_accountants_and_admins_ask(cast):
    booking = cast.paid()

    for person in (cast.silk_owner, cast.silk_manager, cast.support, cast.traveller):
        with pytest.raises(NotAllowed):
            ask(cast, booking, 5, by=person)
    assert ask(cast, booking, 5, by=cast.admin).amount == 5


def test_nothing_paid_is_nothing_to_give_back(cast):
    with pytest.raises(NothingPaid):
        ask(cast, cast.approved(), 5)


def test_one_refund_at_a_time_and_a_rejected_one_makes_room(cast):
    booking, by = cast.paid(), cast.second_accountant.actor("admin")
    first = ask(cast, booking, 700_000)

    with pytest.raises(RefundOpen):
        ask(cast, booking, 1)
    with pytest.raises(WhyRefund):
        reject_refund(refund_id=first.pk, reason=" ", by=by, at=NOW)
    rejected = reject_refund(refund_id=first.pk, reason="Not our fault.", by=by, at=NOW)

    assert (rejected.status, rejected.note) == ("rejected", "Not our fault.")
    assert performed_payment(booking).left == 1_000_000
    with pytest.raises(RefundMoved):
        finish(cast, first)
    give_back_by_hand(cast, booking, 700_000)
    with pytest.raises(MoreThanPaid) as refused:
        ask(cast, booking, 300_001)
    assert "300" in refused.value.detail


def test_by_hand_needs_a_reference_and_a_proof(cast):
    refund = ask(cast, cast.paid(), 500_000)

    with pytest.raises(NoReference):
        finish(cast, refund, reference=" ")
    with pytest.raises(NoProof):
        finish(cast, refund, proof="")

    assert not LedgerEntry.objects.filter(transaction__type="refund").exists()


def test_what_payme_refused_may_be_returned_by_hand_and_what_it_has_may_not(cast):
    booking = cast.paid()
    refund, by = ask(cast, booking, 1_000_000, method="provider"), cast.accountant.actor("admin")
    with pytest.raises(RefundMoved):
        finish(cast, refund)
    send_refund(refund_id=refund.pk, by=by, at=NOW)
    with pytest.raises(RefundMoved):
        finish(cast, refund)
    refund.refresh_from_db()
    refund.fail(note="The card is closed.")
    refund.save()

    assert finish(cast, refund).method == "by_hand"
    with pytest.raises(GivenBackByHand):
        take_back(booking)


def test_the_provider_finishes_what_was_asked_for_by_hand(cast):
    """Its word counts: the open part becomes the whole."""
    booking = cast.paid()
    refund = ask(cast, booking, 400_000)

    take_back(booking)

    refund.refresh_from_db()
    assert (refund.status, refund.method, refund.amount) == ("done", "provider", 1_000_000)
    assert booking.payments.get().refund_total == 1_000_000


def test_after_the_tour_payme_gives_back_only_what_the_platform_sent_for(cast):
    booking = cast.paid()
    refund = ask(cast, booking, 1_000_000, method="provider")
    with pytest.raises(TourHasRun):
        take_back(booking, at=THE_DAY)

    send_refund(refund_id=refund.pk, by=cast.accountant.actor("admin"), at=THE_DAY)

    assert take_back(booking, at=THE_DAY).state == "refunded"


def test_money_that_was_paid_out_leaves_the_agency_in_debt(cast):
    booking = cast.paid(seats=2)
    release(booking, percent=10)
    withdraw(cast, cast.balance("agency_available", cast.silk))
    preview = preview_refund(booking, booking.final_price, NOW)

    take_back(booking)

    assert (preview.taken.reserve, preview.taken.available) == (180_000, 1_620_000)
    assert (preview.available_after, preview.owed_by_agency) == (-1_620_000, 1_620_000)
    assert cast.balance("agency_available", cast.silk) == -1_620_000
    assert cast.balance("agency_reserve", cast.silk) == 0


def release(booking, percent):
    with transaction.atomic():
        release_pending(
            booking_id=booking.pk,
            agency_id=booking.agency_id,
            reserve_percent=Decimal(percent),
            by=job(),
            at=NOW,
        )


def withdraw(cast, amount):
    """The agency has its money."""
    lines = [
        Line(AccountKind.AGENCY_AVAILABLE, debit=amount, agency_id=cast.silk.pk),
        Line(AccountKind.BANK, credit=amount),
    ]
    about = About(agency_id=cast.silk.pk)
    with transaction.atomic():
        post(JournalType.ADJUSTMENT, lines, about=about, by=job(), at=NOW)


def test_amounts_to_begin_with(cast):
    booking = cast.paid(seats=2)
    payment = booking.payments.get()
    early = suggested_refunds(booking, payment, NOW)
    late = suggested_refunds(booking, payment, datetime(2027, 5, 20, tzinfo=UTC))
    give_back_by_hand(cast, booking, 1_500_000)
    rest = suggested_refunds(booking, performed_payment(booking), NOW)

    assert (early.whole, early.half, early.by_policy) == (2_000_000, 1_000_000, 2_000_000)
    assert (late.percent, late.by_policy) == (50, 1_000_000)
    assert (rest.whole, rest.half, rest.by_policy) == (500_000, 500_000, 500_000)


# --- never more than was paid


def test_the_database_itself_refuses_more_than_was_paid(cast):
    payment = cast.paid().payments.get()
    payment.refund_total = payment.amount + Decimal("0.01")

    refused = pytest.raises(IntegrityError, match="refunds_never_exceed_what_was_paid")
    with refused, transaction.atomic():
        payment.save(update_fields=["refund_total"])


@pytest.mark.django_db(transaction=True)
def test_ten_who_ask_at_once_get_one_open_refund(cast):
    booking = cast.paid()

    results = run_together([lambda: ask(cast, booking, 600_000) for _ in range(10)])

    assert tally(results) == {"approved": 1, "RefundOpen": 9}
    assert performed_payment(booking).refund_total == 600_000


# --- the preview is what then happens


@dataclass
class Case:
    """A deal and what becomes of it."""

    price: Decimal
    seats: int
    rate: Decimal
    agency_off: int
    platform_off: int
    bonus: Decimal
    is_split: bool
    is_referred: bool
    is_matured: bool
    reserve: int | None
    cuts: list[int]

    def amounts(self, whole):
        """The pieces it goes back in, UZS: at these thousandths."""
        marks = sorted({ZERO, whole, *(round_money(whole * cut / 1000) for cut in self.cuts)})
        return [after - before for before, after in pairwise(marks)]


cases = st.builds(
    Case,
    price=st.integers(5_000_00, 500_000_00).map(lambda n: Decimal(n) / 100),
    seats=st.integers(1, 3),
    rate=st.sampled_from([0, "7.77", 10, "12.50", 33]).map(Decimal),
    agency_off=st.sampled_from([0, 7, 20]),
    platform_off=st.sampled_from([0, 3, 50]),
    bonus=st.sampled_from([0, 333, "1234.56"]).map(Decimal),
    is_split=st.booleans(),
    is_referred=st.booleans(),
    is_matured=st.booleans(),
    reserve=st.sampled_from([None, 0, 13]),
    cuts=st.lists(st.integers(1, 999), max_size=2),
)


@override_config(REFUND_APPROVAL_LIMIT=10**12)
@settings(
    max_examples=some(10),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(case=cases)
def test_the_preview_is_what_the_ledger_gets_and_in_the_end_nothing_is_left(cast, case):
    booking = make_deal(cast, case)
    payment = booking.payments.get()
    amounts = case.amounts(payment.amount)
    by_provider = len(amounts) == 1

    for amount in amounts:
        method = "provider" if by_provider else "by_hand"
        preview = preview_refund(booking, amount, NOW, method=method)
        refund = ask(cast, booking, amount, method=method)
        if by_provider:
            take_back(booking)
        else:
            finish(cast, refund)
        refund.refresh_from_db()
        assert posted(refund) == foretold(preview, booking, by_provider=by_provider)
        assert cast.balance("agency_available", cast.silk) == preview.available_after

    left = Counter()
    for line in LedgerEntry.objects.filter(transaction__booking=booking).select_related("account"):
        left[side_of(line.account.kind)] += line.credit - line.debit
    # What an agency was paid straight by the traveller it owes when we return it for it.
    owed = 0 if by_provider else payment.direct_amount
    assert {kind: amount for kind, amount in left.items() if amount} == (
        {"agency": -owed, "cash": owed} if owed else {}
    )


def make_deal(cast, case):
    cast.silk.commission_percent = case.rate
    cast.silk.collection = "split" if case.is_split else "platform"
    cast.silk.payme_merchant_id = "5e730e8e0b852a417aa49ceb" if case.is_split else ""
    cast.silk.save()
    session = factories.session(tour=cast.silk_tour, price=case.price)
    if case.agency_off:
        factories.promotion(
            session=session, tour=None, discount_percent=case.agency_off, funded_by="agency"
        )
    code = {}
    if case.platform_off:
        promo = factories.promo_code(discount_percent=case.platform_off, funded_by="platform")
        code = {"promo_code": promo.code}
    cast.give_bonus(cast.traveller, case.bonus - cast.balance("bonus_available", cast.traveller))
    booking = cast.paid(
        session=session,
        seats=case.seats,
        bonus="all" if case.bonus else None,
        referral_code="MADINA" if case.is_referred else "",
        **code,
    )
    bonus = ReferralBonus.objects.filter(booking=booking).first()
    if bonus and case.is_matured:
        mature(bonus)
    if case.reserve is not None:
        release(booking, case.reserve)
    return booking


def posted(refund):
    """What a refund posted, as credit less debit by account."""
    sums = Counter()
    for line in lines_of_refund(refund).select_related("account", "transaction"):
        sums[line.transaction.type, line.account.kind] += line.credit - line.debit
    return {key: amount for key, amount in sums.items() if amount}


def foretold(preview, booking, *, by_provider):
    """The same, read off the preview."""
    shares, taken = preview.shares, preview.taken
    reward = "bonus_pending" if preview.reward_is_pending else "bonus_available"
    lines = {
        ("refund", "payme" if by_provider else "bank"): shares.cash - preview.direct,
        ("refund", "bonus_available"): shares.bonus,
        ("refund", "promo_expense"): shares.platform_discount,
        ("refund", "commission"): -shares.commission,
        ("refund", "agency_pending"): -taken.pending,
        ("refund", "agency_reserve"): -taken.reserve,
        ("refund", "agency_available"): -taken.available,
        ("bonus", "referral_expense"): preview.reward,
        ("bonus", reward): -preview.reward,
    }
    return {key: amount for key, amount in lines.items() if amount}


def side_of(kind):
    for side in ("agency", "bonus"):
        if kind.startswith(side):
            return side
    return "cash" if kind in ("payme", "bank") else kind


@pytest.mark.parametrize(("who", "percent"), [("silk_manager", 100), ("traveller", 50)])
def test_a_free_booking_is_previewed_by_its_gross(cast, who, percent):
    factories.promo_code(code="GIFT", discount_percent=60, funded_by="platform")
    cast.give_bonus(cast.traveller, 600_000)
    booking = cast.request(session=cast.swift_session, promo_code="GIFT", bonus="all", source="api")
    assert (booking.status, booking.final_price) == ("paid", 0)
    at = NOW if percent == 100 else datetime(2027, 5, 20, tzinfo=UTC)
    who = cast.swift_owner if who == "silk_manager" else cast.traveller
    gross = percent_of(booking.subtotal, Decimal(percent))
    preview = preview_refund(booking, gross, at)

    cancel_booking(booking_id=booking.pk, by=who.actor("admin"), at=at)

    assert lines_of(booking, type="refund") == {
        ("credit", "promo_expense"): preview.shares.platform_discount,
        ("credit", "bonus_available"): preview.shares.bonus,
        ("debit", "commission"): preview.shares.commission,
        ("debit", "agency_pending"): preview.taken.pending,
    }
    assert preview.given == gross
