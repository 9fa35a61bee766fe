"""Payme in the admin: receipts, calls, invoices, the tours' codes."""

from datetime import timedelta

import pytest

from backoffice.admin.catalog.exchange.columns import Digits
from catalog.models import Tour
from core.money import som
from finance.models import Invoice, PaymentTransaction, ProviderCall
from finance.services.provider_calls import forget_old_calls, record_call
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, list_of, page_of, said
from tests.factories import NOW


def rows(response) -> list[int]:
    return [row.pk for row in response.context["cl"].result_list]


def test_payments_without_a_receipt_are_listed(cast, sign_in, clock):
    kept, lost, refused = (cast.paid().payments.get() for _ in range(3))
    kept.fiscal_perform = {"status_code": 0, "receipt_id": "1"}
    refused.fiscal_perform = {"status_code": 3, "receipt_id": "2", "message": "no code"}
    PaymentTransaction.objects.bulk_update([kept, refused], ["fiscal_perform"])
    cast.open(cast.approved())
    browser = sign_in(cast.accountant)

    def missing():
        return rows(browser.get(list_of(PaymentTransaction), {"receipt": "missing"}))

    assert missing() == []
    clock.shift(timedelta(minutes=61))
    assert missing() == [refused.pk, lost.pk]


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://ofd.soliq.uz/check?t=1&r=2", True),
        ("javascript:alert(1)", False),
        ('https://x"><script>alert(1)</script>', True),
        ("http://", False),
        ("http://[", False),
    ],
)
def test_the_page_of_a_receipt_is_linked_when_it_is_on_the_web(cast, sign_in, url, is_link):
    payment = cast.paid().payments.get()
    payment.fiscal_perform = {
        "status_code": 0,
        "receipt_id": "121",
        "qr_code_url": url,
        "date": "20270301110500",
    }
    payment.save()

    page = sign_in(cast.accountant).get(page_of(payment)).content.decode()

    assert "№ 121 · 01.03.2027 11:05:00" in page
    assert ('target="_blank" rel="noopener noreferrer">Receipt' in page) is is_link
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def call(method, params, answer, **rest):
    body = {"method": method, "params": params, "id": 1}
    fields = {"method": method, "request": body, "answer": answer, **rest}
    return factories.provider_call(**fields)


def test_calls_are_found_by_the_payment_and_by_the_booking(cast, sign_in):
    booking = cast.paid()
    payment = booking.payments.get()
    account = {"order_id": booking.code}
    check = call("CheckPerformTransaction", {"amount": 1, "account": account}, {"result": {}})
    perform = call("PerformTransaction", {"id": payment.payme_invoice_id}, {"result": {}})
    wrong = call("CheckTransaction", {"id": "x"}, {"error": {"code": -31003}}, code=-31003)
    browser = sign_in(cast.support)

    def found(**query):
        return rows(browser.get(list_of(ProviderCall), query))

    assert found(q=booking.code.lower()) == [perform.pk, check.pk]
    assert found(q=payment.payme_invoice_id) == [perform.pk]
    assert found(method="CheckTransaction") == [wrong.pk]
    assert found(outcome="ok") == [perform.pk, check.pk]
    assert found(outcome="error") == found(outcome="-31003") == [wrong.pk]
    page = browser.get(page_of(perform)).content.decode()
    assert page_of(booking) in page
    assert page_of(payment) in page
    assert "no such payment (-31003)" in browser.get(page_of(wrong)).content.decode()


def test_what_is_kept_of_a_call_is_bounded_masked_and_forgotten_in_time(db):
    body = (
        b'{"method": "receipts.pay", "params": {"id": "x", "token": "T0KEN", "card": {"number":'
        b' "8600495473316478"}, "note": ["to 8600495473316478 please"], "password": "p4ss"}}'
    )
    big = {"result": {"transactions": ["x" * 100] * 1000}}
    for answer, at in (({"result": {}}, NOW), (big, NOW - timedelta(days=91)), (None, NOW)):
        record_call(
            provider="payme", body=body, answer=answer, remote_ip=None, milliseconds=1, at=at
        )

    first, large, lost = ProviderCall.objects.order_by("pk")
    assert first.request["params"] == {
        "id": "x",
        "token": "***",
        "card": "***",
        "note": ["to *** please"],
        "password": "***",
    }
    assert large.answer == {"cut": "104030 bytes"}
    assert (lost.answer, lost.code) == (None, 0)
    assert forget_old_calls(at=NOW) == 1
    assert set(ProviderCall.objects.all()) == {first, lost}


