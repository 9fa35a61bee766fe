"""What all schemas share."""

from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field, PlainSerializer, field_validator
from pydantic_core import PydanticCustomError

# UZS as a string with two places: "450000.00".
Money = Annotated[
    Decimal,
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
    Field(description="UZS, a decimal string with two places.", examples=["450000.00"]),
]
AmountIn = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
CURRENCY = "UZS"


class Asked(Schema):
    """What a caller sends: text that PostgreSQL cannot hold is refused."""

    @field_validator("*", mode="before")
    @classmethod
    def _without_nul(cls, value: Any) -> Any:
        if _has_nul(value):
            raise PydanticCustomError("string_pattern_mismatch", "NUL")
        return value


def _has_nul(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, str) and "\x00" in value


class Body(Asked):
    """A request's body: an unknown field is refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Problem(Schema):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[dict[str, str]] | None = None


PROBLEMS = {code: Problem for code in (401, 403, 404, 409, 422, 429, 503)}
