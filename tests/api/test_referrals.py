"""Partners and bonus over the API: one's own record, links, bookings, balance and its movements."""

from datetime import timedelta
from decimal import Decimal

import pytest
from constance.test import override_config

from core.actor import Source, job
from finance.models import ReferralBonus
from finance.services.bonus import mature_bonus
from finance.states import BonusStatus
from partners.links import bot_link, qr_png, qr_svg
from partners.models import ReferralPartner
from partners.services.referral import stop_partner
from sales.services.reject import reject_booking
from sales.services.take_back import cancel_payment
from tests import factories
from tests.api.phone import Phone, faulty_fields, problem
from tests.cast import PAYME
from tests.factories import MILLION, NOW

PARTNERS = "referrals/partners/"
QR = f"{PARTNERS}qr/"
BONUSES = "referrals/bonuses/"
BROUGHT = "referrals/bookings/"
BALANCE = "users/bonus/"
MOVEMENTS = f"{BALANCE}movements/"
WEEK = timedelta(days=7)


@pytest.fixture
def madina(cast) -> Phone:
    return Phone(cast.blogger)


def brought(cast, how):
    """A booking by Madina's code."""
    return how(referral_code="MADINA")


def refund(booking):
    invoice = booking.payments.get().payme_invoice_id
    cancel_payment(provider_id=invoice, code=5, by=PAYME, at=NOW)


# --- the partner


def test_a_person_becomes_a_partner_once_and_reads_his_record(cast, traveller):
    problem(traveller.get(PARTNERS), 404, "not_found")

    first, second = traveller.post(PARTNERS), traveller.post(PARTNERS, key="tap")

    partner = ReferralPartner.objects.get(user=cast.traveller)
    none = "0.00"
    assert first.status_code == second.status_code == 201
    assert traveller.get(PARTNERS).json() == first.json() == second.json()
    assert first.json() == {
        "id": partner.pk,
        "code": partner.code,
        "percent": "3.00",
        "is_active": True,
        "stop_reason": "",
        "links": {
            "app": f"https://t.me/circle_tours_bot/app?startapp={partner.code}",
            "bot": f"https://t.me/circle_tours_bot?start={partner.code}",
        },
        "qr": {
            door: {
                kind: f"/api/referrals/partners/qr/?door={door}&format={kind}"
                for kind in ("png", "svg")
            }
            for door in ("app", "bot")
        },
        "totals": {"people": 0, "bookings": 0, "paid": 0, "currency": "UZS", "maturing": []}
        | dict.fromkeys(("earned", "taken_back", "available", "pending"), none)
        | dict.fromkeys(("reserved", "on_its_way", "paid_out"), none),
    }


def test_his_record_tells_the_rate_of_today_what_is_coming_and_why_he_was_stopped(cast, madina):
    factories.partner_rate(partner=cast.partner, percent=Decimal(8))
    factories.referral_touch(partner=cast.partner)
    brought(cast, cast.request)
    refund(brought(cast, cast.paid))
    brought(cast, cast.paid)
    stop_partner(
        partner_id=cast.partner.pk, reason="Fraud", by=cast.admin.actor(Source.ADMIN), at=NOW
    )

    shown = madina.get(PARTNERS).json()

    assert (shown["percent"], shown["is_active"], shown["stop_reason"]) == ("8.00", False, "Fraud")
    totals = shown["totals"]
    assert (totals["people"], totals["bookings"], totals["paid"]) == (1, 3, 1)
    assert (totals["earned"], totals["taken_back"]) == ("160000.00", "80000.00")
    assert (totals["pending"], totals["available"]) == ("80000.00", "0.00")
    assert totals["maturing"] == [{"date": "2027-03-08", "amount": "80000.00"}]


def test_the_platform_reads_all_partners(cast, madina, django_assert_num_queries):
    support = Phone(cast.support)
    with django_assert_num_queries(2):
        [shown] = support.get(PARTNERS).json()["results"]
    factories.partner_rate(partner=factories.referral_partner(code="AZIZ"))
    factories.referral_partner(code="NODIR")

    with django_assert_num_queries(2):
        rows = support.get(PARTNERS).json()["results"]

    assert [(row["code"], row["percent"]) for row in rows] == [
        ("NODIR", "5.00"),
        ("AZIZ", "8.00"),
        ("MADINA", "5.00"),
    ]
    assert rows[2] == shown
    assert shown["person"]["first_name"] == "Madina"
    assert [row["code"] for row in support.walk(PARTNERS, page_size=1)] == [
        row["code"] for row in rows
    ]
    for search, codes in (("azi", ["AZIZ"]), ("madina_t", ["MADINA"]), ("nobody", [])):
        found = support.get(PARTNERS, search=search).json()["results"]
        assert [row["code"] for row in found] == codes
    assert "results" not in madina.get(PARTNERS).json()
    problem(Phone(cast.silk_owner).get(PARTNERS), 404, "not_found")


def test_a_picture_of_ones_own_link(madina, traveller):
    app, bot = madina.get(QR), madina.get(QR, door="bot", format="svg")

    assert app.content.startswith(b"\x89PNG")
    assert app.content != qr_png(bot_link("MADINA"))
    assert bot.content == qr_svg(bot_link("MADINA"))
    assert (app["Content-Type"], bot["Content-Type"]) == ("image/png", "image/svg+xml")
    assert app["Cache-Control"] == "private, max-age=2592000"
    assert "Authorization" in app["Vary"]
    assert app["X-Content-Type-Options"] == "nosniff"
    assert 'filename="MADINA-bot.svg"' in bot["Content-Disposition"]
    problem(traveller.get(QR), 404, "not_found")
    assert faulty_fields(madina.get(QR, door="back", format="gif")) == ["door", "format"]


