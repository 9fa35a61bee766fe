"""Every address under the admin."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from django.contrib import admin
from django.urls import URLPattern, get_resolver

from tests.backoffice.both_sides import Side

PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
# Places in addresses that name another table than the page's own.
TABLES = {"booking_id": "sales.booking", "session_id": "partners.staffsession"}
# Places that name no row.
WORDS = {
    "code": "commission",
    "door": "app",
    "kind": "png",
    "content_type_id": "1",
    "url": "nowhere",
    "app_label": "sales",
}


@dataclass(frozen=True)
class Address:
    route: str
    name: str

    @cached_property
    def label(self) -> str:
        """The model whose pages it is among."""
        first = self.route.split("/")
        label = ".".join(first[1:3])
        return label if label in LABELS else ""

    @property
    def places(self) -> list[str]:
        return PLACE.findall(self.route)

    @property
    def is_alias(self) -> bool:
        """Django's old address of a row: a redirect to its page, whoever asks."""
        return not self.name and self.route.endswith("/<path:object_id>/")

    @property
    def is_of_a_row(self) -> bool:
        return bool(set(self.places) - set(WORDS))

    def at(self, pk: object, side: Side) -> str:
        """Of the row ``pk``, others it names being of ``side``."""

        def put(place: re.Match) -> str:
            name = place[1]
            if name in WORDS:
                return WORDS[name]
            if name == "version":
                return str(side.versions[self.label])
            return str(side.rows[TABLES[name]] if name in TABLES else pk)

        return "/" + PLACE.sub(put, self.route)


LABELS = {model._meta.label_lower for model in admin.site._registry}


@cache
def addresses() -> list[Address]:
    return [
        Address(route, name) for route, name in _walk(get_resolver()) if route.startswith("admin/")
    ]


def _walk(resolver, before="") -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        route = before + _readable(str(pattern.pattern))
        if isinstance(pattern, URLPattern):
            yield route, pattern.name or ""
        else:
            yield from _walk(pattern, route)


def _readable(route: str) -> str:
    """Of a regular expression's groups, places."""
    if not route.startswith("^") and "(?P" not in route:
        return route
    route = route.replace("([^/]+)", "<object_id>", 1).replace("([^/]+)", "<version>", 1)
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).strip("^$")
