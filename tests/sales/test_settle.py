"""A paid booking's money, line by line as the table in DESIGN, section 4, has it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from constance.test import override_config

from core.models import EventLog
from finance.models import AccountingTransaction, ReferralBonus
from finance.queries.balances import agency_balances, bonus_available, platform_balances
from tests import factories
from tests.factories import NOW

K = Decimal(1000)


def lines_of(booking, **where):
    """The lines of the booking's journals as {(debit or credit, account): amount}."""
    journals = AccountingTransaction.objects.filter(booking=booking, **where)
    return {
        ("debit" if line.debit else "credit", line.account.kind): line.debit or line.credit
        for journal in journals
        for line in journal.entries.select_related("account")
    }


def sale_of(booking):
    return lines_of(booking, type="sale")


def test_a_plain_sale_owes_the_agency_what_the_commission_leaves(cast):
    booking = cast.paid(seats=2)

    assert sale_of(booking) == {
        ("debit", "payme"): 2000 * K,
        ("credit", "agency_pending"): 1800 * K,
        ("credit", "commission"): 200 * K,
    }
    journal = booking.journals.get(type="sale")
    assert (journal.agency, journal.posted_at, journal.status) == (cast.silk, NOW, "posted")
    assert agency_balances(cast.silk.pk) == {
        "agency_pending": 1800 * K,
        "agency_available": Decimal(0),
        "agency_reserve": Decimal(0),
    }


def test_a_discount_of_the_agency_lowers_the_gross_and_the_commission(cast):
    """S = 1 000 000, Da = 200 000: G = 800 000, C = 80 000."""
    factories.promotion(tour=cast.silk_tour, discount_percent=20, funded_by="agency")

    assert sale_of(cast.paid()) == {
        ("debit", "payme"): 800 * K,
        ("credit", "agency_pending"): 720 * K,
        ("credit", "commission"): 80 * K,
    }


def test_a_discount_of_the_platform_is_the_platforms_expense(cast):
    """S = 1 000 000, Dp = 100 000: F = 900 000, G = 1 000 000, C = 100 000."""
    factories.promo_code(code="GIFT", discount_percent=10, funded_by="platform")

    assert sale_of(cast.paid(promo_code="GIFT")) == {
        ("debit", "payme"): 900 * K,
        ("debit", "promo_expense"): 100 * K,
        ("credit", "agency_pending"): 900 * K,
        ("credit", "commission"): 100 * K,
    }


def test_bonus_is_paid_out_of_what_was_reserved(cast):
    cast.give_bonus(cast.traveller, 300_000)

    booking = cast.paid(bonus="all")

    assert sale_of(booking) == {
        ("debit", "payme"): 700 * K,
        ("debit", "bonus_reserved"): 300 * K,
        ("credit", "agency_pending"): 900 * K,
        ("credit", "commission"): 100 * K,
    }
    assert cast.balance("bonus_reserved", cast.traveller) == 0
    assert bonus_available(cast.traveller.pk) == 0


def test_all_discounts_at_once_add_up_to_the_tiyin(cast):
    """S = 3 x 1 000 000.33 + 150 000; Da, Dp, B and a commission that does not divide."""
    cast.nomad.commission_percent = Decimal("12.50")
    cast.nomad.save()
    session = factories.session(tour=cast.nomad_tour, price=Decimal("1000000.33"))
    factories.promotion(session=session, discount_percent=Decimal("7.77"), funded_by="agency")
    factories.promo_code(code="GIFT", discount_amount=Decimal("99999.99"), funded_by="platform")
    cast.give_bonus(cast.traveller, Decimal("12345.67"))

    booking = cast.paid(session=session, seats=3, transport="bus", promo_code="GIFT", bonus="all")

    # G = 3 150 000.99 - 244 755.08 (7.77 %, half up) = 2 905 245.91; C = 12.5 % = 363 155.74
    lines = sale_of(booking)
    assert lines == {
        ("debit", "payme"): Decimal("2792900.25"),
        ("debit", "promo_expense"): Decimal("99999.99"),
        ("debit", "bonus_reserved"): Decimal("12345.67"),
        ("credit", "agency_pending"): Decimal("2542090.17"),
        ("credit", "commission"): Decimal("363155.74"),
    }
    assert booking.final_price == Decimal("2792900.25")
    assert sum(lines[key] for key in lines if key[0] == "debit") == Decimal("2905245.91")


