"""Pictures on the wire."""

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from api.pages import PageQuery

Kind = Literal["tour_photo", "gallery", "logo", "avatar"]


class MediaOut(Schema):
    id: int
    type: Kind
    url: str = Field(description="WebP, at most 1600 px.")
    card_url: str = Field(description="At most 800 px.")
    thumb_url: str = Field(description="At most 320 px.")
    width: int
    height: int
    size: int = Field(description="Bytes of `url`.")
    agency: int | None = Field(description="Null for a personal picture.")
    created_at: datetime


class MediaPage(Schema):
    results: list[MediaOut]
    next: str | None


class MediaQuery(PageQuery):
    type: Kind | None = None
