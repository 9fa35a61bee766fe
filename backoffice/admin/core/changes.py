"""What a field was and what it became, out of the log of actions."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model
from django.utils import timezone
from django.utils.text import capfirst

from core.fields import MoneyField
from core.models import EventLog
from core.money import som


def what_became(event: EventLog) -> str:
    """For each field, as in "Price: 1 000 000 → 1 200 000"; empty when the act kept not both."""
    before, after = event.details.get("before"), event.details.get("after")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return ""
    model = apps.get_model(event.object_type)
    return "; ".join(_told(model, name, old, after.get(name)) for name, old in before.items())


def _told(model: type[Model], name: str, old: Any, new: Any) -> str:
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        # Renamed or gone since.
        return f"{name}: {old} → {new}"
    return f"{capfirst(str(field.verbose_name))}: {_value(field, old)} → {_value(field, new)}"


def _value(field: Any, text: Any) -> str:
    """What an act wrote as a string, as its page shows it."""
    if text in (None, "", "None"):
        return "–"
    try:
        value = field.to_python(text)
    except ValidationError:
        return str(text)
    if isinstance(value, Decimal):
        return som(value) if isinstance(field, MoneyField) else f"{value.normalize():f}"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%d.%m.%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return str(dict(field.flatchoices).get(value, value))
