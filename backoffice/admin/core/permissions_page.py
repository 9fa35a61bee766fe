"""Who may what: the table of roles in words, for everybody on the staff.

The page has no model: its address hangs on the site, under the name of its resource,
``core.permissions``. docs/permissions.md says the same (``manage.py permissions``).
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from backoffice.admin.apps import HOUSES
from backoffice.admin.base import staff
from partners.roles import SECTIONS, Acts, Role

WITHOUT_MODEL = {"core.permissions", "finance.report", "notifications.operations"}
COLUMNS = (Role.MANAGER, Role.OWNER, Role.ACCOUNTANT, Role.SUPPORT, Role.ADMIN)
WORDS = {
    "view": pgettext_lazy("right", "see"),
    "add": pgettext_lazy("right", "add"),
    "change": pgettext_lazy("right", "change"),
    "delete": pgettext_lazy("right", "delete"),
    "import": pgettext_lazy("right", "import"),
    "export": pgettext_lazy("right", "export"),
    "approve": pgettext_lazy("right", "approve"),
    "reject": pgettext_lazy("right", "reject"),
    "cancel": pgettext_lazy("right", "cancel"),
    "attribute": pgettext_lazy("right", "say who brought the traveller"),
    "comment": pgettext_lazy("right", "comment"),
    "checkin": pgettext_lazy("right", "mark who has come"),
    "decide": pgettext_lazy("right", "decide"),
    "grant": pgettext_lazy("right", "give bonus"),
    "send": pgettext_lazy("right", "send"),
    "complete": pgettext_lazy("right", "complete by hand"),
    "settle": pgettext_lazy("right", "note what the bank did"),
    "resolve": pgettext_lazy("right", "resolve"),
    "start": pgettext_lazy("right", "start"),
    "stop": pgettext_lazy("right", "stop"),
    "retry": pgettext_lazy("right", "send again"),
    "end": pgettext_lazy("right", "end"),
    "revoke": pgettext_lazy("right", "withdraw"),
    "reset": pgettext_lazy("right", "reset"),
    "unlock": pgettext_lazy("right", "unlock"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """Acts that the same roles may; ``marks`` are of COLUMNS."""

    acts: str
    marks: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    name: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    things: list[Thing]


def sections() -> list[Section]:
    """The table, in the words of the active language."""
    return [
        Section(str(title), [Thing(_name(each), _lines(acts)) for each, acts in things.items()])
        for title, things in SECTIONS
    ]


def _lines(acts: Acts) -> list[Line]:
    """Acts of the same roles share a line, in the table's order."""
    alike: dict[frozenset[Role], list[str]] = {}
    for act, roles in acts.items():
        alike.setdefault(roles, []).append(str(WORDS[act]))
    return [
        Line(", ".join(words), tuple(role in roles for role in COLUMNS))
        for roles, words in alike.items()
    ]


def _name(resource: str) -> str:
    """A model's own name; where there is none of ours, the sidebar's."""
    from backoffice.admin.navigation import GROUPS

    if resource.partition(".")[0] in HOUSES and resource not in WITHOUT_MODEL:
        return str(capfirst(apps.get_model(resource)._meta.verbose_name_plural))
    titles = (item.title for g in GROUPS.values() for item in g.items if item.label == resource)
    return str(next(titles))


def addresses(site: Any) -> list[Any]:
    """For the site's own addresses."""
    view = site.admin_view(partial(page, site=site))
    return [path("who-may-what/", view, name="core_permissions_changelist")]


def page(request: HttpRequest, site: Any) -> HttpResponse:
    """One's own role is marked, or the one that was chosen; a phone shows that one alone."""
    user = staff(request)
    if not user.has_perm("core.view_permissions"):
        raise PermissionDenied
    wanted = request.GET.get("role", "")
    chosen = Role(wanted) if wanted in COLUMNS else user.role
    context = {
        **site.each_context(request),
        "title": _("Who may what"),
        "sections": sections(),
        "roles": [(role, role == chosen, role == user.role) for role in COLUMNS],
        "place": COLUMNS.index(chosen),
    }
    return TemplateResponse(request, "admin/core/permissions.html", context)
