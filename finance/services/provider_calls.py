"""Keeping calls to and from a provider for inspection, without credentials."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import Error, transaction

from finance.models import ProviderCall

log = structlog.get_logger(__name__)
LONGEST_BODY = 20_000
KEPT_FOR = timedelta(days=90)
# An answer that never came; a provider's own codes are other than 0.
NO_ANSWER = 0
MASK = "***"
_SECRET = re.compile(r"authori[sz]ation|x-auth|passw|secret|token|card|cvc|cvv|^key$|^pan$", re.I)
_CARD_NUMBER = re.compile(r"\b\d{16}\b")


def record_call(
    *,
    provider: str,
    body: bytes,
    answer: dict[str, Any] | None,
    remote_ip: str | None,
    milliseconds: int,
    at: datetime,
) -> None:
    """Keep a call and its answer, None for one that never came; never fails the call itself.

    The Authorization header never comes here, and what looks like a secret is masked. A call
    without rights keeps no body: it is not known to be the provider's.
    """
    code = NO_ANSWER if answer is None else (answer.get("error") or {}).get("code")
    request = None if code == -32504 else _readable(body)
    method = request.get("method") if isinstance(request, dict) else None
    try:
        with transaction.atomic():
            ProviderCall.objects.create(
                provider=provider,
                method=method[:40] if isinstance(method, str) else "",
                request=request,
                answer=_bounded(answer),
                code=code,
                remote_ip=remote_ip or None,
                milliseconds=milliseconds,
                called_at=at,
            )
    except (Error, ValueError):
        log.warning("a provider's call was not kept", exc_info=True)


def forget_old_calls(*, at: datetime) -> int:
    """Delete calls after ninety days; returns how many."""
    return ProviderCall.objects.filter(called_at__lt=at - KEPT_FOR).delete()[0]


def masked(value: Any) -> Any:
    """``value`` (JSON) without what is a secret by its name or looks like a card's number."""
    if isinstance(value, dict):
        return {
            key: MASK if _SECRET.search(str(key)) and part else masked(part)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [masked(part) for part in value]
    return _CARD_NUMBER.sub(MASK, value) if isinstance(value, str) else value


def _bounded(answer: dict[str, Any] | None) -> Any:
    size = len(json.dumps(answer, ensure_ascii=False).encode())
    return masked(answer) if size <= LONGEST_BODY else {"cut": f"{size} bytes"}


def _readable(body: bytes) -> Any:
    if len(body) > LONGEST_BODY:
        return {"cut": f"{len(body)} bytes"}
    try:
        request = masked(json.loads(body))
        # PostgreSQL's jsonb refuses NaN, half of a surrogate pair and NUL inside strings.
        text = json.dumps(request, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return {"not_json": masked(body[:500].decode(errors="replace").replace("\x00", ""))}
    return {"nul": True} if b"\\u0000" in text else request
