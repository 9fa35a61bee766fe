"""What we ask Payme for: an invoice to a phone, a refund. Payme is played over HTTP and calls the
live server back."""

import json
from datetime import timedelta

import httpx
import pytest
from django.conf import settings

from finance.models import AccountingTransaction, Invoice, ProviderCall, Refund
from finance.outbound import push_refund
from finance.providers.payme.fake import FakePayme, Fault, serving
from finance.providers.payme.sandbox import Cashbox
from finance.services.invoices import InvoiceMoved, InvoiceUnclear, close_invoice
from finance.services.refund import RefundMoved
from sales.models import Booking
from sales.outbound import (
    look_up_invoice,
    look_up_refund,
    look_up_sent_refunds,
    send_again,
    send_invoice,
)
from sales.services.refunds import ask_refund
from tests.api.payme_side import PATH, stored
from tests.factories import FIRST_DAY, NOW

PHONE = "998901234567"


@pytest.fixture
def fake(live_server):
    merchant = Cashbox(f"{live_server.url}{PATH}", "Paycom", settings.PAYME_KEY, "order_id", "", 0)
    fake = FakePayme(merchant, settings.PAYME_MERCHANT_ID)
    yield fake
    merchant.client.close()


@pytest.fixture
def at_payme(fake, settings):
    """The address of Payme's side."""
    with serving(fake) as url:
        settings.PAYME_SUBSCRIBE_URL = f"{url}/api"
        yield url


@pytest.fixture
def by(cast):
    return cast.accountant.actor("admin")


def send(booking, by, phone="+998 90 123-45-67"):
    return send_invoice(booking_id=booking.pk, phone=phone, by=by, at=NOW)


def owed(booking, by):
    """A whole refund through Payme, ready to be sent."""
    return ask_refund(
        booking_id=booking.pk,
        amount=booking.final_price,
        method="provider",
        reason="Asked for it.",
        by=by,
        at=NOW,
    )


# --- an invoice


def test_an_invoice_goes_to_the_phone_and_pays_the_booking(fake, at_payme, cast, by):
    booking = cast.approved(seats=2)

    invoice = send(booking, by)
    receipt = fake.receipts[invoice.receipt_id]

    assert (invoice.status, invoice.sent_at) == ("sent", NOW)
    assert (receipt.amount, receipt.account) == (200_000_000, {"order_id": booking.code})
    assert receipt.sent_to == [PHONE]
    told = httpx.post(f"{at_payme}/pay/{receipt.id}").json()
    assert told["receipt"]["state"] == 4
    booking.refresh_from_db()
    invoice.refresh_from_db()
    assert (booking.status, invoice.status) == ("paid", "paid")
    assert stored(receipt.id).booking == booking
    again = httpx.post(f"{at_payme}/pay/{receipt.id}").json()
    assert again["error"]["code"] == -31630
    asked = ProviderCall.objects.filter(method__startswith="receipts.").order_by("pk")
    assert list(asked.values_list("method", "code")) == [
        ("receipts.create", None),
        ("receipts.send", None),
    ]
    assert settings.PAYME_KEY not in json.dumps(list(asked.values("request", "answer")))


def test_an_invoice_without_an_answer_is_looked_up_never_repeated(fake, at_payme, cast, by):
    booking = cast.approved()
    fake.faults.append(Fault("receipts.create", "drop"))

    lost = send(booking, by)

    assert (lost.status, lost.receipt_id, len(fake.receipts)) == ("unknown", "", 1)
    with pytest.raises(InvoiceUnclear):
        send(booking, by)
    with pytest.raises(InvoiceMoved):
        look_up_invoice(invoice_id=lost.pk, by=by, at=NOW)
    assert close_invoice(invoice_id=lost.pk, by=by, at=NOW).status == "failed"

    fake.faults.append(Fault("receipts.send", "lost"))
    unsent = send(booking, by)
    assert (unsent.status, bool(unsent.receipt_id)) == ("unknown", True)
    fake.faults.extend([Fault("receipts.get", "error")] * 3)
    assert look_up_invoice(invoice_id=unsent.pk, by=by, at=NOW).status == "unknown"
    assert look_up_invoice(invoice_id=unsent.pk, by=by, at=NOW).status == "created"
    assert fake.receipts[unsent.receipt_id].sent_to == []
    assert send_again(invoice_id=unsent.pk, by=by, at=NOW).status == "sent"
    assert fake.receipts[unsent.receipt_id].sent_to == [PHONE]
    with pytest.raises(InvoiceMoved):
        send_again(invoice_id=unsent.pk, by=by, at=NOW)

    # Both receipts can be paid at Payme; the booking takes one of them.
    first, second = fake.receipts
    assert "receipt" in httpx.post(f"{at_payme}/pay/{first}").json()
    assert httpx.post(f"{at_payme}/pay/{second}").json()["error"]["code"] == -31051


