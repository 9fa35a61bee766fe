"""Money on the wire."""

from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from api.pages import PageQuery
from api.schemas.base import CURRENCY, Body, Money

PayoutState = Literal["created", "approved", "sent", "paid", "failed", "cancelled"]


class PaymentOut(Schema):
    id: int
    booking: str
    agency: int
    amount: Money
    refunded: Money
    currency: str = CURRENCY
    provider: Literal["payme"]
    state: Literal["created", "performed", "cancelled", "refunded"]
    created_at: datetime
    performed_at: datetime | None
    cancelled_at: datetime | None


class PaymentPage(Schema):
    results: list[PaymentOut]
    next: str | None


class PayoutQuery(PageQuery):
    status: PayoutState | None = None


class PayoutIn(Body):
    agency: int | None = Field(None, description="Needed by who owns several agencies.")


class PayoutOut(Schema):
    """All that was available to the agency; ``note`` says why it failed or was cancelled."""

    id: int
    agency: int
    amount: Money
    currency: str = CURRENCY
    status: PayoutState
    source: Literal["cycle", "staff", "agency"]
    period_start: date
    period_end: date
    created_at: datetime
    approved_at: datetime | None
    paid_at: datetime | None
    note: str


class PayoutPage(Schema):
    results: list[PayoutOut]
    next: str | None
