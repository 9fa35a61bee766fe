"""People and agencies on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from api.schemas.base import CURRENCY, Body, Money

Text = Annotated[str, Field(max_length=80)]


class RegisterIn(Body):
    init_data: str = Field(description="`Telegram.WebApp.initData` as it is.")
    referral_code: str = Field("", max_length=64)


class AgencyRole(Schema):
    id: int
    name: str
    role: Literal["owner", "manager"]


class ProfileOut(Schema):
    id: int
    telegram_id: int | None
    username: str
    first_name: str
    last_name: str
    phone: str
    avatar: str | None = Field(description="URL of the picture.")
    interests: list[str]
    sphere: str
    specialization: str
    language: Literal["ru", "uz", "en"]
    bonus_balance: Money
    currency: str = CURRENCY
    agencies: list[AgencyRole]


class SignInOut(Schema):
    token: str
    expires_at: datetime
    created: bool
    user: ProfileOut


class ProfileIn(Body):
    """The given fields change, the others stay."""

    first_name: Text | None = None
    last_name: Text | None = None
    phone: Annotated[str, Field(pattern=r"^(\+[0-9]{9,15})?$", max_length=20)] | None = None
    interests: Annotated[list[Text], Field(max_length=30)] | None = None
    sphere: Text | None = None
    specialization: Annotated[str, Field(max_length=120)] | None = None
    language: Literal["ru", "uz", "en"] | None = None


class PersonOut(Schema):
    """Somebody else, as friends see each other."""

    id: int
    username: str
    first_name: str
    last_name: str
    sphere: str
    specialization: str


class FriendshipOut(Schema):
    id: int
    status: Literal["requested", "accepted", "declined"]
    asked_by_me: bool
    created_at: datetime
    user: PersonOut
    goes: bool | None = Field(description="With `?tour_session=`: whether this friend goes.")


class FriendIn(Body):
    user: int = Field(ge=1, lt=2**63)


class AgencyOut(Schema):
    """An agency's public card."""

    id: int
    name: str
    slug: str
    description: str
    phone: str
    email: str
    telegram: str
    address: str
    logo: str | None


class AgencyPage(Schema):
    results: list[AgencyOut]
    next: str | None


class FriendPage(Schema):
    results: list[FriendshipOut]
    next: str | None
