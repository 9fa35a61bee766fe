"""Money, counts and percents as people read them."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from core.money import counted, percents, som


@pytest.mark.parametrize(
    ("language", "money", "count", "percent"),
    [
        ("ru", "1\xa0250\xa0000\xa0soʻm", "1\xa0050", "7,5\xa0%"),
        ("uz", "1\xa0250\xa0000\xa0soʻm", "1\xa0050", "7,5\xa0%"),
        ("en", "1,250,000\xa0soʻm", "1,050", "7.5\xa0%"),
    ],
)
def test_nothing_of_a_number_breaks_over_lines(language, money, count, percent):
    with override(language):
        assert som(Decimal("1250000.00")) == money
        assert counted(1050) == count
        assert percents(Decimal("7.50")) == percent


def test_idle_zeros_are_not_said():
    with override("en"):
        assert (percents(Decimal("8.00")), percents(Decimal("10.00"))) == ("8\xa0%", "10\xa0%")
        assert som(Decimal("0.50")) == "0.50\xa0soʻm"
