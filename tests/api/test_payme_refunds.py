"""Refunds and late money as Payme's server meets them, over HTTP."""

from datetime import timedelta
from decimal import Decimal

from core.clock import local_midnight
from finance.models import MoneyCase, Refund
from finance.services.refund import approve_refund, send_refund
from sales.services.holds import sweep_lapsed_holds
from sales.services.refunds import ask_refund, finish_by_hand
from tests.api.payme_side import stored
from tests.factories import FIRST_DAY, NOW

CANCEL, PERFORM = "CancelTransaction", "PerformTransaction"
LATE = timedelta(hours=2)


def ask(cast, booking, amount, method):
    by = cast.accountant.actor("admin")
    what = {"amount": Decimal(amount), "method": method, "reason": "Rain."}
    return ask_refund(booking_id=booking.pk, by=by, at=NOW, **what)


def test_after_the_tour_a_cancel_is_vetoed_unless_the_platform_has_sent_it(payme, cast, clock):
    booking = cast.approved(seats=2)
    payme_id = payme.performed(booking)
    refund = ask(cast, booking, 2_000_000, "provider")
    clock.move_to(local_midnight(FIRST_DAY))

    assert payme.no(CANCEL, id=payme_id, reason=5) == -31007
    approve_refund(refund_id=refund.pk, by=cast.second_accountant.actor("admin"), at=NOW)
    assert payme.no(CANCEL, id=payme_id, reason=5) == -31007
    send_refund(refund_id=refund.pk, by=cast.accountant.actor("admin"), at=NOW)
    assert payme.ok(CANCEL, id=payme_id, reason=5)["state"] == -2

    refund.refresh_from_db()
    assert (refund.status, stored(payme_id).refund_total) == ("done", 2_000_000)
    assert cast.balance("agency_pending", cast.silk) == 0


def test_what_went_back_by_hand_in_part_is_not_taken_back_whole(payme, cast):
    booking = cast.approved()
    payme_id = payme.performed(booking)
    refund = ask(cast, booking, 250_000, "by_hand")
    by = cast.accountant.actor("admin")
    finish_by_hand(refund_id=refund.pk, reference="1", proof="refunds/1.pdf", by=by, at=NOW)

    assert payme.no(CANCEL, id=payme_id, reason=5) == -31007

    assert stored(payme_id).state == "performed"
    assert Refund.objects.get().amount == 250_000


def test_late_money_is_refused_and_its_case_ends_when_payme_cancels(payme, cast, clock):
    booking = cast.approved(seats=2)
    payme_id = payme.opened(booking)
    clock.shift(LATE)
    sweep_lapsed_holds(at=NOW + LATE)
    cast.paid(seats=19, by=cast.second_traveller, at=NOW + LATE)

    assert payme.no(PERFORM, id=payme_id) == -31008
    case = MoneyCase.objects.get()
    assert (case.status, case.payment.payme_invoice_id) == ("open", payme_id)
    assert payme.ok(CANCEL, id=payme_id, reason=3)["state"] == -1

    case.refresh_from_db()
    assert (case.status, case.decision) == ("closed", "nothing")
