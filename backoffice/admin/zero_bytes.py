"""PostgreSQL keeps no zero byte, and nobody types one: addresses of the admin that hold one are
refused before anything is looked up. The API says of each field what is wrong with it, in forms
Django's own fields do."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

ADMIN = "admin"


class NoZeroBytes:
    """A middleware: 400 as for any other bad request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        match = request.resolver_match
        asked = request.path_info + unquote(request.META.get("QUERY_STRING", ""))
        if "\0" in asked and match is not None and ADMIN in match.namespaces:
            raise BadRequest("There is a zero byte in the address.")


def typed(request: HttpRequest, name: str) -> str:
    """What was typed in a field that no form reads, without zero bytes."""
    return request.POST.get(name, "").replace("\0", "")
