"""``POST /telegram/webhook/``: Telegram brings an update and waits until it is answered.

Telegram brings an update again until it gets 200, so what came through is always answered so, also
when nothing could be done with it. Twice the same update does nothing twice: every act that the bot
calls finds the thing done already.
"""

import json
from typing import Any

import structlog
from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from pydantic import ValidationError

log = structlog.get_logger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
# An update is a few kilobytes.
MOST_BYTES = 256 * 1024


@csrf_exempt
@require_POST
def telegram_webhook(request: HttpRequest) -> HttpResponse:
    """404 without a secret of our own, 403 with a wrong one, 413 and 400 for what is no update."""
    if not settings.TELEGRAM_WEBHOOK_SECRET or not settings.TELEGRAM_BOT_TOKEN:
        raise Http404
    given = request.headers.get(SECRET_HEADER, "")
    if not constant_time_compare(given, settings.TELEGRAM_WEBHOOK_SECRET):
        return HttpResponse(status=403)
    try:
        body = _body(request)
    except RequestDataTooBig:
        return HttpResponse(status=413)
    update = _update(body)
    if update is None:
        return HttpResponse(status=400)
    _feed(update)
    return HttpResponse()


def _body(request: HttpRequest) -> bytes:
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise RequestDataTooBig
    try:
        return request.body
    except UnreadablePostError:
        return b""


def _update(body: bytes) -> dict[str, Any] | None:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    is_one = isinstance(update, dict) and isinstance(update.get("update_id"), int)
    return update if is_one else None


def _feed(update: dict[str, Any]) -> None:
    from notifications.bot.app import feed

    try:
        async_to_sync(feed)(update)
    except ValidationError as error:
        # Of a newer Telegram than aiogram knows: it would be brought again and again. What people
        # wrote is not for the log.
        where = [".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False)]
        log.warning("an update could not be read", update_id=update["update_id"], where=where)
