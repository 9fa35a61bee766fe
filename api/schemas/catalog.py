"""The catalogue on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from api.schemas.base import CURRENCY, Asked, Body, Money


class CategoryOut(Schema):
    slug: str
    title: str
    parameters_schema: dict[str, Any]


class SessionBrief(Schema):
    id: int
    date_start: date
    date_end: date
    price: Money
    discounted_price: Money = Field(description="One seat after the best running promotion.")
    capacity: int
    available_seats: int
    status: str


class SessionOut(SessionBrief):
    tour: int
    currency: str = CURRENCY
    chat_joined: bool = Field(description="The caller goes and the session has a Telegram chat.")


class Named(Schema):
    id: int
    name: str


class Slugged(Schema):
    slug: str
    title: str


class TourBrief(Schema):
    id: int
    title: str
    category: Slugged
    agency: Named
    cover: str | None
    price_from: Money | None
    currency: str = CURRENCY
    next_sessions: list[SessionBrief]


class TransportOut(Schema):
    code: str
    title: str
    price: Money = Field(description="Per seat.")


class DayOut(Schema):
    day: int
    title: str
    text: str


class MeetingOut(Schema):
    text: str
    lat: float | None
    lon: float | None


class TierOut(Schema):
    days_before: int
    refund_percent: int


class TourOut(Schema):
    id: int
    title: str
    description: str
    category: Slugged
    agency: Named
    gallery: list[str]
    parameters: dict[str, Any]
    transport_options: list[TransportOut]
    itinerary: list[DayOut]
    inclusions: list[str]
    exclusions: list[str]
    meeting_point: MeetingOut
    age_min: int | None
    cancellation_policy: list[TierOut]
    currency: str = CURRENCY
    sessions: list[SessionBrief]


class TourPage(Schema):
    results: list[TourBrief]
    next: str | None


class SessionPage(Schema):
    results: list[SessionOut]
    next: str | None


class PromotionOut(Schema):
    id: int
    title: str
    tour: int | None
    session: int | None
    discount_percent: Money | None
    discount_amount: Money | None
    valid_to: datetime


class PromoCodeOut(Schema):
    id: int
    code: str
    tour: int | None
    session: int | None
    discount_percent: Money | None
    discount_amount: Money | None
    valid_from: datetime
    valid_to: datetime
    usage_limit: int | None
    per_user_limit: int | None
    used: int
    funded_by: Literal["agency", "platform"]
    is_active: bool


class PromoCodePage(Schema):
    results: list[PromoCodeOut]
    next: str | None


class PromoCheckIn(Body):
    code: str = Field(min_length=1, max_length=32)
    session: int = Field(ge=1, lt=2**63)
    seats: int = Field(ge=1, le=1000, strict=True)


class PromoCheckOut(Schema):
    code: str
    promo_discount: Money
    final: Money
    currency: str = CURRENCY


class TourQuery(Asked):
    """Filters of the list; they combine."""

    category: str = Field("", max_length=50, description="A category's slug.")
    agency: int | None = Field(None, ge=1, lt=2**63)
    date_from: date | None = None
    date_to: date | None = None
    price_min: Annotated[int, Field(ge=0, le=10**12)] | None = None
    price_max: Annotated[int, Field(ge=0, le=10**12)] | None = None
    seats: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="Free seats at least."
    )
    search: str = Field("", max_length=100)
    ordering: Literal["next_date", "price", "-price"] = "next_date"
    cursor: str = Field("", max_length=200)
    page_size: Annotated[int, Field(ge=1, le=50)] = 20


class SessionQuery(Asked):
    tour: int | None = Field(None, ge=1, lt=2**63)
    date_from: date | None = None
    date_to: date | None = None
    available: bool = Field(False, description="Only with free seats.")
    cursor: str = Field("", max_length=200)
    page_size: Annotated[int, Field(ge=1, le=50)] = 20
