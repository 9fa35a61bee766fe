"""One act for many rows: first what will happen to each in words, then an act and an outcome each.

The page before anything happens rehearses the act for every row and takes it back. What is then
pressed carries each row out as a transaction of its own: one that is refused, or whose lock is not
to be had, takes nothing from the others.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from backoffice.admin.base import BaseAdmin, actor
from backoffice.admin.display import change_url
from backoffice.admin.refusals import go, rehearse
from core.clock import now
from core.ids import ids_of
from core.refusals import Refusal

MOST = 100
CARRY_OUT = "carry_out"
WENT_WRONG = _("Something went wrong on our side; nothing was done with this row.")

logger = logging.getLogger(__name__)
Act = Callable[..., Any]


def _no_note(row: Any) -> str:
    return ""


def _nothing_to_undo(rows: Sequence[Any]) -> list[Any]:
    return []


def _nothing_to_heed(rows: Sequence[Any]) -> list[str]:
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """What is done with many rows, and how the pages say it."""

    title: Any
    # What happens to each row: who is told, what money moves, whether it can be undone.
    lead: Callable[[], Any]
    button: Any
    # What a row is once it is done: "approved".
    done: Any
    # The act for a row, bound to all but ``by``, ``at`` and what ``form`` asks.
    act: Callable[[Any], Act]
    form: type[forms.Form] | None = None
    name: Callable[[Any], str] = str
    note: Callable[[Any], Any] = _no_note
    # What the rows mean for one another, before anything happens.
    heed: Callable[[Sequence[Any]], list[str]] = _nothing_to_heed
    # Of the rows that are done, what ``admin/sales/undo.html`` offers to take back.
    undo: Callable[[Sequence[Any]], list[Any]] = _nothing_to_undo
    # Where the rows are looked for; the list itself may no longer hold one decided meanwhile.
    rows: Callable[[HttpRequest], QuerySet[Any]] | None = None
    is_dangerous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """One act for all the rows at once: it is done, or refused, as a whole."""

    title: Any
    lead: Callable[[], Any]
    button: Any
    # Bound to all but ``by`` and ``at``; gives the row that comes of it.
    act: Callable[[list[int]], Act]
    done: Callable[[Any], str]
    name: Callable[[Any], str] = str
    note: Callable[[Any], Any] = _no_note
    heed: Callable[[Sequence[Any]], list[str]] = _nothing_to_heed


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a row fared, or would fare."""

    row: Model
    name: str
    note: Any
    said: str = ""
    is_refused: bool = False
    # Whether another try may pass.
    may_pass: bool = False

    @property
    def url(self) -> str:
        return change_url(self.row)


def bulk_page(
    request: HttpRequest, admin: BaseAdmin, chosen: QuerySet[Any], bulk: Bulk
) -> HttpResponse:
    """The page of the list's action: asks, and when it is answered, does and tells."""
    ids = _ids(request, chosen)
    context = _context(request, admin, bulk)
    if len(ids) > MOST:
        return _page(request, context | {"step": "too_many", "ids": ids[:MOST]})
    rows = _rows(request, admin, bulk, ids)
    form = _form(request, bulk)
    context |= {"lost": len(ids) - len(rows), "form": form, "lead": bulk.lead()}
    if request.POST.get("step") == CARRY_OUT and (form is None or form.is_valid()):
        outcomes = _carry_out(request, bulk, rows, form.cleaned_data if form else {})
        told = _sorted_out(outcomes)
        again = [outcome for outcome in told["refused"] if outcome.may_pass]
        undo = bulk.undo([outcome.row for outcome in told["well"]])
        return _page(request, context | {"step": "done", "again": again, "undo": undo, **told})
    outcomes = [_rehearsed(request, bulk, row) for row in rows]
    told = _sorted_out(outcomes)
    heed = bulk.heed([outcome.row for outcome in told["well"]])
    return _page(request, context | {"step": "ask", "heed": heed, **told})


def _context(request: HttpRequest, admin: BaseAdmin, bulk: Bulk | Together) -> dict[str, Any]:
    return {
        **admin.admin_site.each_context(request),
        "title": bulk.title,
        "opts": admin.opts,
        "bulk": bulk,
        "action": request.POST.get("action", ""),
        "most": MOST,
        # With the filters it had.
        "back": request.get_full_path(),
    }


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, "admin/bulk.html", context)


