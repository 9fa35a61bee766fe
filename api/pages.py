"""Lists: ``{"results": […], "next": "<cursor>"|null}`` by key, without counting rows."""

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Any, TypedDict

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from api.schemas.base import Asked
from core.refusals import Invalid


class BadCursor(Invalid):
    message = _("The cursor is not one of ours.")
    field = "cursor"


class PageQuery(Asked):
    cursor: str = Field("", max_length=200, description="`next` of the page before.")
    page_size: Annotated[int, Field(ge=1, le=50)] = 20


Page = Annotated[PageQuery, Query()]


class PageOf[T](TypedDict):
    results: list[T]
    next: str | None


def newest_first[M: Model, T](
    rows: QuerySet[M], page: PageQuery, show: Callable[[M], T]
) -> PageOf[T]:
    """A page of ``rows``, newest id first."""
    rows = rows.order_by("-pk")
    if page.cursor:
        rows = rows.filter(pk__lt=read_cursor(page.cursor, int)[0])
    found = list(rows[: page.page_size + 1])
    more = len(found) > page.page_size
    found = found[: page.page_size]
    return PageOf(
        results=[show(row) for row in found],
        next=make_cursor(found[-1].pk) if more else None,
    )


def make_cursor(*keys: object) -> str:
    """An opaque cursor of the last row's keys."""
    return base64.urlsafe_b64encode("|".join(map(str, keys)).encode()).decode().rstrip("=")


def read_cursor(cursor: str, *types: Callable[[str], Any]) -> list[Any]:
    """The keys in a cursor. Refuses with BadCursor."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = base64.urlsafe_b64decode(padded.encode()).decode().split("|")
        return [read(part) for read, part in zip(types, parts, strict=True)]
    except (ValueError, binascii.Error, ArithmeticError):
        raise BadCursor from None
