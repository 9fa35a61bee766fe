"""One event: its facts as a table, and what else came of the same request."""

from collections.abc import Collection
from functools import partial
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.admin.core.changes import field_changes
from backoffice.admin.core.odd_events import told_or, unreadable
from backoffice.admin.core.sentences import read_event, readable
from backoffice.admin.display import list_url
from backoffice.admin.field_words import FieldChange
from core.models import EventLog

# Told by the differences, or by the sentence.
TOLD = {"before", "after", "changes", "fields"}
SHOWN = 20
STATE, STATES = "status", {"was", "status"}
NAMES = {
    "amount": _("amount"),
    "file": _("file"),
    "format": _("format"),
    "internal": _("internal"),
    "people": _("people"),
    "percent": _("percent"),
    "phone": _("phone"),
    "reason": _("reason"),
    "rows": _("rows"),
    "seat": _("seat"),
    "seats": _("seats"),
    "was": _("was before"),
}


def event_page(event: EventLog, seen: QuerySet[EventLog]) -> dict[str, Any]:
    """What the page shows under the event's head; ``seen`` is the reader's part of the log."""
    none: list[FieldChange] = []
    changed = told_or(none, field_changes, event)
    told = TOLD if changed else {"changes", "fields"}
    odd = [(gettext("Details"), unreadable(event))]
    return {
        "event": event,
        "differences": changed,
        "facts": told_or(odd, partial(_facts, told=told), event),
        "others": _others(event, seen),
        "others_url": list_url("core.eventlog", q=event.request_id),
    }


def _facts(event: EventLog, told: Collection[str]) -> list[tuple[str, str]]:
    """By their names, without those of ``told`` and those that say nothing."""
    facts = [
        (_fact_name(event, key), _fact(event, key, value))
        for key, value in event.details.items()
        if key not in told
    ]
    return [(name, text) for name, text in facts if text]


def _others(event: EventLog, seen: QuerySet[EventLog]) -> list[Any]:
    if not event.request_id:
        return []
    rows = seen.filter(request_id=event.request_id).exclude(pk=event.pk)
    return [read_event(row) for row in rows.select_related("user").order_by("-id")[:SHOWN]]


def _fact(event: EventLog, key: str, value: Any) -> str:
    field = _field(event, STATE if key in STATES else key)
    chosen = dict(getattr(field, "flatchoices", ()))
    if isinstance(value, str) and value in chosen:
        return str(chosen[value])
    return readable(key, value)


def _field(event: EventLog, name: str) -> Any:
    try:
        return apps.get_model(event.object_type)._meta.get_field(name)
    except (LookupError, FieldDoesNotExist):
        return None


def _fact_name(event: EventLog, key: str) -> str:
    """As the object's own field is called, where it has such a field."""
    name = getattr(_field(event, key), "verbose_name", None) or NAMES.get(key)
    return capfirst(str(name or key.replace("_", " ")))
