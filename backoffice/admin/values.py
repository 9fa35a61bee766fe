"""A field's value as a person reads it."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatch
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext

from core.fields import MoneyField
from core.money import som

NOTHING = "–"
LONGEST = 200


def in_words(value: Any, field: Any = None) -> str:
    """Choices by their names, money with its currency, local times, yes and no, nothing as a dash.

    ``field`` is the model's, where there is one.
    """
    if value is None or value == "":
        return NOTHING
    if isinstance(value, Decimal) and isinstance(field, MoneyField):
        return som(value)
    chosen = dict(getattr(field, "flatchoices", None) or ())
    if isinstance(value, str) and value in chosen:
        return str(chosen[value])
    return Truncator(_said(value)).chars(LONGEST) or NOTHING


@singledispatch
def _said(value: Any) -> str:
    return str(value)


@_said.register
def _(value: bool) -> str:
    return gettext("yes") if value else gettext("no")


@_said.register
def _(value: Decimal) -> str:
    return f"{value.normalize():f}"


@_said.register
def _(value: datetime) -> str:
    return f"{timezone.localtime(value):%d.%m.%Y %H:%M}"


@_said.register
def _(value: date) -> str:
    return f"{value:%d.%m.%Y}"


@_said.register
def _(value: dict) -> str:  # type: ignore[type-arg]
    return ", ".join(f"{key}: {in_words(each)}" for key, each in value.items())


@_said.register(list)
@_said.register(tuple)
@_said.register(QuerySet)
def _(value: Iterable[Any]) -> str:
    return "; ".join(in_words(each) for each in value)
