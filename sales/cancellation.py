"""What a cancellation gives back: pure arithmetic, no database."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypedDict

from core.money import ZERO


class Tier(TypedDict):
    """Cancelling at least ``days_before`` days ahead gives ``refund_percent`` per cent back."""

    days_before: int
    refund_percent: int


def refund_percent(policy: Sequence[Tier], days_before: int) -> Decimal:
    """The share refunded ``days_before`` days ahead; nothing when no tier fits."""
    fitting = [tier for tier in policy if days_before >= tier["days_before"]]
    if not fitting:
        return ZERO
    return Decimal(max(fitting, key=lambda tier: tier["days_before"])["refund_percent"])
