"""What the demo's content is made of. Money is a string of UZS with two places."""

from dataclasses import dataclass, field
from typing import Any, Literal, NotRequired, TypedDict

type JsonObject = dict[str, Any]
type Language = Literal["ru", "uz", "en"]
type FundedBy = Literal["agency", "platform"]
type StaffRole = Literal["owner", "manager", "accountant", "support", "admin"]


class TransportOption(TypedDict):
    """A way to get there; the price is per seat, the title Russian; so many seats if limited."""

    code: str
    title: str
    title_uz: NotRequired[str]
    title_en: NotRequired[str]
    price: str
    seats: NotRequired[int]


class ItineraryDay(TypedDict):
    """One day of a tour."""

    day: int
    title: str
    text: str


class CancellationTier(TypedDict):
    """Cancelling at least `days_before` days ahead gives `refund_percent` per cent back."""

    days_before: int
    refund_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A type of tour."""

    slug: str
    title_ru: str
    title_uz: str
    title_en: str
    parameters_schema: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """An agency; `color` is the ground of its logo."""

    slug: str
    name: str
    description: str
    phone: str
    email: str
    telegram: str
    address: str
    commission_percent: str
    payme_merchant_id: str
    bank_name: str
    bank_account: str
    bank_mfo: str
    tax_id: str
    auto_approve: bool
    color: str
    collection: str = "platform"
    payout_cycle: str = "dates"
    reserve_percent: str = "0.00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """A tour; `agency` and `category` are slugs; its pictures are in the gallery by its key."""

    key: str
    agency: str
    category: str
    title_ru: str
    title_uz: str
    title_en: str
    description_ru: str
    description_uz: str
    description_en: str
    parameters: JsonObject
    transport_options: list[TransportOption]
    itinerary_ru: list[ItineraryDay]
    inclusions_ru: list[str]
    exclusions_ru: list[str]
    meeting_point_ru: str
    meeting_lat: str
    meeting_lon: str
    age_min: int
    cancellation_policy: list[CancellationTier]
    duration_days: int
    base_price: str
    capacity: int
    min_group_size: int
    guide: str
    # What is not translated is shown in Russian.
    itinerary_uz: list[ItineraryDay] = field(default_factory=list)
    itinerary_en: list[ItineraryDay] = field(default_factory=list)
    inclusions_uz: list[str] = field(default_factory=list)
    inclusions_en: list[str] = field(default_factory=list)
    exclusions_uz: list[str] = field(default_factory=list)
    exclusions_en: list[str] = field(default_factory=list)
    meeting_point_uz: str = ""
    meeting_point_en: str = ""
    age_max: int | None = None
    child_percent: str = "100.00"
    infant_percent: str = "100.00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who lives in Telegram."""

    telegram_id: int
    username: str
    first_name: str
    last_name: str
    phone: str
    language: Language
    sphere: str
    specialization: str
    interests: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blogger:
    """A referral partner."""

    person: Person
    code: str
    commission_percent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Somebody who signs in to the back office; `agency` is a slug, None for the platform."""

    login: str
    first_name: str
    last_name: str
    role: StaffRole
    agency: str | None = None
    telegram_id: int | None = None
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comments:
    """Sentences people write around a booking."""

    traveller_wishes: tuple[str, ...]
    traveller_questions: tuple[str, ...]
    manager_answers: tuple[str, ...]
    internal_notes: tuple[str, ...]
    reject_reasons: tuple[str, ...]
    traveller_cancel_reasons: tuple[str, ...]
    agency_cancel_reasons: tuple[str, ...]
    trip_wishes: tuple[str, ...]
    trip_proposals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promo:
    """A promo code: a percent or an amount; `agency` is a slug, None for every agency."""

    code: str
    funded_by: FundedBy
    agency: str | None = None
    discount_percent: str | None = None
    discount_amount: str | None = None
    usage_limit: int | None = None
    per_user_limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TourPromotion:
    """A price cut on a tour, by its key."""

    title: str
    tour: str
    discount_percent: str
    funded_by: FundedBy


def transport(
    code: str, title: str, price: str, *, uz: str = "", en: str = "", seats: int | None = None
) -> TransportOption:
    """A transport option."""
    option: TransportOption = {"code": code, "title": title, "price": price}
    if uz:
        option["title_uz"] = uz
    if en:
        option["title_en"] = en
    if seats is not None:
        option["seats"] = seats
    return option


def day(number: int, title: str, text: str) -> ItineraryDay:
    """A day of an itinerary."""
    return {"day": number, "title": title, "text": text}


def tiers(*steps: tuple[int, int]) -> list[CancellationTier]:
    """A cancellation policy of (days before, per cent refunded), the earliest first."""
    return [{"days_before": before, "refund_percent": percent} for before, percent in steps]
