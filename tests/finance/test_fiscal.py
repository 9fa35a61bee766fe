"""Lines of a fiscal receipt add up to what was paid, whatever the discount."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from finance.fiscal import Item, ReceiptCodes, receipt_of, spread
from tests.examples import some

CODES = ReceiptCodes("10305008003000000", "1514296", 12)
TIYIN = st.integers(min_value=0, max_value=10**10).map(lambda n: Decimal(n) / 100)
ITEMS = st.lists(
    st.builds(Item, st.just("Seat"), TIYIN, st.integers(min_value=1, max_value=20)),
    min_size=1,
    max_size=6,
)


@given(ITEMS, st.fractions(min_value=0, max_value=1))
@settings(max_examples=some(75), deadline=None, database=None)
def test_the_lines_add_up_to_what_was_paid(items, share):
    total = sum((item.total for item in items), Decimal(0))
    paid = Decimal(int(total * 100 * share.numerator) // share.denominator) / 100

    lines = receipt_of(items, paid=paid, codes=CODES)

    assert sum((line.net for line in lines), Decimal(0)) == paid
    assert len(lines) == sum(1 for item in items if item.total)
    for line in lines:
        assert 0 <= line.discount <= line.price * line.count
        exact = (total - paid) * line.price * line.count / total
        assert abs(line.discount - exact) < Decimal("0.01")


def test_the_odd_tiyin_goes_to_the_line_that_lost_most_and_of_equal_ones_to_the_first():
    three = [Decimal(100)] * 3

    assert spread(Decimal("0.10"), three) == [Decimal("0.04"), Decimal("0.03"), Decimal("0.03")]
    assert spread(Decimal("0.10"), [Decimal(1), Decimal(2)]) == [Decimal("0.03"), Decimal("0.07")]


def test_what_costs_nothing_has_no_line():
    items = [Item("Adult", Decimal(500), 2), Item("Infant", Decimal(0), 1)]

    [line] = receipt_of(items, paid=Decimal(900), codes=CODES)

    assert (line.title, line.count, line.discount) == ("Adult", 2, Decimal(100))
    assert (line.mxik, line.package, line.vat_percent) == ("10305008003000000", "1514296", 12)
