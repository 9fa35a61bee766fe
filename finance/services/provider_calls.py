"""Keeping a provider's calls for inspection, without credentials."""

import json
from datetime import datetime
from typing import Any

import structlog
from django.db import Error, transaction

from finance.models import ProviderCall

log = structlog.get_logger(__name__)
LONGEST_BODY = 20_000


def record_call(
    *,
    provider: str,
    body: bytes,
    answer: dict[str, Any],
    remote_ip: str | None,
    milliseconds: int,
    at: datetime,
) -> None:
    """Keep a call and its answer; never fails the call itself.

    The Authorization header never comes here. A call without rights keeps no body: it is not
    known to be the provider's.
    """
    code = (answer.get("error") or {}).get("code")
    request = None if code == -32504 else _readable(body)
    method = request.get("method") if isinstance(request, dict) else None
    try:
        with transaction.atomic():
            ProviderCall.objects.create(
                provider=provider,
                method=method[:40] if isinstance(method, str) else "",
                request=request,
                answer=answer,
                code=code,
                remote_ip=remote_ip or None,
                milliseconds=milliseconds,
                called_at=at,
            )
    except (Error, ValueError):
        log.warning("a provider's call was not kept", exc_info=True)


def _readable(body: bytes) -> Any:
    if len(body) > LONGEST_BODY:
        return {"cut": f"{len(body)} bytes"}
    try:
        request = json.loads(body)
        # PostgreSQL's jsonb refuses NaN, half of a surrogate pair and NUL inside strings.
        text = json.dumps(request, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return {"not_json": body[:500].decode(errors="replace").replace("\x00", "")}
    return {"nul": True} if b"\\u0000" in text else request
