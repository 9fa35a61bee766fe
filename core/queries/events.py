"""Reading the event log."""

from datetime import date, timedelta

from django.db.models import Q, QuerySet

from core.clock import local_midnight
from core.ids import id_of
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
        kind, _, text = object_name.partition(":")
        rows = rows.filter(object_type=kind)
        if (pk := id_of(text)) is not None:
            rows = rows.filter(object_id=pk)
    if date_from is not None:
        rows = rows.filter(timestamp__gte=local_midnight(date_from))
    if date_to is not None:
        rows = rows.filter(timestamp__lt=local_midnight(date_to + timedelta(days=1)))
    return rows


def named(rows: QuerySet[EventLog], word: str) -> QuerySet[EventLog]:
    """Events of things whose name begins with ``word`` as it is written, in capitals (codes) or
    with a capital, and of the request of that id."""
    word = word.strip()
    if not word:
        return rows
    found = Q(request_id=word)
    for start in {word, word.upper(), word[0].upper() + word[1:]}:
        found |= Q(object_name__startswith=start)
    return rows.filter(found)


def last_of(*actions: str) -> EventLog | None:
    """The latest event of one of the kinds; each is looked up by its own index entry."""
    first, *rest = (
        EventLog.objects.filter(action=action).order_by("-id")[:1] for action in actions
    )
    return max(first.union(*rest, all=True).order_by(), key=lambda event: event.pk, default=None)


def last_changes_of_settings() -> dict[str, EventLog]:
    """Of each of the platform's settings that was ever changed the last change."""
    rows = EventLog.objects.filter(object_type="constance.constance", action="setting.changed")
    newest = rows.order_by("object_id", "-id").distinct("object_id").select_related("user")
    return {event.object_name: event for event in newest}
