"""``collection = split``: Payme shares a payment between two cashboxes, and the books follow."""

from decimal import Decimal

import pytest

from core.money import ZERO
from finance.models import AccountingTransaction, LedgerEntry, PaymentTransaction
from partners.models import TravelAgency
from sales.services.pay import Attempt, open_payment, perform_payment
from sales.services.take_back import cancel_payment
from tests import factories
from tests.cast import PAYME
from tests.factories import NOW

OURS, THEIRS = "5e730e8e0b852a417aa49ceb", "64f000000000000000000001"
ID = "f" * 24


@pytest.fixture
def split(cast):
    """Silk Road with its own cashbox; commission 10 %, a seat costs a million."""
    rows = TravelAgency.objects.filter(pk=cast.silk.pk)
    rows.update(collection="split", payme_merchant_id=THEIRS)
    return cast


def opened(booking):
    attempt = Attempt(ID, NOW, booking.code, booking.final_price, cashbox=OURS)
    return open_payment(attempt=attempt, by=PAYME, at=NOW)


def lines(kind):
    """{account: credit less debit} of the one journal of ``kind``."""
    journal = AccountingTransaction.objects.get(type=kind)
    rows = LedgerEntry.objects.filter(transaction=journal).select_related("account")
    return {row.account.kind: row.credit - row.debit for row in rows}


def test_the_agency_gets_its_share_and_the_platform_the_rest(split):
    payment = opened(split.approved(seats=2))

    assert payment.receivers == [
        {"id": THEIRS, "amount": 180_000_000},
        {"id": OURS, "amount": 20_000_000},
    ]
    assert payment.direct_amount == Decimal("1800000.00")
    perform_payment(provider_id=ID, cashbox=OURS, by=PAYME, at=NOW)
    assert lines("sale") == {"payme": Decimal(-200_000), "commission": Decimal(200_000)}

    cancel_payment(provider_id=ID, cashbox=OURS, code=5, by=PAYME, at=NOW)
    assert lines("refund") == {"payme": Decimal(200_000), "commission": Decimal(-200_000)}


def test_what_the_platform_gives_of_the_price_the_platform_owes_the_agency(split):
    factories.promo_code(code="HALF", discount_percent=Decimal(50))
    payment = opened(split.approved(promo_code="HALF"))

    # 500,000 are paid; of the 900,000 that are the agency's, 400,000 stay owed.
    assert payment.receivers == [{"id": THEIRS, "amount": 50_000_000}]
    perform_payment(provider_id=ID, cashbox=OURS, by=PAYME, at=NOW)
    assert lines("sale") == {
        "promo_expense": Decimal(-500_000),
        "agency_pending": Decimal(400_000),
        "commission": Decimal(100_000),
    }

    cancel_payment(provider_id=ID, cashbox=OURS, code=5, by=PAYME, at=NOW)
    assert split.balance("agency_pending", split.silk) == ZERO
    assert split.balance("agency_available", split.silk) == ZERO


@pytest.mark.parametrize(
    "agency",
    [
        {"collection": "platform", "payme_merchant_id": THEIRS},
        {"collection": "split", "payme_merchant_id": OURS},
    ],
)
def test_one_cashbox_shares_with_nobody(split, agency):
    TravelAgency.objects.filter(pk=split.silk.pk).update(**agency)

    payment = opened(split.approved())

    assert (payment.receivers, payment.direct_amount) == (None, 0)


def test_an_agency_whose_share_is_nothing_is_left_out(split):
    booking = split.request()
    type(booking).objects.filter(pk=booking.pk).update(commission_percent=100)
    split.approve(booking)

    payment = opened(booking)

    assert payment.receivers == [{"id": OURS, "amount": 100_000_000}]
    assert PaymentTransaction.objects.get().direct_amount == 0
