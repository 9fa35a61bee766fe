"""Money on the wire."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from api.schemas.base import CURRENCY, Money


class PaymentOut(Schema):
    id: int
    booking: str
    agency: int
    amount: Money
    currency: str = CURRENCY
    provider: Literal["payme"]
    state: Literal["created", "performed", "cancelled", "refunded"]
    created_at: datetime
    performed_at: datetime | None
    cancelled_at: datetime | None


class PaymentPage(Schema):
    results: list[PaymentOut]
    next: str | None
