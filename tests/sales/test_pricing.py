"""Prices and shares add up to the tiyin, whatever the figures."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.money import percent_of, round_money
from finance.commission import share_sale
from sales.cancellation import refund_percent
from sales.pricing import Discount, best_promotion, compute_price
from tests.examples import some

ZERO = Decimal(0)
TIYIN = Decimal("0.01")

money = st.decimals(min_value=0, max_value=50_000_000, places=2)
percents = st.decimals(min_value=TIYIN, max_value=100, places=2)
payers = st.sampled_from(["agency", "platform"])
discounts = st.builds(
    lambda key, payer, percent, amount: Discount(
        key=key,
        funded_by=payer,
        percent=percent,
        amount=None if percent is not None else amount,
    ),
    st.integers(1, 1000),
    payers,
    st.none() | percents,
    st.decimals(min_value=TIYIN, max_value=10_000_000, places=2),
)
prices = st.builds(
    compute_price,
    unit=money,
    seats=st.integers(1, 50),
    shares=st.lists(st.decimals(min_value=0, max_value=100, places=2), max_size=8),
    transport_per_seat=money,
    promotions=st.lists(discounts, max_size=4),
    promo=st.none() | discounts,
    bonus=money,
    bonus_limit=st.decimals(min_value=0, max_value=100, places=0),
)
several = settings(max_examples=some(100), deadline=None)


def whole_tiyin(amount):
    return amount == round_money(amount)


@several
@given(prices)
def test_the_parts_of_a_price_add_up_and_none_is_negative(price):
    parts = (price.promotion_discount, price.promo_discount, price.bonus_used, price.final)

    assert sum(parts) == price.subtotal
    assert sum(price.seat_prices) + price.transport_total == price.subtotal
    assert sum(price.seat_prices) + price.child_discount == price.unit * len(price.seat_prices)
    assert min(*price.seat_prices, price.child_discount, 0) == 0
    assert all(part >= 0 and whole_tiyin(part) for part in (*parts, price.transport_total))
    assert price.promotion is not None or not price.promotion_discount


@several
@given(prices, percents)
def test_the_shares_of_a_sale_add_up_and_none_is_negative(price, rate):
    discounts = {"agency": ZERO, "platform": ZERO}
    if price.promotion:
        discounts[price.promotion.funded_by] += price.promotion_discount
    if price.promo:
        discounts[price.promo.funded_by] += price.promo_discount

    shares = share_sale(
        subtotal=price.subtotal,
        agency_discount=discounts["agency"],
        platform_discount=discounts["platform"],
        bonus=price.bonus_used,
        rate=rate,
    )

    assert shares.cash == price.final, "what Payme takes is what the traveller was told"
    assert shares.cash + shares.platform_discount + shares.bonus == shares.gross
    assert shares.agency_share + shares.commission == shares.gross
    assert min(shares.cash, shares.agency_share, shares.commission) >= 0
    assert abs(shares.commission - shares.gross * rate / 100) <= TIYIN / 2


@several
@given(st.lists(discounts, min_size=1, max_size=5), money)
def test_no_other_promotion_would_have_been_better(promotions, price):
    best = best_promotion(promotions, price)

    most = max(promotion.off(price) for promotion in promotions)
    assert (best.off(price) if best else ZERO) == most


def test_of_two_equal_promotions_the_older_one_applies():
    pair = [Discount(key=key, funded_by="agency", percent=Decimal(10)) for key in (7, 3)]

    assert best_promotion(pair, Decimal(100)).key == 3


def test_children_pay_their_share_of_a_seat_and_all_of_the_transport():
    price = compute_price(
        unit=Decimal("333.33"),
        seats=4,
        shares=[Decimal(100), Decimal(50), Decimal(0)],
        transport_per_seat=Decimal(10),
    )

    assert price.seat_prices == tuple(map(Decimal, ("333.33", "166.67", "0.00", "333.33")))
    assert price.child_discount == Decimal("499.99")
    assert (price.transport_total, price.subtotal) == (Decimal(40), Decimal("873.33"))


policies = st.lists(
    st.fixed_dictionaries(
        {"days_before": st.integers(0, 90), "refund_percent": st.integers(0, 100)}
    ),
    max_size=5,
)


@several
@given(money, policies, st.integers(-10, 120))
def test_a_refund_is_never_more_than_was_paid(paid, policy, days):
    refund = percent_of(paid, refund_percent(policy, days))

    assert 0 <= refund <= paid
    assert whole_tiyin(refund)


@pytest.mark.parametrize(("days", "percent"), [(31, 100), (30, 100), (29, 50), (7, 50), (6, 0)])
def test_the_nearest_tier_that_is_reached_counts(days, percent):
    policy = [
        {"days_before": 7, "refund_percent": 50},
        {"days_before": 30, "refund_percent": 100},
    ]

    assert refund_percent(policy, days) == percent


@pytest.mark.parametrize(
    ("amount", "percent", "expected"),
    [("0.05", "10", "0.01"), ("0.04", "10", "0.00"), ("0.15", "50", "0.08"), ("99.99", "0", "0")],
)
def test_half_a_tiyin_is_rounded_up(amount, percent, expected):
    assert percent_of(Decimal(amount), Decimal(percent)) == Decimal(expected)
