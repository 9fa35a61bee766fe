"""A sale given back in parts: whatever the parts, they add up to the sale to the tiyin."""

from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from core.money import ZERO, round_money
from finance.commission import RefundShares, share_refund, share_sale
from tests.examples import some

PARTS = ("cash", "platform_discount", "bonus", "commission", "agency_share")


def tiyin(most, least=0):
    """Amounts from ``least`` to ``most`` tiyin, in UZS."""
    return st.integers(least, int(most)).map(lambda n: Decimal(n) / 100)


@st.composite
def sales(draw, *, free=False):
    """Of few tiyin, where roundings meet, and of many."""
    subtotal = draw(tiyin(100, least=1) | tiyin(10**10, least=1))
    agency = draw(tiyin(subtotal * 100 - 1))
    platform = draw(tiyin((subtotal - agency) * 100))
    rest = subtotal - agency - platform
    return share_sale(
        subtotal=subtotal,
        agency_discount=agency,
        platform_discount=platform,
        bonus=rest if free else draw(tiyin(rest * 100)),
        rate=draw(st.sampled_from([Decimal(0), Decimal(100)]) | tiyin(10_000)),
    )


@st.composite
def cut(draw, whole):
    """``whole`` in up to six pieces, none of nothing."""
    marks = sorted({ZERO, whole, *draw(st.lists(tiyin(whole * 100), max_size=5))})
    return [after - before for before, after in pairwise(marks)]


def add(one, other):
    return RefundShares(**{part: getattr(one, part) + getattr(other, part) for part in PARTS})


def refund_in_pieces(sale, pieces):
    gone = RefundShares()
    for back in pieces:
        shares = share_refund(sale, back=back, before=gone)
        parts = [getattr(shares, part) for part in PARTS]
        assert min(parts) >= 0
        assert all(part == round_money(part) for part in parts)
        given = shares.cash + shares.platform_discount + shares.bonus
        assert given == shares.commission + shares.agency_share
        gone = add(gone, shares)
        assert all(getattr(gone, part) <= getattr(sale, part) for part in PARTS)
    return gone


@settings(max_examples=some(100), deadline=None)
@given(st.data())
def test_any_pieces_of_the_cash_take_back_the_sale_itself(data):
    sale = data.draw(sales().filter(lambda sale: sale.cash))

    gone = refund_in_pieces(sale, data.draw(cut(sale.cash)))

    assert {part: getattr(gone, part) for part in PARTS} == {
        part: getattr(sale, part) for part in PARTS
    }


@settings(max_examples=some(40), deadline=None)
@given(st.data())
def test_what_cost_no_cash_is_given_back_by_its_gross(data):
    sale = data.draw(sales(free=True))
    assert sale.cash == 0

    gone = refund_in_pieces(sale, data.draw(cut(sale.gross)))

    assert (gone.platform_discount, gone.bonus) == (sale.platform_discount, sale.bonus)
    assert (gone.commission, gone.agency_share) == (sale.commission, sale.agency_share)


def test_half_of_the_cash_takes_half_of_everything():
    sale = share_sale(
        subtotal=Decimal(1000),
        agency_discount=ZERO,
        platform_discount=Decimal(100),
        bonus=Decimal(100),
        rate=Decimal(10),
    )

    assert share_refund(sale, back=Decimal(400)) == RefundShares(
        cash=Decimal(400),
        platform_discount=Decimal(50),
        bonus=Decimal(50),
        commission=Decimal(50),
        agency_share=Decimal(450),
    )


def test_the_agency_gives_the_odd_tiyin_and_never_more_than_it_had():
    """At a rate of 100 per cent it had nothing: what is rounded up must not be asked of it."""
    sale = share_sale(
        subtotal=Decimal("0.30"),
        agency_discount=ZERO,
        platform_discount=Decimal("0.09"),
        bonus=Decimal("0.01"),
        rate=Decimal(100),
    )

    first = share_refund(sale, back=Decimal("0.10"))
    rest = share_refund(sale, back=Decimal("0.10"), before=first)

    assert (first.agency_share, rest.agency_share) == (0, 0)
    assert first.commission + rest.commission == sale.commission
