"""Where a page is: the sidebar's group and list, the row, and the page itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.contrib.admin import site
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.db.models import Model
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backoffice.admin.display import change_url, list_url
from backoffice.admin.navigation import GROUPS, Group, Item, sees_label
from partners.models import User


@dataclass(frozen=True, slots=True)
class Crumb:
    title: str
    url: str = ""


def trail(context: Mapping[str, Any]) -> list[Crumb]:
    """From the sidebar's group down to the page; only what has a page of its own is a link."""
    request: HttpRequest = context["request"]
    row = _row(context)
    label = _label(context, row)
    group, item = _place(label, request.path)
    crumbs = []
    if item and item.label != label:
        crumbs.append(_list(context, item.label, item.title))
    if label:
        crumbs.append(_list(context, label, item.title if item and item.label == label else None))
    # A group and its first list may share a name.
    if group and crumbs[0].title != str(group.title):
        crumbs.insert(0, Crumb(str(group.title)))
    if row is not None:
        crumbs.append(Crumb(_called(row), change_url(row)))
    if not _is_named(context, row, label, item):
        crumbs.append(Crumb(str(context.get("title") or "")))
    return crumbs


def way_back(context: Mapping[str, Any], crumbs: list[Crumb]) -> Crumb | None:
    """The nearest page above; the first page has none."""
    if context.get("index"):
        return None
    above = [crumb for crumb in crumbs[:-1] if crumb.url]
    return above[-1] if above else Crumb(_("Home"), reverse("admin:index"))


def _called(row: Model) -> str:
    """Its own name, unless its pages know a better one: a library's row may have none."""
    pages: Any = site.get_model_admin(type(row)) if site.is_registered(type(row)) else None
    return str(getattr(pages, "called", str)(row))


def _label(context: Mapping[str, Any], row: Model | None) -> str:
    opts = context.get("opts")
    if row is not None and (opts is None or opts.concrete_model is not type(row)):
        opts = row._meta
    known = {model._meta.label_lower for model in site._registry}
    return str(opts.label_lower) if opts and opts.label_lower in known else ""


def _place(label: str, path: str) -> tuple[Group | None, Item | None]:
    """Of pages without a model, by their address."""
    for group in GROUPS.values():
        for item in group.items:
            lists = (item.label, *item.also)
            if label in lists if label else path.startswith(list_url(item.label)):
                return group, item
    return None, None


def _list(context: Mapping[str, Any], label: str, title: Any) -> Crumb:
    """With the filters it was left with."""
    opts = apps.get_model(label)._meta if title is None else None
    name = str(title or (opts and capfirst(opts.verbose_name_plural)))
    user = context["request"].user
    if not isinstance(user, User) or not sees_label(label, user):
        return Crumb(name)
    url = list_url(label)
    own = context.get("opts")
    is_own = own is not None and own.label_lower == label
    return Crumb(name, add_preserved_filters(context, url) if is_own else url)  # type: ignore[arg-type]


def _row(context: Mapping[str, Any]) -> Model | None:
    """The row whose page it is, or to which the page's own way back leads."""
    for name in ("original", "object"):
        row = context.get(name)
        if isinstance(row, Model) and row.pk:
            return row
    back = context.get("back")
    return _row_at(context["request"], back) if isinstance(back, str) else None


def _row_at(request: HttpRequest, url: str) -> Model | None:
    try:
        match = resolve(urlsplit(url).path)
    except Resolver404:
        return None
    app, _dash, name = (match.url_name or "").removesuffix("_change").partition("_")
    if not (match.url_name or "").endswith("_change") or "object_id" not in match.kwargs:
        return None
    pages: Any = site.get_model_admin(apps.get_model(app, name))
    row: Model | None = pages.get_object(request, match.kwargs["object_id"])
    return row


def _is_named(context: Mapping[str, Any], row: Model | None, label: str, item: Item | None) -> bool:
    """Whether the crumbs above say all: a list, a row's page, a page of the sidebar."""
    path = context["request"].path
    if context.get("cl") is not None or not context.get("title"):
        return True
    if row is not None:
        return bool(path == change_url(row))
    lists = (label, item.label if item and not label else "")
    return any(path == list_url(each) for each in lists if each)
