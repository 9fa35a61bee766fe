"""The machine's health on a first page: what is wrong in words, and its figures."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backoffice.admin.display import list_url
from backoffice.admin.figures import Figure
from backoffice.admin.notifications.operations import (
    ask_worker,
    leaving_figures,
    left_figures,
    machine_figures,
    troubles_of,
)
from core.models import EventSeal
from notifications.queries.operations import Operations, Waiting, operations
from partners.models import User


def health_part(user: User, at: datetime) -> dict[str, Any]:
    """As the page of operations tells it, and the log's last seal."""
    found, worker = operations(at), ask_worker()
    machine = machine_figures(found, worker, user, at)
    figures = [*machine, *leaving_figures(found, user, at), left_figures(found, at)[-1]]
    if user.has_perm("core.view_eventseal"):
        figures.append(_seal())
    url = list_url("notifications.operations")
    return {
        "troubles": troubles_of(_as_minded(found), worker, at),
        # What has no list of its own is told on the page of operations.
        "health": [replace(figure, url=figure.url or url) for figure in figures],
        "operations_url": url,
    }


def _as_minded(found: Operations) -> Operations:
    """Without a bot nothing leaves, and on a laptop that is as it should be: its figures tell."""
    return found if found.has_bot else replace(found, waits_for_bot=False, due=Waiting(0, None))


def _seal() -> Figure:
    last = EventSeal.objects.order_by("-last_event_id").defer("rows").first()
    when = date_format(timezone.localtime(last.sealed_at), "d.m.Y H:i") if last else "–"
    note = _("the log is sealed every ten minutes")
    return Figure(_("Last seal"), when, note, list_url("core.eventseal"), "verified")
