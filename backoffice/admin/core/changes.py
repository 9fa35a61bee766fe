"""What a field was and what it became, out of the log of actions."""

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model
from django.utils.text import capfirst

from backoffice.admin.field_words import FieldChange, told_apart, value_in_words
from backoffice.admin.values import NOTHING
from core.models import EventLog


def what_became(event: EventLog) -> str:
    """For each field, as in "Price: 1 000 000 → 1 200 000"; empty when the act kept not both."""
    return "; ".join(str(each) for each in field_changes(event))


def field_changes(event: EventLog) -> list[FieldChange]:
    """Field by field; none when the act kept not both."""
    before, after = event.details.get("before"), event.details.get("after")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []
    model = apps.get_model(event.object_type)
    return [_told(model, name, old, after.get(name)) for name, old in before.items()]


def _told(model: type[Model], name: str, old: Any, new: Any) -> FieldChange:
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        # Renamed or gone since.
        return FieldChange(name, *told_apart(str(old), str(new)))
    title = capfirst(str(field.verbose_name))
    return FieldChange(title, *told_apart(_value(field, old), _value(field, new)))


def _value(field: Any, text: Any) -> str:
    """What an act wrote as a string, as its page shows it."""
    if text in (None, "", "None"):
        return NOTHING
    if field.is_relation or isinstance(text, list | dict):
        # Names, and what was kept as it was.
        return value_in_words(field, text)
    try:
        return value_in_words(field, field.to_python(text))
    except ValidationError:
        return str(text)
