"""The views of a list that somebody keeps: a row of chips above it."""

from copy import copy
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.options import (
    IS_FACETS_VAR,
    IS_POPUP_VAR,
    TO_FIELD_VAR,
    IncorrectLookupParameters,
)
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, PAGE_VAR
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from core.models import SavedFilter
from core.refusals import Invalid

# Of the moment, not of the view.
PASSING = {ALL_VAR, ERROR_FLAG, IS_FACETS_VAR, IS_POPUP_VAR, PAGE_VAR, TO_FIELD_VAR}


class NotOfThisList(Invalid):
    message = _("This list does not know such filters.")


@dataclass(frozen=True, slots=True)
class Chip:
    view: SavedFilter
    is_on: bool


@dataclass(frozen=True, slots=True)
class Views:
    """``query`` is what is on the screen now; ``can_save`` when it has no name yet."""

    label: str
    query: str
    chips: list[Chip]

    @property
    def can_save(self) -> bool:
        return bool(self.query) and not any(chip.is_on for chip in self.chips)


def views_of(request: HttpRequest, cl: Any) -> Views | None:
    """None where there is nothing to choose from: pickers, and rows inside a form."""
    if cl.is_popup or getattr(cl, "is_dataset", False) or not may_keep(request):
        return None
    label = cl.opts.label_lower
    query = cleaned(request.GET.urlencode())
    kept = SavedFilter.objects.for_user(request.user).filter(model=label)
    return Views(label, query, [Chip(view, view.query == query) for view in kept])


def may_keep(request: HttpRequest) -> bool:
    return request.user.has_perm("core.add_savedfilter")  # type: ignore[union-attr]


def cleaned(query: str) -> str:
    """``query`` without the page's number and empty fields, always in the same order."""
    given = QueryDict(query)
    kept = QueryDict(mutable=True)
    for name in sorted(given):
        values = [value for value in given.getlist(name) if value.strip()]
        if name not in PASSING and values:
            kept.setlist(name, values)
    return kept.urlencode()


def check_against(model_admin: Any, request: HttpRequest, query: str) -> None:
    """Refuse with NotOfThisList what the list itself would not take."""
    asking = copy(request)
    asking.GET = QueryDict(query)  # type: ignore[misc]
    try:
        model_admin.get_changelist_instance(asking)
    except (IncorrectLookupParameters, SuspiciousOperation):
        raise NotOfThisList from None
