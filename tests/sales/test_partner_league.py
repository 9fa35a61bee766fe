"""The league: what each partner brought, earned and cost, against deals reckoned by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from finance.services.bonus import mature_bonuses
from finance.services.withdrawals import pay_withdrawal
from partners.models import ReferralPartner
from sales.queries.partner_league import ALWAYS, Period, league_queryset, span_of
from tests import factories
from tests.factories import NOW
from tests.finance.card_desk import CardDesk
from tests.sales.test_refunds import take_back

# 1 000 000 a seat, commission 10 %, bonus 5 %.
FEBRUARY = datetime(2027, 2, 28, 18, 59, tzinfo=UTC)
MARCH = datetime(2027, 2, 28, 19, 0, tzinfo=UTC)


def figures(partner, span=ALWAYS, at=NOW):
    rows = ReferralPartner.objects.filter(pk=partner.pk)
    row = league_queryset(rows, at=at, span=span).get()
    names = ("people", "asked", "paid", "sales", "earned", "taken_back", "commission", "cost")
    return {name: getattr(row, name) for name in (*names, "rest")}


@pytest.fixture
def deals(cast):
    """In February one seat; in March two, one that is refunded whole, and one not paid."""

    def brought(**deal):
        return {"referral_code": "MADINA", **deal}

    cast.paid(**brought(at=FEBRUARY))
    cast.paid(**brought(at=MARCH, seats=2, by=cast.second_traveller))
    take_back(cast.paid(**brought(at=MARCH)), at=NOW)
    cast.request(**brought(by=cast.stranger))
    for person, at in ((cast.traveller, FEBRUARY), (cast.stranger, MARCH)):
        factories.referral_touch(user=person, partner=cast.partner, created_at=at)
    factories.referral_touch(user=cast.blogger, partner=cast.partner, refusal="self")
    return cast.partner


def test_figures_of_all_time_are_those_of_his_deals(deals):
    assert figures(deals) == {
        "people": 2,
        "asked": 4,
        "paid": 2,
        "sales": Decimal(3_000_000),
        "earned": Decimal(200_000),
        "taken_back": Decimal(50_000),
        "commission": Decimal(300_000),
        "cost": Decimal(150_000),
        "rest": Decimal(150_000),
    }


def test_a_month_is_local_and_its_money_is_of_the_bookings_paid_in_it(deals):
    last = figures(deals, span_of(Period.LAST_MONTH, NOW))
    this = figures(deals, span_of(Period.THIS_MONTH, NOW))

    assert (last["people"], last["asked"], last["paid"], last["sales"]) == (1, 1, 1, 1_000_000)
    assert (this["people"], this["asked"], this["paid"], this["sales"]) == (1, 3, 1, 2_000_000)
    assert (last["rest"], this["rest"]) == (50_000, 100_000)
    assert span_of("", NOW) == span_of(None, NOW) == ALWAYS


def test_balances_and_the_rate_are_todays(cast, deals):
    factories.partner_rate(partner=deals, percent=Decimal("7.50"))
    desk = CardDesk(cast)
    row = desk.approved(cast.blogger)
    desk.sent(row)
    pay_withdrawal(withdrawal_id=row.pk, reference="1", by=desk.first, at=NOW)
    mature_bonuses(at=FEBRUARY + timedelta(days=7))
    other = factories.referral_partner()

    row = league_queryset(ReferralPartner.objects.filter(pk=deals.pk), at=NOW).get()
    none = figures(other)

    assert (row.percent, row.pending, row.available) == (Decimal("7.50"), 100_000, 50_000)
    assert row.paid_out == 100_000
    assert set(none.values()) == {0}
