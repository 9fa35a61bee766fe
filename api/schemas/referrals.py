"""Referral partners and bonus on the wire."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, PlainSerializer, SecretStr

from api.pages import PageQuery
from api.schemas.base import CURRENCY, Asked, Body, Money
from api.schemas.partners import PersonOut

Percent = Annotated[
    Decimal,
    PlainSerializer(lambda percent: f"{percent:.2f}", return_type=str),
    Field(description="Per cent of what a booking costs, two places.", examples=["5.00"]),
]
BonusState = Literal["pending", "available", "reversed"]
WithdrawalState = Literal[
    "requested", "approved", "processing", "paid", "rejected", "cancelled", "failed"
]


class MaturingOut(Schema):
    date: date
    amount: Money


class BalanceOut(Schema):
    """``pending`` can be used on the days of ``maturing``; ``reserved`` is set aside for bookings;
    ``on_its_way`` has been asked for to a card, ``paid_out`` has arrived there. ``available`` is
    negative after refunds that took back more than was left."""

    available: Money
    pending: Money
    reserved: Money
    on_its_way: Money
    paid_out: Money
    maturing: list[MaturingOut]
    currency: str = CURRENCY


class BonusBalanceOut(BalanceOut):
    limit_percent: int = Field(description="How much of a booking's price bonus may pay, %.")
    minimum_withdrawal: Money


class MovementOut(Schema):
    """What was added to each part of the bonus; ``balance`` was available after it."""

    id: int
    at: datetime
    what: Literal[
        "earned",
        "matured",
        "taken_back",
        "reserved",
        "returned",
        "spent",
        "refunded",
        "withdrawn",
        "brought_back",
        "granted",
        "corrected",
    ]
    label: str
    booking: str | None
    withdrawal: int | None
    available: Money
    pending: Money
    reserved: Money
    balance: Money
    currency: str = CURRENCY
    note: str = Field(description="The platform's reason of a grant or a correction.")


class MovementPage(Schema):
    results: list[MovementOut]
    next: str | None


class LinksOut(Schema):
    app: str
    bot: str


class PicturesOut(Schema):
    png: str
    svg: str


class QrOut(Schema):
    """Paths of pictures of the links; they are fetched with the same token."""

    app: PicturesOut
    bot: PicturesOut


class TotalsOut(BalanceOut):
    """``people`` came by the links; ``earned`` of all time, of which refunds have ``taken_back``
    some."""

    people: int
    bookings: int
    paid: int
    earned: Money
    taken_back: Money


class OwnPartnerOut(Schema):
    """The caller's own record; ``percent`` is today's, ``stop_reason`` empty while active."""

    id: int
    code: str
    percent: Percent
    is_active: bool
    stop_reason: str
    links: LinksOut
    qr: QrOut
    totals: TotalsOut


class PartnerOut(Schema):
    """A partner as the platform's staff see him; ``percent`` is today's."""

    id: int
    code: str
    person: PersonOut
    percent: Percent
    is_active: bool
    stop_reason: str
    total_sales: Money
    total_commission_paid: Money
    currency: str = CURRENCY


class PartnerPage(Schema):
    results: list[PartnerOut]
    next: str | None


class PartnerQuery(PageQuery):
    search: str = Field("", max_length=80, description="Staff: a part of a code or of a name.")


class QrQuery(Asked):
    door: Literal["app", "bot"] = "app"
    format: Literal["png", "svg"] = "png"


class BonusQuery(PageQuery):
    status: BonusState | None = None


class BonusOut(Schema):
    """``amount`` was earned, of which refunds have ``taken_back`` some; ``reason`` says why."""

    id: int
    booking: str
    amount: Money
    taken_back: Money
    currency: str = CURRENCY
    status: BonusState
    available_at: datetime = Field(description="May be used from then on, at the earliest.")
    matured_at: datetime | None
    created_at: datetime
    reason: str


class BonusPage(Schema):
    results: list[BonusOut]
    next: str | None


class DealOut(Schema):
    """A booking he brought: what he gets, or would get, of it; ``reason`` says why less."""

    booking: str
    tour: str
    date_start: date
    seats: int
    status: Literal["requested", "approved", "paid", "rejected", "cancelled", "expired"]
    created_at: datetime
    state: Literal["expected", "pending", "available", "reversed", "none"]
    amount: Money
    taken_back: Money
    currency: str = CURRENCY
    available_at: datetime | None
    reason: str


class DealPage(Schema):
    results: list[DealOut]
    next: str | None


class WithdrawalIn(Body):
    """Both texts are secrets: they show themselves in no log, traceback or error page."""

    amount: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=2)]
    card_number: SecretStr = Field(max_length=40, description="16 digits; Uzcard or Humo.")
    init_data: SecretStr = Field(
        description="`Telegram.WebApp.initData` of the last minutes: open the app again for it."
    )


class WithdrawalOut(Schema):
    """``note`` says why it was rejected or failed; the card is not paid to before
    ``held_until``."""

    id: int
    amount: Money
    currency: str = CURRENCY
    card_last4: str
    card_system: Literal["uzcard", "humo"]
    status: WithdrawalState
    created_at: datetime
    held_until: datetime | None
    approved_at: datetime | None
    paid_at: datetime | None
    ended_at: datetime | None
    note: str


class WithdrawalPage(Schema):
    results: list[WithdrawalOut]
    next: str | None
