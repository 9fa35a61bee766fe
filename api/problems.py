"""Refusals as problem documents (RFC 9457): the one map from kinds to HTTP."""

import json
from typing import Any

import structlog
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja.errors import AuthenticationError, HttpError, ValidationError

from api.validation import field_errors
from core.acts import BUSY
from core.refusals import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    Refusal,
    TryAgain,
    Unavailable,
)
from core.services.idempotency import RequestInFlight

log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"
UNAUTHENTICATED = frozenset({"invalid_init_data", "token_invalid", "token_expired"})
STATUSES = {
    NotFound: 404,
    NotAllowed: 403,
    Invalid: 422,
    Conflict: 409,
    Unavailable: 503,
    Refusal: 409,
}
RETRY_SECONDS = 1
RETRY_OUTSIDE_SECONDS = 5


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    facts: dict[str, Any] | None = None,
    retry_after: int | None = None,
) -> HttpResponse:
    """A problem document. ``facts`` become extension members (``left`` of a full session)."""
    document: dict[str, Any] = {
        "type": f"urn:circle:problem:{code}",
        "title": titles().get(code, code),
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        document["errors"] = errors
    for name, value in (facts or {}).items():
        document.setdefault(name, value)
    response = HttpResponse(
        json.dumps(document, ensure_ascii=False), status=status, content_type=CONTENT_TYPE
    )
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def refused(refusal: Refusal) -> HttpResponse:
    """The answer to a refusal."""
    errors = None
    if refusal.field:
        errors = [{"field": refusal.field, "message": refusal.detail}]
    return problem(
        status_of(refusal),
        refusal.code,
        refusal.detail,
        errors=errors,
        facts={k: v for k, v in refusal.facts.items() if isinstance(v, int | str)},
        retry_after=_retry_after(refusal),
    )


def _retry_after(refusal: Refusal) -> int | None:
    if isinstance(refusal, Unavailable):
        return RETRY_OUTSIDE_SECONDS
    return RETRY_SECONDS if isinstance(refusal, TryAgain | RequestInFlight) else None


def status_of(refusal: Refusal) -> int:
    if refusal.code in UNAUTHENTICATED:
        return 401
    return next(status for kind, status in STATUSES.items() if isinstance(refusal, kind))


def not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem(401, "token_invalid", _("Please sign in again."))


def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(
        422, "validation_error", _("The data is not valid."), errors=field_errors(error.errors)
    )


def unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    """A body that is not JSON, or too big to be read at all."""
    return problem(422, "validation_error", _("The request's body cannot be read."))


def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What ninja itself refuses: a body that is not JSON, too many requests."""
    if error.status_code == 400:
        return unreadable(request, error)
    if error.status_code == 429:
        return problem(429, "rate_limited", _("Too many requests. Please wait a little."))
    return problem(error.status_code, "validation_error", str(error))


def fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Our own fault, or a database that does not answer: logged, and told without insides."""
    log.exception("a request failed", path=request.path)
    if isinstance(error, OperationalError):
        busy = isinstance(error.__cause__, BUSY)
        return refused(TryAgain() if busy else Unavailable())
    return problem(500, "internal_error", _("Something went wrong on our side."))


@csrf_exempt
def no_such_path(request: HttpRequest, path: str = "") -> HttpResponse:
    """Anything under /api/ that is no endpoint."""
    return problem(404, "not_found", _("Not found."))


def titles() -> dict[str, str]:
    """A short title for each code, in the caller's language."""
    return {
        "invalid_init_data": _("Sign-in failed"),
        "token_expired": _("Sign-in expired"),
        "token_invalid": _("Not signed in"),
        "forbidden": _("Not allowed"),
        "not_found": _("Not found"),
        "validation_error": _("Invalid data"),
        "promo_invalid": _("Promo code not valid"),
        "promo_exhausted": _("Promo code used up"),
        "transport_invalid": _("No such transport"),
        "seats_unavailable": _("Not enough seats"),
        "session_closed": _("Not on sale"),
        "invalid_transition": _("Not possible now"),
        "in_use": _("In use"),
        "booking_expired": _("Booking expired"),
        "bonus_insufficient": _("Not enough bonus"),
        "payout_open": _("A payout is open"),
        "below_minimum": _("Below the minimum"),
        "idempotency_conflict": _("Key used before"),
        "try_again": _("Please try again"),
        "rate_limited": _("Too many requests"),
        "unavailable": _("Temporarily unavailable"),
        "internal_error": _("Our fault"),
    }
