"""``Idempotency-Key``: a second tap on a button gets the first tap's answer."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Schema

from api.auth import caller
from api.problems import refused
from core.clock import now
from core.refusals import Invalid, Refusal, TryAgain
from core.services.idempotency import Answer, answer_once, fingerprint

LONGEST_KEY = 128
JSON = "application/json; charset=utf-8"


def once(status: int = 200) -> Callable[[Callable[..., Schema]], Callable[..., HttpResponse]]:
    """Make a writing endpoint idempotent. The view returns its schema; ``status`` on success.

    Without the header the view simply runs. A refusal is an answer too and is kept, but for
    'try again'.
    """

    def decorate(view: Callable[..., Schema]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            def work() -> Answer:
                return _answer(lambda: view(request, *args, **kwargs), status)

            key = request.headers.get("Idempotency-Key", "")
            if not key:
                return _response(work())
            if len(key) > LONGEST_KEY or not key.isprintable():
                raise Invalid(field="Idempotency-Key")
            return _response(
                answer_once(
                    caller=f"user:{caller(request).pk}",
                    key=key,
                    request=fingerprint(request.method or "", request.path, request.body),
                    at=now(),
                    work=work,
                )
            )

        return run

    return decorate


def _answer(view: Callable[[], Schema], status: int) -> Answer:
    try:
        return Answer(status, view().model_dump_json().encode(), JSON)
    except Refusal as refusal:
        response = refused(refusal)
        return Answer(
            response.status_code,
            response.content,
            response["Content-Type"],
            passing=isinstance(refusal, TryAgain),
        )


def _response(answer: Answer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)
    if answer.passing:
        response["Retry-After"] = "1"
    if answer.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response
