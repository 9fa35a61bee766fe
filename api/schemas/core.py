"""The event log on the wire."""

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from api.schemas.base import Asked


class EventOut(Schema):
    id: int
    timestamp: datetime
    user: int | None
    role: str
    action: str
    object_type: str
    object_id: int
    object_name: str
    details: dict[str, Any]
    source: str
    request_id: str


class EventPage(Schema):
    results: list[EventOut]
    next: str | None


class EventQuery(Asked):
    user: int | None = Field(None, ge=1, lt=2**63)
    action: str = Field("", max_length=60)
    object: str = Field(
        "",
        max_length=70,
        pattern=r"^([a-z_.]+(:[0-9]{1,18})?)?$",
        description="`sales.booking` or `sales.booking:17`.",
    )
    date_from: date | None = None
    date_to: date | None = None
    cursor: str = Field("", max_length=200)
    page_size: Annotated[int, Field(ge=1, le=50)] = 20
