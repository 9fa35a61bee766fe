"""Reading the event log."""

from datetime import date, timedelta

from django.db.models import QuerySet

from core.clock import local_midnight
from core.models import EventLog


def narrow(
    rows: QuerySet[EventLog],
    *,
    user_id: int | None = None,
    action: str = "",
    object_name: str = "",
    date_from: date | None = None,
    date_to: date | None = None,
) -> QuerySet[EventLog]:
    """Filters of the log, combined; ``object_name`` is ``app.model`` or ``app.model:id``, the dates
    are Tashkent's and both inclusive."""
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    if action:
        rows = rows.filter(action=action)
    if object_name:
        kind, _, pk = object_name.partition(":")
        rows = rows.filter(object_type=kind)
        if pk.isdecimal():
            rows = rows.filter(object_id=int(pk))
    if date_from is not None:
        rows = rows.filter(timestamp__gte=local_midnight(date_from))
    if date_to is not None:
        rows = rows.filter(timestamp__lt=local_midnight(date_to + timedelta(days=1)))
    return rows