def _ids(request: HttpRequest, chosen: QuerySet[Any]) -> list[int]:
    """The rows chosen, in the list's order; one more than can be done when there are more."""
    if request.POST.get("select_across") == "1":
        return list(chosen.values_list("pk", flat=True)[: MOST + 1])
    posted = request.POST.getlist(ACTION_CHECKBOX_NAME)
    return list(dict.fromkeys(ids_of(posted)))


def _rows(request: HttpRequest, admin: BaseAdmin, bulk: Bulk, ids: list[int]) -> list[Any]:
    found = bulk.rows(request) if bulk.rows else admin.get_queryset(request)
    if admin.list_select_related:
        found = found.select_related(*admin.list_select_related)  # type: ignore[misc]
    by_id = found.in_bulk(ids)
    return [by_id[pk] for pk in ids if pk in by_id]


def _form(request: HttpRequest, bulk: Bulk) -> forms.Form | None:
    """Bound once it is answered; what was typed comes back when the refused are tried again."""
    if bulk.form is None:
        return None
    if request.POST.get("step") == CARRY_OUT:
        return bulk.form(request.POST)
    return bulk.form(initial=request.POST.dict())


def _rehearsed(request: HttpRequest, bulk: Bulk, row: Any) -> Outcome:
    blanks = dict.fromkeys(bulk.form.base_fields, "–") if bulk.form else {}
    work = partial(bulk.act(row), **blanks, by=actor(request), at=now())
    outcome = Outcome(row, bulk.name(row), bulk.note(row))
    try:
        refusal = rehearse(work)
    except Refusal as never:
        refusal = never
    return replace(outcome, said=refusal.detail, is_refused=True) if refusal else outcome


def _carry_out(
    request: HttpRequest, bulk: Bulk, rows: Sequence[Any], answers: dict[str, Any]
) -> list[Outcome]:
    return [
        _done(
            Outcome(row, bulk.name(row), bulk.note(row)),
            partial(bulk.act(row), **answers),
            request,
            bulk,
        )
        for row in rows
    ]


def _done(outcome: Outcome, act: Act, request: HttpRequest, bulk: Bulk) -> Outcome:
    try:
        act(by=actor(request), at=now())
    except Refusal as refusal:
        return replace(outcome, said=refusal.detail, is_refused=True, may_pass=not refusal.for_good)
    except Exception:
        # The rows before it are done: they have to be told all the same.
        logger.exception(
            "%s failed for %s %s", bulk.button, type(outcome.row).__name__, outcome.row.pk
        )
        return replace(outcome, said=str(WENT_WRONG), is_refused=True, may_pass=True)
    return replace(outcome, said=str(bulk.done))


def _sorted_out(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    return {
        "well": [outcome for outcome in outcomes if not outcome.is_refused],
        "refused": [outcome for outcome in outcomes if outcome.is_refused],
    }


def together_page(
    request: HttpRequest, admin: BaseAdmin, chosen: QuerySet[Any], together: Together
) -> HttpResponse:
    """The same page for one act that takes all the rows."""
    ids = _ids(request, chosen)
    context = _context(request, admin, together)
    if len(ids) > MOST:
        return _page(request, context | {"step": "too_many", "ids": ids[:MOST]})
    rows = list(admin.get_queryset(request).filter(pk__in=ids))
    work = partial(together.act([row.pk for row in rows]), by=actor(request), at=now())
    refusal: Refusal | None
    if request.POST.get("step") == CARRY_OUT:
        try:
            made = work()
        except Refusal as refused:
            refusal = refused
        else:
            messages.success(request, together.done(made))
            return go(request, change_url(made))
    else:
        refusal = rehearse(work)
    told = {
        "well": [Outcome(row, together.name(row), together.note(row)) for row in rows],
        "refusal": refusal,
    }
    lost = len(ids) - len(rows)
    words = {"lead": together.lead(), "heed": together.heed(rows), "lost": lost}
    return _page(request, context | {"step": "ask", **words, **told})
