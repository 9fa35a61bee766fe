"""Bookings on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, StrictBool

from api.schemas.base import CURRENCY, AmountIn, Asked, Body, Money

Kind = Literal["adult", "child", "infant"]
Status = Literal["requested", "approved", "paid", "rejected", "cancelled", "expired"]
Name = Annotated[str, Field(min_length=1, max_length=80)]


class TravellerIn(Body):
    first_name: Name
    last_name: Name
    kind: Kind = "adult"


class WishIn(Body):
    """What is asked for; the same for the quote and the booking."""

    session: int = Field(ge=1, lt=2**63)
    seats: int = Field(ge=1, le=1000, strict=True)
    transport: str | None = Field(None, max_length=40, description="A transport option's code.")
    promo_code: str | None = Field(None, max_length=32)
    # Strict: a lax bool would read an amount of 1 as "all of it".
    use_bonus: StrictBool | AmountIn = Field(
        False, description="`true`: as much as fits; or an amount in UZS."
    )
    referral_code: str | None = Field(None, max_length=64)
    comment: str = Field("", max_length=1000)
    travellers: Annotated[list[TravellerIn], Field(max_length=1000)] = []


class PriceOut(Schema):
    """subtotal = seats x unit - child_discount + transport_total;
    final = subtotal - discounts - bonus_used."""

    unit: Money
    child_discount: Money = Field(description="What children and infants pay less.")
    subtotal: Money
    promotion_discount: Money
    promo_discount: Money
    transport_total: Money
    bonus_used: Money
    final: Money
    currency: str = CURRENCY


class QuoteOut(Schema):
    session: int
    seats: int
    available_seats: int
    price: PriceOut


class TourRef(Schema):
    id: int
    title: str


class AgencyRef(Schema):
    id: int
    name: str


class SessionRef(Schema):
    id: int
    date_start: date
    date_end: date
    tour: TourRef
    agency: AgencyRef


class TravellerOut(Schema):
    first_name: str
    last_name: str
    kind: Kind


class BookingOut(Schema):
    id: int
    code: str
    status: Status
    session: SessionRef
    seats: int
    transport: str | None = Field(description="The chosen option's code.")
    travellers: list[TravellerOut]
    price: PriceOut
    promo_code: str | None
    referral_code: str | None
    comment: str
    reason: str = Field(description="Why it was rejected or cancelled, in words.")
    expires_at: datetime | None
    created_at: datetime
    approved_at: datetime | None
    paid_at: datetime | None
    allowed_actions: list[Literal["approve", "reject", "pay", "cancel", "comment"]]


class BookingPage(Schema):
    results: list[BookingOut]
    next: str | None


class CustomerOut(Schema):
    id: int
    first_name: str
    last_name: str
    username: str
    phone: str


class PendingOut(BookingOut):
    """A request as its agency sees it."""

    user: CustomerOut
    available_seats: int


class PendingPage(Schema):
    results: list[PendingOut]
    next: str | None


class ReasonIn(Body):
    reason: str = Field(min_length=1, max_length=300)


class CancelIn(Body):
    reason: str = Field("", max_length=300)


class CancelPreviewOut(Schema):
    """The traveller gets ``refund`` of ``paid``; ``kept`` is not given back."""

    paid: Money
    refund_percent: Money
    refund: Money
    kept: Money
    currency: str = CURRENCY
    days_before: int


class CheckoutOut(Schema):
    checkout_url: str
    amount: Money
    currency: str = CURRENCY
    expires_at: datetime


class CommentIn(Body):
    text: str = Field(min_length=1, max_length=2000)
    is_internal: bool = Field(False, description="Only the agency's side may set it.")


class CommentOut(Schema):
    id: int
    author: str
    mine: bool
    text: str
    is_internal: bool
    created_at: datetime


class CommentPage(Schema):
    results: list[CommentOut]
    next: str | None


class BookingQuery(Asked):
    status: Status | None = None
    cursor: str = Field("", max_length=200)
    page_size: Annotated[int, Field(ge=1, le=50)] = 20
