"""Money that waits for a decision."""

from decimal import Decimal

from django.db.models import Count, Sum

from core.money import ZERO
from finance.models import MoneyCase
from finance.states import CaseStatus


def open_cases() -> tuple[int, Decimal]:
    """How many cases wait for a decision, and of how much, UZS."""
    found = MoneyCase.objects.filter(status=CaseStatus.OPEN).aggregate(
        count=Count("pk"), amount=Sum("amount", default=ZERO)
    )
    return found["count"], found["amount"]
