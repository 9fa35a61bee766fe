"""Conditional reads: an ETag of the answer, 304 when the caller has it already."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified


def conditional(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For ``ninja.decorators.decorate_view``: tag a successful GET with a hash of its body."""

    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 200:
            return response
        etag = f'"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"'
        given = [tag.strip().removeprefix("W/") for tag in _tags(request)]
        if etag in given or "*" in given:
            response = HttpResponseNotModified()
        response["ETag"] = etag
        response["Cache-Control"] = "private, no-cache"
        response["Vary"] = "Accept-Language, Authorization"
        return response

    return run


def _tags(request: HttpRequest) -> list[str]:
    return request.headers.get("If-None-Match", "").split(",")
