"""Where the reader is, where he can go by keys, and the views of a list that he has kept.

The admin's modules are imported when a page asks: Unfold loads these tags before it is ready.
"""

from collections.abc import Mapping
from typing import Any

from django import template

from partners.models import User

register = template.Library()


@register.inclusion_tag("admin/trail.html", takes_context=True)
def breadcrumbs(context: Mapping[str, Any]) -> dict[str, Any]:
    from backoffice.admin.trail import way_back

    crumbs = _trail(context)
    here = crumbs[-1] if crumbs else None
    back = way_back(context, crumbs)
    return {"above": crumbs[:-1], "here": here, "back": back, "cl": context.get("cl")}


@register.simple_tag(takes_context=True)
def page_name(context: Mapping[str, Any]) -> str:
    """For the browser's tab: the page first, the list it belongs to after it."""
    crumbs = _trail(context)
    pages = [*(crumb for crumb in crumbs[:-1] if crumb.url), *crumbs[-1:]]
    return " | ".join(crumb.title for crumb in reversed(pages))


@register.simple_tag(takes_context=True)
def key_ways(context: Mapping[str, Any]) -> list[Any]:
    from backoffice.admin.keys import ways_for

    user = context["request"].user
    return ways_for(user) if isinstance(user, User) else []


@register.simple_tag(takes_context=True)
def saved_views(context: Mapping[str, Any], cl: Any) -> Any:
    from backoffice.admin.saved_filters import views_of

    return views_of(context["request"], cl)


def _trail(context: Mapping[str, Any]) -> list[Any]:
    """Asked for twice on a page, by its title and by its head."""
    from backoffice.admin.trail import trail

    request = context["request"]
    if not hasattr(request, "trail"):
        request.trail = trail(context)
    crumbs: list[Any] = request.trail
    return crumbs
