"""What people are told of their bonus and their withdrawals, in their own language, once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from constance.test import override_config

from finance.services.adjustments import decide_adjustment, propose_bonus_grant
from finance.services.bonus import mature_bonuses
from finance.services.withdrawals import (
    cancel_withdrawal,
    fail_withdrawal,
    pay_withdrawal,
    reject_withdrawal,
)
from notifications.handlers import handle
from notifications.models import Notification
from notifications.services.deliver import deliver_events
from notifications.templates import render
from sales.services.prove import prove_daily
from sales.services.take_back import cancel_payment
from tests.cast import PAYME
from tests.factories import CARD, NOW
from tests.finance.card_desk import HUMO, CardDesk

DAY = timedelta(days=1)


@pytest.fixture
def desk(cast) -> CardDesk:
    return CardDesk(cast)


def told(person):
    """Kind and text of the messages that the person is owed, the oldest first."""
    deliver_events(at=NOW + 30 * DAY, handle=handle)
    rows = Notification.objects.filter(recipient=person).order_by("pk")
    rows = [row for row in rows if row.kind.startswith(("withdrawal", "bonus"))]
    return [(row.kind, render(row.kind, row.payload, "en")) for row in rows]


def test_a_withdrawal_is_told_from_the_request_to_the_card(cast, desk):
    row = desk.approved(cast.blogger)
    desk.sent(row)
    pay_withdrawal(withdrawal_id=row.pk, reference="A-7", by=desk.first, at=NOW)
    fail_withdrawal(withdrawal_id=row.pk, reason="Returned", by=desk.first, at=NOW)

    messages = told(cast.blogger)

    assert [kind for kind, _text in messages] == [
        "withdrawal_requested",
        "withdrawal_approved",
        "withdrawal_paid",
        "withdrawal_failed",
    ]
    asked, approved, paid, failed = (text for _kind, text in messages)
    assert "100\xa0000" in asked
    assert "/withdrawals" in asked
    assert "•••• 6478" in approved
    assert "Payment: A-7." in paid
    assert "Returned" in failed
    assert "back on your bonus balance" in failed
    assert told(cast.blogger) == messages
    assert CARD not in str(list(Notification.objects.values()))
    assert {row.language for row in Notification.objects.filter(recipient=cast.blogger)} == {
        cast.blogger.language
    }


def test_a_new_card_is_told_as_a_warning_and_endings_with_the_money_back(cast, desk):
    first = desk.asked(cast.blogger)
    reject_withdrawal(withdrawal_id=first.pk, reason="Not now", by=desk.first, at=NOW)
    second = desk.asked(cast.blogger, card=HUMO)
    cancel_withdrawal(withdrawal_id=second.pk, by=cast.blogger.actor("bot"), at=NOW)

    kinds, texts = zip(*told(cast.blogger), strict=True)

    assert kinds[1:] == ("withdrawal_rejected", "withdrawal_new_card", "withdrawal_cancelled")
    assert "Not now" in texts[1]
    assert "from 02.03.2027 11:00 on" in texts[2]
    assert "/withdrawals" in texts[2]


def test_a_bonus_is_told_when_it_is_earned_matures_and_is_taken_back(cast):
    first, second = (cast.paid(referral_code="MADINA") for _ in range(2))
    _take_back(second, NOW + DAY)
    mature_bonuses(at=NOW + 8 * DAY)
    _take_back(first, NOW + 9 * DAY)

    messages = told(cast.blogger)

    assert [kind for kind, _text in messages] == [
        "bonus_earned",
        "bonus_earned",
        "bonus_reversed",
        "bonus_matured",
        "bonus_clawed_back",
    ]
    for (_kind, text), booking in zip(messages, (first, second, second, first, first), strict=True):
        assert booking.code in text
        assert "50\xa0000" in text
    assert "from 08.03.2027 on" in messages[0][1]


def test_what_staff_give_and_take_is_told_with_its_reason(cast, desk):
    for amount in (5000, -2000):
        proposed = propose_bonus_grant(
            user_id=cast.traveller.pk,
            amount=Decimal(amount),
            reason="A late bus",
            by=desk.first,
            at=NOW,
        )
        decide_adjustment(adjustment_id=proposed.pk, approve=True, note="", by=desk.second, at=NOW)

    (given, first), (taken, second) = told(cast.traveller)

    assert (given, taken) == ("bonus_granted", "bonus_corrected")
    assert "added 5\xa0000" in first
    assert "taken 2\xa0000" in second
    assert "A late bus" in second


def test_nobody_who_blocked_the_bot_is_written_to(cast, desk):
    cast.blogger.is_reachable = False
    cast.blogger.save()
    desk.asked(cast.blogger)

    assert told(cast.blogger) == []


def test_the_accountants_daily_message_names_what_waits(cast, desk):
    desk.asked(cast.blogger)
    with override_config(ACCOUNTANTS_CHAT_ID=-5):
        prove_daily(at=NOW + DAY)
        deliver_events(at=NOW + DAY, handle=handle)
    daily = Notification.objects.get(chat_id=-5, kind="books_proved")

    assert "withdrawals 1 (100\xa0000" in render(daily.kind, daily.payload, "en")


def _take_back(booking, at):
    payment = booking.payments.get()
    cancel_payment(provider_id=payment.payme_invoice_id, code=5, by=PAYME, at=at)