# --- what he brought


def test_every_booking_he_brought_says_what_it_is_to_him_and_why(cast, madina):
    by = cast.silk_manager.actor(Source.ADMIN)
    brought(cast, cast.request)
    rejected = brought(cast, cast.request)
    reject_booking(booking_id=rejected.pk, reason="No.", by=by, at=NOW)
    matured, refunded, pending = (brought(cast, cast.paid) for _booking in range(3))
    bonus = ReferralBonus.objects.get(booking=matured)
    mature_bonus(bonus_id=bonus.pk, by=job(), at=NOW + WEEK)
    refund(refunded)
    cast.paid()

    response = madina.get(BROUGHT)

    rows = response.json()["results"]
    assert [(row["state"], row["amount"], row["reason"]) for row in rows] == [
        ("pending", "50000.00", ""),
        ("reversed", "50000.00", "the booking was refunded"),
        ("available", "50000.00", ""),
        ("none", "0.00", "the booking was not paid: rejected"),
        ("expected", "50000.00", ""),
    ]
    assert rows[0] == {
        "booking": pending.code,
        "tour": "Chimgan",
        "date_start": "2027-06-01",
        "seats": 1,
        "status": "paid",
        "created_at": "2027-03-01T06:00:00Z",
        "state": "pending",
        "amount": "50000.00",
        "taken_back": "0.00",
        "currency": "UZS",
        "available_at": "2027-03-08T06:00:00Z",
        "reason": "",
    }
    bonuses = madina.get(BONUSES).json()["results"]
    assert [row["status"] for row in bonuses] == ["pending", "reversed", "available"]
    assert bonuses[1]["reason"] == "the booking was refunded"
    assert bonuses[2] == {
        "id": bonus.pk,
        "booking": matured.code,
        "amount": "50000.00",
        "taken_back": "0.00",
        "currency": "UZS",
        "status": "available",
        "available_at": "2027-03-08T06:00:00Z",
        "matured_at": "2027-03-08T06:00:00Z",
        "created_at": "2027-03-01T06:00:00Z",
        "reason": "",
    }
    assert "Dilnoza" not in response.content.decode() + str(bonuses)
    for status in BonusStatus.values:
        [row] = madina.get(BONUSES, status=status).json()["results"]
        assert row["status"] == status
    for path in (BROUGHT, BONUSES):
        assert len(madina.walk(path, page_size=2)) == len(madina.get(path).json()["results"])
        assert Phone(cast.traveller).get(path).json() == {"results": [], "next": None}


def test_what_he_brought_costs_the_same_however_much_it_is(cast, madina, django_assert_num_queries):
    costs = {PARTNERS: 10, BONUSES: 2, BROUGHT: 3, BALANCE: 6, MOVEMENTS: 5}
    for paid in (1, 3):
        while ReferralBonus.objects.count() < paid:
            refund_of = brought(cast, cast.paid)
        if paid == 3:
            refund(refund_of)
        for path, queries in costs.items():
            with django_assert_num_queries(queries):
                assert madina.get(path).status_code == 200


# --- everybody's bonus


def test_everybody_reads_his_bonus_and_every_movement_of_it(cast, traveller):
    cast.give_bonus(cast.traveller, MILLION)
    reserved = cast.approved(bonus=Decimal(250_000))
    with override_config(BONUS_LIMIT_PERCENT=40):
        balance = traveller.get(BALANCE).json()

    assert balance == {
        "available": "750000.00",
        "pending": "0.00",
        "reserved": "250000.00",
        "on_its_way": "0.00",
        "paid_out": "0.00",
        "maturing": [],
        "currency": "UZS",
        "limit_percent": 40,
        "minimum_withdrawal": "50000.00",
    }
    setting_aside, grant = rows = traveller.get(MOVEMENTS).json()["results"]
    assert setting_aside == {
        "id": setting_aside["id"],
        "at": "2027-03-01T06:00:00Z",
        "what": "reserved",
        "label": "set aside for a booking",
        "booking": reserved.code,
        "withdrawal": None,
        "available": "-250000.00",
        "pending": "0.00",
        "reserved": "250000.00",
        "balance": "750000.00",
        "currency": "UZS",
        "note": "",
    }
    assert (grant["what"], grant["note"], grant["booking"]) == (
        "granted",
        "a gift for a test",
        None,
    )
    assert traveller.walk(MOVEMENTS, page_size=1) == rows
    assert traveller.get("users/profile/").json()["bonus_balance"] == "750000.00"
    stranger = Phone(cast.stranger)
    assert stranger.get(MOVEMENTS).json() == {"results": [], "next": None}
    assert stranger.get(BALANCE).json()["available"] == "0.00"


@pytest.mark.parametrize("use_bonus", [True, "900000.00"])
def test_the_quote_and_the_booking_take_no_more_bonus_than_the_limit(cast, traveller, use_bonus):
    cast.give_bonus(cast.traveller, MILLION)
    factories.promo_code(code="TENTH", discount_percent=Decimal(10))
    wish = {"session": cast.silk_session.pk, "seats": 1, "promo_code": "TENTH"}

    with override_config(BONUS_LIMIT_PERCENT=30):
        quoted = traveller.post("bookings/quote/", wish | {"use_bonus": use_bonus})
        booked = traveller.post("bookings/", wish | {"use_bonus": use_bonus})

    assert booked.status_code == 201
    assert quoted.json()["price"] == booked.json()["price"]
    assert (booked.json()["price"]["bonus_used"], booked.json()["price"]["final"]) == (
        "270000.00",
        "630000.00",
    )
    assert cast.balance("bonus_reserved", cast.traveller) == Decimal(270_000)
