"""The catalogue on the wire."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, PlainSerializer

from api.schemas.base import CURRENCY, Asked, Body, Money

Percent = Annotated[
    Decimal,
    PlainSerializer(lambda percent: f"{percent:.2f}", return_type=str),
    Field(description="Per cent of the price of a seat, two places.", examples=["50.00"]),
]


class CategoryOut(Schema):
    slug: str
    title: str
    parameters_schema: dict[str, Any] = Field(
        description=(
            "JSON Schema of `parameters`; `title` names a property in the caller's language, "
            "`x-labels` its values in all of them."
        )
    )


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
    chat_joined: bool = Field(description="The caller is in the Telegram group of this session.")


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
    cover: str | None = Field(description="At most 800 px.")
    price_from: Money | None = Field(
        description="UZS, the lowest `discounted_price` of the dates that fit; null without any."
    )
    currency: str = CURRENCY
    next_sessions: list[SessionBrief]


class TransportOut(Schema):
    code: str
    title: str
    price: Money = Field(description="UZS, per seat.")
    seats: int | None = Field(description="Places on one departure; null: no limit of its own.")


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


class PhotoOut(Schema):
    id: int
    url: str = Field(description="At most 1600 px.")
    card_url: str = Field(description="At most 800 px.")
    thumb_url: str = Field(description="At most 320 px.")
    width: int = Field(description="Of `url`, px.")
    height: int = Field(description="Of `url`, px.")


class ParameterOut(Schema):
    name: str
    title: str
    value: str = Field(description="As people read it.")


class PriceRulesOut(Schema):
    """What children pay; who is older pays all of it."""

    child_to_age: int = Field(description="A child is younger than this.")
    child_percent: Percent
    infant_to_age: int = Field(description="An infant is younger than this.")
    infant_percent: Percent


class TourOut(Schema):
    id: int
    title: str
    description: str = Field(
        description=(
            "HTML cleaned on the server: paragraphs, headings, lists, quotes, emphasis and links, "
            "nothing that runs or loads."
        )
    )
    category: Slugged
    agency: Named
    gallery: list[str] = Field(description="`url` of each of `photos`.")
    photos: list[PhotoOut]
    parameters: dict[str, Any]
    parameters_shown: list[ParameterOut] = Field(
        description="`parameters` in words of the caller's language."
    )
    transport_options: list[TransportOut]
    itinerary: list[DayOut]
    inclusions: list[str]
    exclusions: list[str]
    meeting_point: MeetingOut
    age_min: int | None
    age_max: int | None
    price_rules: PriceRulesOut
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
    reach: Literal["session", "tour", "agency"] = Field(
        description="What is cheaper: one date, a tour, or all tours of the agency."
    )
    agency: int
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
    price_min: Annotated[int, Field(ge=0, le=10**12)] | None = Field(
        None, description="UZS for one seat after the running promotion, as `discounted_price`."
    )
    price_max: Annotated[int, Field(ge=0, le=10**12)] | None = Field(
        None, description="UZS for one seat after the running promotion, as `discounted_price`."
    )
    seats: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="Free seats at least."
    )
    search: str = Field(
        "",
        max_length=100,
        description=(
            "Words, all of which a tour must have: in its title, category, meeting point, programme"
            " or description, in Russian, Uzbek or English, in Cyrillic or Latin. The last word may"
            " be unfinished. A word that nothing has is compared with titles, so that a typo finds."
            " What has no words in it narrows nothing."
        ),
    )
    parameters: str = Field(
        "",
        max_length=1000,
        description=(
            "With `category`: a JSON object of its parameters. A value is equalled, of a list "
            "everything is had, a text in several languages is equalled in any one of them, a "
            "number is equalled or lies within `min` and `max`: "
            '`{"difficulty": "easy", "languages": ["en"], "distance_km": {"max": 10}}`.'
        ),
    )
    ordering: Literal["next_date", "price", "-price", "relevance"] = Field(
        "next_date", description="`relevance`: the best fit to `search`, then the next date."
    )
    cursor: str = Field("", max_length=200)
    page_size: Annotated[int, Field(ge=1, le=50)] = 20


class SessionQuery(Asked):
    tour: int | None = Field(None, ge=1, lt=2**63)
    date_from: date | None = None
    date_to: date | None = None
    available: bool = Field(False, description="Only with free seats.")
    cursor: str = Field("", max_length=200)
    page_size: Annotated[int, Field(ge=1, le=50)] = 20
