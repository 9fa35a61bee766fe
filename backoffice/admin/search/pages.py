"""Where what was found is shown: the palette on every page, and a page of its own."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from unfold.sites import UnfoldAdminSite

from backoffice.admin.base import staff
from backoffice.admin.search.asked import Asked
from backoffice.admin.search.everywhere import find, just_it
from backoffice.admin.search.hits import Found
from backoffice.admin.search.places import find_places


def addresses(site: UnfoldAdminSite) -> list[Any]:
    """For the site's own addresses. Unfold's own search would keep what it found for five minutes,
    a changed status and a lost role notwithstanding; this one keeps nothing."""

    def palette(request: HttpRequest) -> HttpResponse:
        return palette_page(request, site)

    def page(request: HttpRequest) -> HttpResponse:
        return find_page(request, site)

    return [
        path("search/", site.admin_view(palette), name="search"),
        path("find/", site.admin_view(page), name="find"),
    ]


def palette_page(request: HttpRequest, site: UnfoldAdminSite) -> HttpResponse:
    """For htmx: what fits so far."""
    asked = Asked.of(request.GET.get("s", ""))
    if not asked.words:
        return HttpResponse()
    groups = _ask(request, site, asked)
    context = {"groups": _numbered(groups), "asked": asked, "many": _hits(groups) + 1}
    return TemplateResponse(request, "admin/palette.html", context)


def find_page(request: HttpRequest, site: UnfoldAdminSite) -> HttpResponse:
    """All of it, and straight on to the row whose code or Payme id was typed."""
    asked = Asked.of(request.GET.get("q", ""))
    groups = _ask(request, site, asked) if asked.words else []
    if meant := just_it(groups):
        return HttpResponseRedirect(meant.url)
    context = {
        **site.each_context(request),
        "title": _("Search everywhere"),
        "asked": asked,
        "groups": groups,
    }
    return TemplateResponse(request, "admin/find.html", context)


def _ask(request: HttpRequest, site: UnfoldAdminSite, asked: Asked) -> list[Found]:
    rows = find(site, request, asked)
    places = find_places(staff(request), asked.words)
    return [places, *rows] if places else rows


def _hits(groups: list[Found]) -> int:
    return sum(len(group.hits) for group in groups)


def _numbered(groups: list[Found]) -> list[tuple[Found, list[tuple[int, Any]]]]:
    """Unfold's palette walks its lines by their numbers, from one."""
    numbers = iter(range(1, _hits(groups) + 1))
    return [(group, [(next(numbers), hit) for hit in group.hits]) for group in groups]