def test_an_invoice_that_payme_never_saw_has_failed(cast, by, settings, live_server):
    settings.PAYME_SUBSCRIBE_URL = "http://127.0.0.1:9/api"

    invoice = send(cast.approved(), by)

    assert (invoice.status, invoice.error) == (
        "failed",
        "Payme was not reached; nothing was sent.",
    )


# --- a refund


def test_a_refund_is_pushed_and_paymes_own_call_completes_it(fake, at_payme, cast, by, payme):
    booking = cast.approved(seats=1)
    payme_id = payme.performed(booking)
    refund = owed(booking, by)
    assert refund.status == "approved"

    done = push_refund(refund_id=refund.pk, by=by, at=NOW)

    booking.refresh_from_db()
    assert (done.status, done.done_at) == ("done", NOW)
    assert (stored(payme_id).state, booking.status) == ("refunded", "cancelled")
    assert cast.balance("agency_pending", cast.silk) == 0
    assert AccountingTransaction.objects.filter(type="refund").count() == 1
    with pytest.raises(RefundMoved):
        push_refund(refund_id=refund.pk, by=by, at=NOW)


def test_a_refund_whose_answer_is_lost_is_done_or_looked_up(fake, at_payme, cast, by, payme):
    first, second = cast.approved(), cast.approved(by=cast.second_traveller)
    for booking in (first, second):
        payme.performed(booking)
    # Payme has called back before it hung up.
    fake.faults.append(Fault("receipts.cancel", "drop"))
    assert push_refund(refund_id=owed(first, by).pk, by=by, at=NOW).status == "done"

    fake.faults.append(Fault("receipts.cancel", "lost"))
    sent = push_refund(refund_id=owed(second, by).pk, by=by, at=NOW)
    assert sent.status == "sent"
    assert "look it up" in sent.note
    with pytest.raises(RefundMoved):
        push_refund(refund_id=sent.pk, by=by, at=NOW)
    failed = look_up_refund(refund_id=sent.pk, by=by, at=NOW)
    assert (failed.status, failed.note) == ("failed", "Payme has not given the money back.")
    assert push_refund(refund_id=sent.pk, by=by, at=NOW).status == "done"
    assert Booking.objects.filter(status="cancelled").count() == 2


def test_a_refund_that_payme_made_and_did_not_tell_us_is_completed(
    fake, at_payme, cast, by, payme, settings
):
    booking = cast.approved()
    payme_id = payme.performed(booking)
    refund = owed(booking, by)
    fake.faults.append(Fault("receipts.cancel", "lost"))
    push_refund(refund_id=refund.pk, by=by, at=NOW)
    fake.get({"id": payme_id})
    fake.receipts[payme_id].stage = 21
    assert look_up_refund(refund_id=refund.pk, by=by, at=NOW).note.endswith("(state 21).")

    fake.receipts[payme_id].stage = 50
    # Nobody presses anything: the job asks, once Payme has been silent for long enough.
    assert look_up_sent_refunds(at=NOW + timedelta(minutes=9)) == 0
    assert look_up_sent_refunds(at=NOW + timedelta(minutes=11)) == 1

    refund.refresh_from_db()
    assert refund.status == "done"
    assert stored(payme_id).cancel_code == 5
    with pytest.raises(RefundMoved):
        look_up_refund(refund_id=refund.pk, by=by, at=NOW)


def test_a_refund_that_was_refused_or_never_sent_can_be_tried_again(
    fake, at_payme, cast, by, payme, settings
):
    booking = cast.approved()
    payme.performed(booking)
    refund = owed(booking, by)
    url = settings.PAYME_SUBSCRIBE_URL

    settings.PAYME_SUBSCRIBE_URL = "http://127.0.0.1:9/api"
    down = push_refund(refund_id=refund.pk, by=by, at=NOW)
    assert (down.status, down.note) == ("failed", "Payme was not reached; nothing was sent.")
    settings.PAYME_SUBSCRIBE_URL = url
    settings.PAYME_MERCHANT_ID = "another"
    refused = push_refund(refund_id=refund.pk, by=by, at=NOW)
    assert (refused.status, refused.note) == ("failed", "Payme refused: access denied (-32504)")
    booking.refresh_from_db()
    assert booking.status == "paid"


def test_what_the_traveller_takes_back_by_himself_after_the_tour_is_vetoed(
    fake, at_payme, cast, payme, clock
):
    """The same cancel at Payme without a refund of ours: nothing moves on either side."""
    payme_id = payme.performed(cast.approved())
    clock.move_to(NOW.replace(month=FIRST_DAY.month, day=FIRST_DAY.day))

    told = httpx.post(
        f"{at_payme}/api",
        json={"id": 1, "method": "receipts.cancel", "params": {"id": payme_id}},
        headers={"X-Auth": fake.auth},
    ).json()

    assert told["error"]["code"] == -31007
    assert (fake.receipts[payme_id].stage, stored(payme_id).state) == (4, "performed")
    assert not Refund.objects.exists()
    assert not Invoice.objects.exists()
