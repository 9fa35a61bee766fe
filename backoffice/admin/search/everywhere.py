"""One question to all kinds of rows."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest

from backoffice.admin.display import change_url, list_url
from backoffice.admin.search.asked import Asked
from backoffice.admin.search.hits import Found, Hit
from backoffice.admin.search.kinds import KINDS, Kind

# Of each kind; who needs more opens its list.
MOST = 6


def find(site: AdminSite, request: HttpRequest, asked: Asked) -> list[Found]:
    """What the person at the keyboard may see of what was asked for, kind by kind.

    The model's own page says what he may see: its right to view and its rows. Nothing is counted.
    """
    found = (_of_kind(site, request, kind, asked) for kind in KINDS)
    return [each for each in found if each is not None]


def just_it(found: list[Found]) -> Hit | None:
    """The one that was meant by its code or its Payme id."""
    return next((hit for group in found for hit in group.hits if hit.is_it), None)


def _of_kind(site: AdminSite, request: HttpRequest, kind: Kind, asked: Asked) -> Found | None:
    admin = site.get_model_admin(kind.model)
    if not admin.has_view_permission(request):
        return None
    rows = kind.find(admin.get_queryset(request), asked, MOST + 1)
    if rows is None or not (hits := [_hit(kind, row, asked) for row in _read(kind, rows)]):
        return None
    more = kind.has_list and len(hits) > MOST
    url = _list_of(kind, asked) if more else ""
    return Found(kind.title, kind.icon, hits[:MOST], url)


def _read(kind: Kind, rows: QuerySet[Any]) -> list[Any]:
    """Those rows as they are stored: what a list adds to its rows for its columns is dear."""
    pks = list(rows.values_list("pk", flat=True))
    plain = kind.model._default_manager.all()
    found = (plain.select_related(*kind.related) if kind.related else plain).in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def _list_of(kind: Kind, asked: Asked) -> str:
    return f"{list_url(kind.model._meta.label_lower)}?{urlencode({SEARCH_VAR: asked.words})}"


def _hit(kind: Kind, row: Any, asked: Asked) -> Hit:
    text, badge = kind.show(row)
    meant = str(getattr(row, kind.exact)) if kind.exact else ""
    return Hit(
        title=str(row),
        url=change_url(row),
        text=text,
        badge=badge,
        is_it=bool(meant) and meant.casefold() == asked.words.casefold(),
        icon=kind.icon,
    )