@pytest.mark.parametrize(
    ("price", "percent", "commission"),
    [
        ("0.05", "10.00", "0.01"),  # 0.005, half up
        ("0.04", "10.00", None),  # 0.004, down to nothing: no line
        ("333.33", "33.33", "111.10"),  # 111.098889
    ],
)
def test_the_commission_is_rounded_half_up_and_the_agency_has_the_rest(
    cast, price, percent, commission
):
    cast.silk.commission_percent = Decimal(percent)
    cast.silk.save()
    session = factories.session(tour=cast.silk_tour, price=Decimal(price))

    lines = sale_of(cast.paid(session=session))

    taken = Decimal(commission or 0)
    assert lines.get(("credit", "commission")) == (taken or None)
    assert lines[("credit", "agency_pending")] == Decimal(price) - taken


@pytest.mark.parametrize("percent", [0, 100])
def test_a_share_of_nothing_is_no_line(cast, percent):
    cast.silk.commission_percent = percent
    cast.silk.save()

    lines = sale_of(cast.paid())

    left_out = "commission" if percent == 0 else "agency_pending"
    assert len(lines) == 2
    assert ("credit", left_out) not in lines


def test_a_free_booking_is_paid_without_a_journal(cast):
    factories.promo_code(code="FREE", agency=cast.silk, discount_percent=100, funded_by="agency")

    booking = cast.approved(promo_code="FREE")

    booking.refresh_from_db()
    assert booking.status == "paid"
    assert not AccountingTransaction.objects.exists()


def test_a_free_booking_at_the_platforms_cost_still_pays_the_agency(cast):
    factories.promo_code(code="FREE", discount_percent=100, funded_by="platform")

    assert sale_of(cast.approved(promo_code="FREE")) == {
        ("debit", "promo_expense"): 1000 * K,
        ("credit", "agency_pending"): 900 * K,
        ("credit", "commission"): 100 * K,
    }


def test_the_platforms_own_accounts_are_summed_not_kept(cast):
    cast.paid(seats=2)
    cast.paid(session=cast.nomad_session, by=cast.second_traveller)

    balances = platform_balances()

    assert balances["payme"] == 3000 * K
    assert balances["commission"] == 325 * K
    assert balances["bank"] == 0


def test_a_payment_is_logged_with_its_shares(cast):
    booking = cast.paid()

    event = EventLog.objects.get(action="booking.paid")
    assert (event.object_id, event.user, event.role, event.source) == (
        booking.pk,
        None,
        "provider",
        "payme",
    )
    assert event.details["amount"] == "1000000.00"
    assert event.details["commission"] == "100000.00"
    assert event.details["agency_share"] == "900000.00"


# --- the referral bonus


def test_a_partner_earns_his_rate_of_the_cash_pending_for_seven_days(cast):
    """R = F x 5 %, and F is what Payme took: not the platform's promo, not the bonus."""
    cast.give_bonus(cast.traveller, 100_000)
    factories.promo_code(code="GIFT", discount_percent=10, funded_by="platform")

    booking = cast.paid(referral_code="MADINA", promo_code="GIFT", bonus="all")

    assert lines_of(booking, entries__account__kind="referral_expense") == {
        ("debit", "referral_expense"): 40 * K,
        ("credit", "bonus_pending"): 40 * K,
    }
    bonus = ReferralBonus.objects.get()
    assert (bonus.user, bonus.booking, bonus.amount) == (cast.blogger, booking, 40 * K)
    assert (bonus.status, bonus.available_at) == ("pending", NOW + timedelta(days=7))
    assert cast.balance("bonus_pending", cast.blogger) == 40 * K
    assert bonus_available(cast.blogger.pk) == 0
    cast.partner.refresh_from_db()
    assert cast.partner.total_sales == 800 * K
    assert cast.partner.total_commission_paid == 40 * K


def test_the_days_until_a_bonus_matures_are_a_platform_setting(cast):
    with override_config(BONUS_DELAY_DAYS=14):
        cast.paid(referral_code="MADINA")

    assert ReferralBonus.objects.get().available_at == NOW + timedelta(days=14)


def test_a_partner_stopped_before_the_payment_earns_nothing(cast):
    booking = cast.approved(referral_code="MADINA")
    cast.stop_partner()

    cast.pay(booking)

    assert not ReferralBonus.objects.exists()


def test_a_booking_without_cash_earns_no_referral_bonus(cast):
    cast.give_bonus(cast.traveller, 1_000_000)

    cast.approved(referral_code="MADINA", bonus="all")

    assert not ReferralBonus.objects.exists()