# --- invoices


def test_the_dialog_offers_the_travellers_phone_and_checks_what_is_typed(cast, sign_in):
    cast.traveller.phone = "+998 90 123 45 67"
    cast.traveller.save(update_fields=["phone"])
    booking = cast.approved()
    browser = sign_in(cast.support)

    dialog = browser.get(action_on(booking, "invoice")).content.decode()
    assert 'value="+998 90 123 45 67"' in dialog
    assert som(booking.final_price) in dialog
    for wrong in ("", "12345", "+7 900 123 45 67", "998 90 123 45 678"):
        again = browser.post(action_on(booking, "invoice"), SUBMIT | {"phone": wrong})
        assert again.status_code == 200
    assert "Write the phone as" in again.content.decode()
    assert not Invoice.objects.exists()


def test_only_who_may_and_only_what_waits_for_money_gets_an_invoice(cast, sign_in, settings):
    settings.PAYME_SUBSCRIBE_URL = "http://127.0.0.1:9/api"
    approved, paid, asked = cast.approved(), cast.paid(), cast.request()
    address = action_on(approved, "invoice")

    def offered(person, booking):
        page = sign_in(person).get(page_of(booking)).content.decode()
        return action_on(booking, "invoice") in page

    assert offered(cast.support, approved)
    assert offered(cast.accountant, approved)
    assert not offered(cast.silk_manager, approved)
    assert not offered(cast.support, paid)
    assert not offered(cast.support, asked)
    phone = SUBMIT | {"phone": "901234567"}
    assert sign_in(cast.silk_owner).post(address, phone).status_code == 403
    assert sign_in(cast.nomad_owner).post(address, phone).status_code in (403, 404)
    late = sign_in(cast.support).post(action_on(paid, "invoice"), phone)
    assert said(late) == ["This booking is already paid."]
    assert not Invoice.objects.exists()

    # The test's transaction is around it all: what matters here is what the page says.
    failed = sign_in(cast.support).post(address, phone)
    invoice = Invoice.objects.get()
    assert (invoice.phone, invoice.status) == ("998901234567", "failed")
    assert failed.url == page_of(invoice)
    assert said(failed) == ["Invoice: failed. Payme was not reached; nothing was sent."]


def test_an_invoices_page_offers_what_fits_its_state(cast, sign_in):
    states = {
        "new": {"close"},
        "created": {"send_once_more"},
        "sent": set(),
        "unknown": {"look_up", "close"},
        "failed": set(),
    }
    browser = sign_in(cast.accountant)

    for status, expected in states.items():
        made = {"status": status, "receipt_id": f"r{status}"} if status != "new" else {}
        invoice = factories.invoice(booking=cast.approved(), **made)
        page = browser.get(page_of(invoice)).content.decode()
        shown = {a for a in ("close", "send_once_more", "look_up") if action_on(invoice, a) in page}
        assert shown == expected, status
    unknown = Invoice.objects.get(status="unknown")
    browser.post(action_on(unknown, "close"), SUBMIT)
    unknown.refresh_from_db()
    assert unknown.status == "failed"
    assert sign_in(cast.silk_owner).post(action_on(unknown, "close"), SUBMIT).status_code == 403


# --- the tours' codes


def test_a_code_that_a_spreadsheet_has_rounded_is_refused():
    assert Digits().clean("10305008003000123") == "10305008003000123"
    assert Digits().clean(1514296.0) == "1514296"
    with pytest.raises(ValueError, match="format its cell as text"):
        Digits().clean(1.0305008003000123e16)


def test_tours_on_sale_without_codes_are_listed_until_the_platform_has_its_own(cast, sign_in):
    from constance import config

    codes = {"mxik_code": "1" * 17, "package_code": "7"}
    Tour.objects.filter(pk=cast.silk_tour.pk).update(**codes)
    factories.tour(status="draft")
    browser = sign_in(cast.accountant)

    def codeless():
        return set(rows(browser.get(list_of(Tour), {"todo": "codeless"})))

    assert codeless() == {cast.nomad_tour.pk, cast.swift_tour.pk}
    config.FISCAL_MXIK, config.FISCAL_PACKAGE = "1" * 17, "7"
    assert codeless() == set()
