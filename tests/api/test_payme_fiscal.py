"""Fiscal receipts over Payme's wire, the split of a payment, and who may call at all."""

import json
from datetime import timedelta
from decimal import Decimal

from constance import config
from django.conf import settings
from django.test import override_settings

from catalog.models import Tour
from core.models import EventLog
from finance.models import ProviderCall
from finance.queries.payments import missing_receipts
from partners.models import TravelAgency
from tests import factories
from tests.api.payme_side import basic, code_of, ms, new_id, order, stored
from tests.factories import NOW

AGENCY_BOX = "64f000000000000000000001"
CHECK = "CheckPerformTransaction"
MXIK, PACKAGE = "10305008003000000", "1514296"
RECEIPT = {
    "receipt_id": 121,
    "status_code": 0,
    "message": "accepted",
    "terminal_id": "EP000000000025",
    "fiscal_sign": "800031554082",
    "qr_code_url": "https://ofd.soliq.uz/check?t=EP000000000025&r=121",
    "date": "20270301110500",
}
HOURS = timedelta(hours=1, seconds=1)


# --- SetFiscalData


def test_the_receipts_of_sale_and_refund_are_kept_apart(payme, cast, clock):
    payme_id = payme.performed(cast.approved())

    def told(kind, **changes):
        data = RECEIPT | changes
        return payme.call("SetFiscalData", {"id": payme_id, "type": kind, "fiscal_data": data})

    assert missing_receipts(NOW + HOURS).count == 1
    assert missing_receipts(NOW + timedelta(minutes=59)).count == 0
    # Not refunded yet: there is nothing that such a receipt could be of.
    assert code_of(told("CANCEL")) == -32001
    rejected = told("PERFORM", status_code=7, message="no such code", receipt_id=None)
    assert rejected["result"] == {"success": True}
    assert stored(payme_id).fiscal_perform["message"] == "no such code"
    assert missing_receipts(NOW + HOURS).amount == Decimal("1000000.00")

    for _again in range(2):
        assert told("PERFORM")["result"] == {"success": True}
    sale = stored(payme_id).fiscal_perform
    assert (sale["receipt_id"], sale["status_code"]) == ("121", 0)
    assert missing_receipts(NOW + HOURS).count == 0

    payme.ok("CancelTransaction", id=payme_id, reason=5)
    assert missing_receipts(NOW + HOURS).count == 1
    assert told("CANCEL", receipt_id="122")["result"] == {"success": True}
    row = stored(payme_id)
    assert (row.fiscal_perform, row.fiscal_cancel["receipt_id"]) == (sale, "122")
    assert missing_receipts(NOW + HOURS).count == 0

    # A receipt made anew counts; one that was not accepted takes nothing away.
    told("PERFORM", receipt_id=123)
    told("PERFORM", receipt_id=124, status_code=1)
    assert stored(payme_id).fiscal_perform["receipt_id"] == "123"
    events = EventLog.objects.filter(action__contains="fiscalised").order_by("pk")
    assert [event.details["receipt"] for event in events] == [
        "no such code",
        "121",
        "122",
        "123",
        "124",
    ]


def test_fiscal_data_that_is_none_is_refused(payme, cast):
    waiting, other = payme.opened(cast.approved()), new_id()
    payme_id = payme.performed(cast.approved(by=cast.second_traveller))
    good = {"id": payme_id, "type": "PERFORM", "fiscal_data": RECEIPT}

    for unknown in (waiting, other):
        assert payme.no("SetFiscalData", **good | {"id": unknown}) == -32001
    data = [None, [], "x", {}, {"status_code": 0}, RECEIPT | {"receipt_id": ""}]
    data += [RECEIPT | {"status_code": code} for code in ("0", True, 1.5, 2**40, None)]
    data += [RECEIPT | {"message": text} for text in ("x" * 501, "\x00", ["x"], {}, True, 1.5)]
    wrong = [{"fiscal_data": each} for each in data]
    wrong += [{"type": kind} for kind in (None, "perform", "", 1, ["PERFORM"], {})]
    wrong += [{"id": each} for each in (None, 17, "", "x" * 65)]
    for change in wrong:
        assert payme.no("SetFiscalData", **good | change) == -32602, change
    assert stored(payme_id).fiscal_perform is None


# --- detail


