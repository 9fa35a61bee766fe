"""Recording what happened: the last beat of every act."""

from datetime import datetime
from typing import Any

from django.db import models, transaction

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
    transaction.on_commit(lambda: events_recorded.send(sender=EventLog), robust=True)
    return event


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)
