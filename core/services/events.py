"""Recording what happened: the last beat of every act."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.utils import translation

from core.actor import Actor
from core.acts import require_transaction
from core.models import EventDelivery, EventLog
from core.signals import events_recorded


def record(
    action: str,
    obj: models.Model,
    *,
    by: Actor,
    at: datetime,
    agency_id: int | None = None,
    **details: Any,
) -> EventLog:
    """Write the event of an act in the act's own transaction, and owe its telling.

    ``details`` must be JSON: ids, codes, strings; Decimals and instants are written as strings.
    """
    require_transaction()
    event = EventLog.objects.create(
        user_id=by.user_id,
        role=by.role,
        source=by.source,
        request_id=by.request_id,
        action=action,
        object_type=obj._meta.label_lower,
        object_id=obj.pk,
        object_name=str(obj)[:120],
        agency_id=agency_id,
        details={key: _plain(value) for key, value in details.items()},
        timestamp=at,
    )
    EventDelivery.objects.create(event=event, next_attempt_at=at)
    _announce_after_commit()
    return event


def field_names(obj: models.Model, columns: Iterable[str]) -> list[str]:
    """What the columns are called, untranslated: a reader's language is chosen when he reads."""
    with translation.override(None):
        return [str(obj._meta.get_field(name).verbose_name) for name in columns]  # type: ignore[union-attr]


def kept(obj: models.Model, columns: Iterable[str]) -> dict[str, Any]:
    """What the columns hold, as an event keeps it in ``before`` and ``after``."""
    return {name: as_kept(getattr(obj, name)) for name in columns}


def as_kept(value: Any) -> Any:
    """Lists and what is JSON as they are, the rest as text."""
    if isinstance(value, list | dict):
        return value
    return "" if value is None else str(value)


def _announce_after_commit() -> None:
    """One announcement a transaction, however many events it recorded."""
    if not any(announced is _announce for _, announced, *_ in connection.run_on_commit):
        transaction.on_commit(_announce, robust=True)


def _announce() -> None:
    events_recorded.send(sender=EventLog)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)
