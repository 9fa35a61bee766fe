"""Operations: is it well? Every figure opens its list.

The page has no model: its address hangs on the site, under the name of its resource,
``notifications.operations``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import structlog
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from huey.contrib.djhuey import HUEY

from backoffice.admin.base import staff
from backoffice.admin.display import list_url
from backoffice.admin.figures import Figure
from core.clock import now
from notifications.heartbeat import last_beat
from notifications.queries.operations import DAY, Operations, Waiting, operations
from notifications.reasons import KNOWN, in_words
from notifications.states import NotificationState
from partners.models import User

log = structlog.get_logger(__name__)

# The worker looks every minute; after three missed looks it is not there.
SILENT_AFTER = timedelta(minutes=3)
MESSAGES = "notifications.notification"
WAITING = {"state__in": f"{NotificationState.QUEUED},{NotificationState.SENDING}"}


@dataclass(frozen=True, slots=True)
class Worker:
    """What the queue says; ``waiting`` is None when it does not answer."""

    waiting: int | None
    seen: datetime | None

    def is_alive(self, at: datetime) -> bool:
        return self.seen is not None and self.seen > at - SILENT_AFTER


def addresses(site: Any) -> list[Any]:
    """For the site's own addresses."""
    view = site.admin_view(partial(page, site=site))
    return [path("operations/", view, name="notifications_operations_changelist")]


def page(request: HttpRequest, site: Any) -> HttpResponseBase:
    user = staff(request)
    if not user.has_perm("notifications.view_operations"):
        raise PermissionDenied
    at = now()
    found, worker = operations(at), ask_worker()
    context = {
        **site.each_context(request),
        "title": _("Operations"),
        "at": at,
        "troubles": troubles_of(found, worker, at),
        "groups": [
            (_("On their way"), leaving_figures(found, user, at)),
            (_("Sent and failed"), left_figures(found, at)),
            (_("Machine"), machine_figures(found, worker, user, at)),
        ],
        "notes": _notes(found),
        "failures": [(in_words(why), n, _failed(at, **_said(why))) for why, n in found.failures],
        "errors": [
            (in_words(why), n, _messages(**_said(why), **WAITING)) for why, n in found.errors
        ],
    }
    answer: HttpResponse = TemplateResponse(request, "admin/notifications/operations.html", context)
    return answer


def ask_worker() -> Worker:
    try:
        return Worker(HUEY.pending_count(), last_beat())
    except Exception as error:
        log.warning("the queue does not answer", error=repr(error))
        return Worker(None, None)


def troubles_of(found: Operations, worker: Worker, at: datetime) -> list[str]:
    """What keeps messages from leaving, in sentences; nothing when all is well."""
    troubles = []
    if worker.waiting is None:
        troubles.append(_("The queue does not answer."))
    elif not worker.is_alive(at):
        troubles.append(_("No worker is running: nothing is told and nothing is sent."))
    if found.waits_for_bot:
        troubles.append(_("There is no bot: TELEGRAM_BOT_TOKEN is not set, and messages wait."))
    if found.paused_until:
        until = f"{timezone.localtime(found.paused_until):%H:%M:%S}"
        troubles.append(_("Telegram has asked for a pause until %(until)s.") % {"until": until})
    if found.due.is_stuck(at):
        troubles.append(
            _("Messages are stuck: the oldest is late by %(age)s.") % _age(found.due, at)
        )
    if found.events.is_stuck(at):
        troubles.append(
            _("Events are not told: the oldest waits for %(age)s.") % _age(found.events, at)
        )
    return troubles


def _notes(found: Operations) -> list[str]:
    """What is good to know, and no trouble."""
    if found.has_bot or found.waits_for_bot:
        return []
    return [_("There is no bot: TELEGRAM_BOT_TOKEN is not set.")]


def _age(waiting: Waiting, at: datetime) -> dict[str, str]:
    return {"age": timesince(waiting.oldest, at, depth=2) if waiting.oldest else ""}