def test_the_check_lists_what_is_bought_to_the_tiyin(payme, cast):
    Tour.objects.filter(pk=cast.silk_tour.pk).update(child_percent=Decimal("33.33"))
    factories.promo_code(code="THIRD", discount_percent=Decimal("33.33"))
    cast.give_bonus(cast.traveller, Decimal("12345.67"))
    booking = cast.approved(seats=3, transport="bus", promo_code="THIRD", bonus=Decimal("12345.67"))
    booking.travellers.filter(pk=booking.travellers.first().pk).update(kind="child")
    assert payme.check_perform(booking)["result"] == {"allow": True}

    Tour.objects.filter(pk=cast.silk_tour.pk).update(
        mxik_code=MXIK, package_code=PACKAGE, vat_percent=12
    )
    detail = payme.check_perform(booking)["result"]["detail"]

    items = detail["items"]
    assert detail["receipt_type"] == 0
    total = sum(item["price"] * item["count"] - item["discount"] for item in items)
    assert total == order(booking)["amount"]
    assert [item["title"] for item in items] == [
        "Чимган, 01.06.2027: ребёнок",
        "Чимган, 01.06.2027: взрослый",
        "Транспорт: Bus",
    ]
    assert [(item["price"], item["count"]) for item in items] == [
        (100_000_000, 1),
        (100_000_000, 2),
        (5_000_000, 3),
    ]
    assert {(i["code"], i["package_code"], i["vat_percent"]) for i in items} == {
        (MXIK, PACKAGE, 12)
    }


def test_a_tour_without_its_own_codes_takes_the_platforms_pair(payme, cast):
    booking = cast.approved()
    Tour.objects.filter(pk=cast.silk_tour.pk).update(mxik_code="1" * 17, vat_percent=0)
    config.FISCAL_MXIK, config.FISCAL_PACKAGE, config.FISCAL_VAT_PERCENT = MXIK, PACKAGE, 15

    [item] = payme.check_perform(booking)["result"]["detail"]["items"]

    assert (item["code"], item["package_code"], item["vat_percent"]) == (MXIK, PACKAGE, 0)


# --- split


def test_a_split_payment_names_its_receivers_and_they_stay(payme, cast):
    agency = TravelAgency.objects.filter(pk=cast.silk.pk)
    agency.update(collection="split", payme_merchant_id=AGENCY_BOX)
    cast.silk.refresh_from_db()
    booking = cast.approved(seats=2)
    payme_id = new_id()
    receivers = [
        {"id": AGENCY_BOX, "amount": 180_000_000},
        {"id": settings.PAYME_MERCHANT_ID, "amount": 20_000_000},
    ]

    first = payme.create(booking, payme_id)
    agency.update(collection="platform", commission_percent=50)

    assert first["result"]["receivers"] == receivers
    assert payme.create(booking, payme_id) == first
    [row] = payme.ok("GetStatement", **{"from": ms(NOW), "to": ms(NOW)})["transactions"]
    assert row["receivers"] == receivers
    payme.ok("PerformTransaction", id=payme_id)
    assert cast.balance("agency_pending", cast.silk) == 0
    assert payme.ok("CancelTransaction", id=payme_id, reason=5)["state"] == -2
    assert cast.balance("agency_available", cast.silk) == 0


# --- who may call


def test_only_the_key_of_the_mode_opens(payme):
    body = json.dumps({"method": "CheckTransaction", "params": {"id": "x"}, "id": 1})
    live, test = (basic("Paycom", key) for key in (settings.PAYME_KEY, settings.PAYME_TEST_KEY))

    def code(auth):
        return code_of(payme.raw(body, auth=auth).json())

    assert (code(live), code(test)) == (-31003, -32504)
    with override_settings(PAYME_MODE="test"):
        assert (code(live), code(test)) == (-32504, -31003)
        with override_settings(PAYME_TEST_KEY=""):
            assert (code(live), code(basic("Paycom", ""))) == (-32504, -32504)


def test_a_list_of_addresses_lets_nobody_else_in(payme):
    body = json.dumps({"method": "CheckTransaction", "params": {"id": "x"}, "id": 1})

    def code(**headers):
        return code_of(payme.raw(body, **headers).json())

    with override_settings(PAYME_ALLOWED_IPS=["185.234.113.0/28"]):
        assert code() == -32504
        assert code(**{"X-Forwarded-For": "185.234.113.1"}) == -32504
        with override_settings(NUM_PROXIES=1):
            seen = {
                "185.234.113.15": -31003,
                "::ffff:185.234.113.15": -31003,
                "185.234.113.16": -32504,
                "185.234.113.1, 10.0.0.1": -32504,
                "10.0.0.1, 185.234.113.1": -31003,
                "unknown": -32504,
                "": -32504,
            }
            for chain, expected in seen.items():
                assert code(**{"X-Forwarded-For": chain}) == expected, chain
    with override_settings(PAYME_ALLOWED_IPS=["10.0.0.1", "127.0.0.0/8"]):
        assert code() == -31003
    kept = ProviderCall.objects.order_by("pk").values_list("remote_ip", flat=True)
    assert list(kept)[:4] == ["127.0.0.1", "127.0.0.1", "185.234.113.15", "185.234.113.15"]
