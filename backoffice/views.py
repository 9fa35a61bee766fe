"""Views that belong to no house: whether the service is well, and files kept on local disk."""

import mimetypes
import posixpath
from collections.abc import Callable
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.db.models import Min
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from huey.contrib.djhuey import HUEY

from core.clock import now
from core.models import EventDelivery
from core.pictures import PUBLIC
from notifications.models import Notification

log = structlog.get_logger(__name__)

# The worker looks every minute; five missed looks are a worker that is not there.
LATE_SECONDS = 300
YEAR_SECONDS = 365 * 24 * 60 * 60

# --- health


@never_cache
@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """200 when the database answers, 503 when not: for the load balancer."""
    return _answer({"database": _look(_database)})


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Health, the queue, and how long events and messages have been waiting: for monitoring."""
    looks = {"database": _look(_database), "queue": _look(_queue)}
    if looks["database"]["ok"]:
        looks |= {"events": _look(_events), "outbox": _look(_outbox)}
    return _answer(looks)


def _answer(looks: dict[str, dict[str, Any]]) -> JsonResponse:
    well = all(look["ok"] for look in looks.values())
    return JsonResponse({"ok": well, **looks}, status=200 if well else 503)


def _look(at_it: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return {"ok": True} | at_it()
    except Exception as error:
        # The answer is public: what went wrong in detail is for the log.
        log.warning("unhealthy", part=at_it.__name__.strip("_"), error=str(error))
        return {"ok": False}


def _database() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {}


def _queue() -> dict[str, Any]:
    return {"waiting": HUEY.pending_count()}


def _events() -> dict[str, Any]:
    """Events nobody tried to tell about yet are late; one that failed waits for its next turn."""
    fresh = EventDelivery.objects.filter(attempts=0)
    failing = EventDelivery.objects.filter(attempts__gt=0)
    oldest = fresh.aggregate(oldest=Min("event__recorded_at"))["oldest"]
    return _lateness(oldest) | {"failing": failing.count()}


def _outbox() -> dict[str, Any]:
    """An announcement takes the time it takes; everything else is late after five minutes."""
    due = Notification.objects.due(now()).filter(is_bulk=False)
    oldest = due.aggregate(oldest=Min("next_attempt_at"))["oldest"]
    lateness = _lateness(oldest)
    # Without a bot nothing leaves, and that is as it should be.
    return lateness if settings.TELEGRAM_BOT_TOKEN else lateness | {"ok": True, "bot": False}


def _lateness(due: datetime | None) -> dict[str, Any]:
    seconds = max(0, int((now() - due).total_seconds())) if due else 0
    return {"ok": seconds < LATE_SECONDS, "late_seconds": seconds}


# --- files

# Shown by browsers as what they are; anything else is only ever downloaded.
SHOWN = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
}


@require_safe
def media(_request: HttpRequest, name: str) -> HttpResponseBase:
    """A stored picture, for everybody. Papers lie in ``core.storage`` and have no address."""
    name = _clean(name)
    if not name.startswith(PUBLIC):
        raise Http404
    if not _on_disk():
        return HttpResponseRedirect(default_storage.url(name))
    shown = SHOWN.get(PurePosixPath(name).suffix.lower())
    response = FileResponse(
        _opened(name),
        as_attachment=shown is None,
        filename=PurePosixPath(name).name,
        content_type=shown or mimetypes.guess_type(name)[0] or "application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    return response


def _on_disk() -> bool:
    return isinstance(default_storage, FileSystemStorage)


def _clean(name: str) -> str:
    """Not the name as asked for: ``media/../jobs/`` is not public, nor is what a link in
    ``media/`` leads to."""
    if "\0" in name:
        raise Http404
    if not _on_disk():
        return posixpath.normpath(name)
    try:
        path = (_root() / name).resolve()
        return path.relative_to(_root()).as_posix()
    except (OSError, ValueError):
        raise Http404 from None


def _opened(name: str) -> File:
    try:
        return default_storage.open(name)
    except (OSError, ValueError, SuspiciousFileOperation):
        raise Http404 from None


def _root() -> Path:
    return Path(settings.MEDIA_ROOT).resolve()