def _since(waiting: Waiting, at: datetime) -> str:
    return _("oldest: %(age)s") % _age(waiting, at) if waiting.oldest else _("none")


def leaving_figures(found: Operations, user: User, at: datetime) -> list[Figure]:
    late = found.due.is_stuck(at)
    return [
        Figure(
            _("Events not told yet"),
            str(found.events.count),
            _since(found.events, at),
            _url("core.eventdelivery", user),
            "campaign",
            "danger" if found.events.is_stuck(at) else "",
        ),
        Figure(
            _("Messages that should have left"),
            str(found.due.count),
            _since(found.due, at),
            list_url(MESSAGES, late="stuck" if late else "due"),
            "outbox",
            "danger" if late else "",
        ),
        Figure(
            _("Of announcements"),
            str(found.due_bulk),
            _("they go when nothing else is to go"),
            list_url(MESSAGES, late="due", is_bulk__exact=1),
            "notifications",
        ),
    ]


def left_figures(found: Operations, at: datetime) -> list[Figure]:
    spans = (
        (_("Sent in a minute"), found.sent.minute, timedelta(minutes=1)),
        (_("Sent in an hour"), found.sent.hour, timedelta(hours=1)),
        (_("Sent in a day"), found.sent.day, DAY),
    )
    figures = [
        Figure(title, str(count), "", _messages(sent_at__gt=at - span), "send")
        for title, count, span in spans
    ]
    failed = sum(count for _why, count in found.failures)
    url = _failed(at)
    colour = "danger" if failed else ""
    return [*figures, Figure(_("Failed in a day"), str(failed), "", url, "error", colour)]


def machine_figures(found: Operations, worker: Worker, user: User, at: datetime) -> list[Figure]:
    seen = f"{timezone.localtime(worker.seen):%d.%m.%Y %H:%M:%S}" if worker.seen else ""
    waiting = "–" if worker.waiting is None else str(worker.waiting)
    return [
        Figure(
            _("Tasks in the queue"),
            waiting,
            _("worker last seen: %(time)s") % {"time": seen} if seen else _("no worker seen"),
            "",
            "memory",
            "" if worker.is_alive(at) else "danger",
        ),
        _voice(found, user),
        Figure(
            _("Exports being made"),
            str(found.jobs_open),
            _("failed in a day: %(n)s") % {"n": found.jobs_failed},
            _url("core.job", user),
            "download",
            "danger" if found.jobs_failed else "",
        ),
        Figure(
            _("People who blocked the bot"),
            str(found.unreachable),
            _("nothing is sent to them"),
            list_url("partners.user", is_reachable__exact=0),
            "block",
        ),
    ]


def _voice(found: Operations, user: User) -> Figure:
    """From when on the bot may speak."""
    when, why, colour = _("now"), _("at its own pace"), ""
    if not found.has_bot:
        when, why = _("no bot"), ""
        colour = "danger" if found.waits_for_bot else ""
    elif found.paused_until:
        when = f"{timezone.localtime(found.paused_until):%H:%M:%S}"
        why, colour = _("Telegram asked for a pause"), "warning"
    url = _url("notifications.chatpace", user)
    return Figure(_("The bot may speak"), when, why, url, "speed", colour)


def _url(label: str, user: User) -> str:
    """The list, for who may see it."""
    app, _dot, model = label.partition(".")
    return list_url(label) if user.has_perm(f"{app}.view_{model}") else ""


def _messages(**query: Any) -> str:
    return f"{list_url(MESSAGES)}?{urlencode(query)}"


def _failed(at: datetime, **query: Any) -> str:
    since = {"state__exact": NotificationState.FAILED.value, "next_attempt_at__gte": at - DAY}
    return _messages(**since, **query)


def _said(why: str) -> dict[str, str]:
    """The lookup of the messages that have this reason."""
    return {"last_error__icontains" if why in KNOWN else "last_error": why}
