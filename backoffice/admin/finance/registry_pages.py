"""The pages of a registry: the upload, its columns, what it says, explaining its rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from backoffice.admin.base import BaseAdmin, actor
from backoffice.admin.core.downloads import OPAQUE, handed_out
from backoffice.admin.display import COLOURS, change_url, list_url
from backoffice.admin.finance.registry_export import explanation, rows_file
from backoffice.admin.finance.registry_forms import ColumnsForm, UploadForm
from backoffice.admin.refusals import carry_out, sentence_of, tell
from backoffice.admin.zero_bytes import typed
from core.clock import now
from core.ids import ids_of
from core.money import som
from core.refusals import Refusal
from finance.models import ReconciliationFile, ReconciliationRow
from finance.papers.registry_columns import Look, guess, look
from finance.papers.registry_lines import MOST_FAULTS
from finance.queries.reconciliation import (
    Pile,
    case_kind,
    first_rows,
    in_all,
    registry_rows,
    search_rows,
    tally,
)
from finance.services.reconciliation.registries import (
    MOST_LINES,
    NotAllRead,
    SameRegistry,
    discard_registry,
    take_registry,
    try_registry,
    upload_registry,
)
from finance.services.reconciliation.rows import (
    LONGEST_NOTE,
    reopen_row,
    resolve_row,
    take_row_into_books,
)
from finance.states import RegistryStatus, RowOutcome

ROWS_A_PAGE = 50
FIRST_ROWS = 5
MOST_TOLD = 10
OPEN, CLOSED = "open", "explained"


@dataclass(frozen=True, slots=True)
class Tile:
    """An outcome's figures, which filter the rows."""

    outcome: str
    title: str
    colour: str
    pile: Pile
    url: str
    is_chosen: bool


class RegistryPages(BaseAdmin):
    """For the admin of registries."""

    def get_urls(self) -> list[Any]:
        pages = {
            "columns": self.columns_view,
            "take": self.take_view,
            "discard": self.discard_view,
            "rows": self.rows_view,
            "export": self.export_view,
            "file": self.file_view,
        }
        own = [
            path(
                f"<int:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"finance_reconciliationfile_{name}",
            )
            for name, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("finance.add_reconciliationfile")  # type: ignore[union-attr]

    # --- the upload

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            registry = self._upload(request, form)
            if registry is not None:
                return HttpResponseRedirect(registry)
        context = {"form": form, "most_lines": MOST_LINES, "back": list_url(self.opts.label_lower)}
        title = gettext("Upload a registry")
        return self._page(request, "admin/finance/recon_upload.html", title, **context)

    def _upload(self, request: HttpRequest, form: UploadForm) -> str | None:
        """Where to go on; None when the file was refused, which the form says."""
        file = form.cleaned_data["file"]
        try:
            registry = upload_registry(
                content=file,
                name=file.name,
                source=form.cleaned_data["source"],
                by=actor(request),
                at=now(),
            )
        except SameRegistry as refusal:
            tell(request, refusal)
            return _url("change", refusal.facts["registry_id"])
        except Refusal as refusal:
            form.add_error("file", sentence_of(refusal))
            return None
        return _url("columns", registry.pk)

    # --- the columns

    def columns_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What each column means, with the first lines; posted, the trial."""
        registry = self._addable(request, object_id)
        if registry.status == RegistryStatus.TAKEN:
            return HttpResponseRedirect(change_url(registry))
        try:
            seen = _look(registry)
        except Refusal as refusal:
            return self._columns_page(request, registry, None, None, fault=sentence_of(refusal))
        mapping = guess(seen.headings, registry.mapping)
        period = registry.period_start, registry.period_end
        form = ColumnsForm(seen.headings, mapping, request.POST or None, period=period)
        findings = None
        if request.method == "POST" and form.is_valid():
            try:
                work = partial(try_registry, by=actor(request), at=now())
                work(registry_id=registry.pk, reading=form.reading())
                return HttpResponseRedirect(change_url(registry))
            except NotAllRead as refusal:
                findings = refusal.findings
                words = findings.words
                form = ColumnsForm(seen.headings, mapping, request.POST, unknown=words)
            except Refusal as refusal:
                field = refusal.field if refusal.field in form.fields else None
                form.add_error(field, sentence_of(refusal))
        return self._columns_page(request, registry, form, seen, findings=findings)

    def _columns_page(
        self,
        request: HttpRequest,
        registry: ReconciliationFile,
        form: ColumnsForm | None,
        seen: Look | None,
        **context: Any,
    ) -> HttpResponse:
        context |= {
            "registry": registry,
            "form": form,
            "look": seen,
            "most_faults": MOST_FAULTS,
            "discard_url": _url("discard", registry.pk),
            "back": list_url(self.opts.label_lower),
        }
        title = gettext("What the columns mean")
        return self._page(request, "admin/finance/recon_columns.html", title, **context)

    # --- the registry

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        registry: ReconciliationFile = self.own_or_404(request, object_id)
        if not self.has_view_permission(request, registry):
            raise PermissionDenied
        piles = tally(registry.pk)
        if not piles and registry.status == RegistryStatus.TRIED:
            return self.columns_view(request, registry.pk)
        filters = _filters(request)
        context = {
            "registry": registry,
            "is_taken": registry.status == RegistryStatus.TAKEN,
            "tiles": [_tile(outcome, pile, filters) for outcome, pile in piles.items()],
            "whole": in_all(piles.values()),
            "proof": _proof(piles),
            "filters": filters,
            "may_add": self.has_add_permission(request),
            "may_resolve": _may_resolve(request),
            "longest_note": LONGEST_NOTE,
            "urls": {name: _url(name, registry.pk) for name in PAGES},
            "query": urlencode(filters),
            "back": list_url(self.opts.label_lower),
            **self._rows(request, registry, filters),
        }
        title = str(registry)
        return self._page(request, "admin/finance/recon_registry.html", title, **context)

    def _rows(
        self, request: HttpRequest, registry: ReconciliationFile, filters: dict[str, str]
    ) -> dict[str, Any]:
        if registry.status == RegistryStatus.TRIED and not filters:
            return {"rows": _shown(first_rows(registry.pk, FIRST_ROWS)), "are_first": True}
        rows = _filtered(registry, filters)
        if not filters.keys() & {"outcome", "q"}:
            # What agrees is looked at by whoever asks for it.
            rows = rows.exclude(outcome=RowOutcome.MATCHED)
        page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
        return {"rows": _shown(page.object_list), "page": page}

    def take_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        registry = self._addable(request, object_id)
        done = gettext("The registry is taken over. What differs waits for an explanation.")
        work = partial(take_registry, registry_id=registry.pk, by=actor(request), at=now())
        carry_out(request, work, done=done)
        return HttpResponseRedirect(change_url(registry))

    def discard_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        registry = self._addable(request, object_id)
        work = partial(discard_registry, registry_id=registry.pk, by=actor(request), at=now())
        if carry_out(request, work, done=gettext("The upload is thrown away.")):
            return HttpResponseRedirect(list_url(self.opts.label_lower))
        return HttpResponseRedirect(change_url(registry))

    # --- its rows

    def rows_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Explain, reopen or take in what is ticked: an act and an outcome for each row."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        registry: ReconciliationFile = self.own_or_404(request, object_id)
        if not _may_resolve(request):
            raise PermissionDenied
        ticked = ids_of(request.POST.getlist("row"))[:ROWS_A_PAGE]
        rows = list(registry_rows(registry.pk).filter(pk__in=ticked))
        act = ROW_ACTS.get(request.POST.get("what", ""))
        if act is None or not rows:
            messages.error(request, gettext("Tick the rows first."))
        else:
            _carry(request, rows, partial(act, typed(request, "note")))
        query = request.POST.get("query", "")
        return HttpResponseRedirect(f"{change_url(registry)}?{query}#rows")

    def export_view(self, request: HttpRequest, object_id: int) -> FileResponse:
        registry: ReconciliationFile = self.own_or_404(request, object_id)
        if not self.has_view_permission(request, registry):
            raise PermissionDenied
        kind = "csv" if request.GET.get("format") == "csv" else "xlsx"
        rows = _filtered(registry, _filters(request)).iterator(2000)
        return rows_file(registry, rows, kind)

    def file_view(self, request: HttpRequest, object_id: int) -> FileResponse:
        """The file as it was uploaded."""
        registry: ReconciliationFile = self.own_or_404(request, object_id)
        if not self.has_view_permission(request, registry):
            raise PermissionDenied
        return handed_out(registry.file.open("rb"), registry.name, OPAQUE)

    # --- plumbing

    def _addable(self, request: HttpRequest, object_id: int) -> ReconciliationFile:
        if not self.has_add_permission(request):
            raise PermissionDenied
        registry: ReconciliationFile = self.own_or_404(request, object_id)
        return registry

    def _page(
        self, request: HttpRequest, template: str, title: str, **context: Any
    ) -> HttpResponse:
        page = {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return TemplateResponse(request, template, page | context)


PAGES = ("columns", "take", "discard", "rows", "export", "file")
ROW_ACTS: dict[str, Callable[..., Any]] = {
    "resolve": lambda note, **kwargs: resolve_row(note=note, **kwargs),
    "reopen": lambda note, **kwargs: reopen_row(reason=note, **kwargs),
    "take_in": lambda _note, **kwargs: take_row_into_books(**kwargs),
}


def _url(name: str, pk: int) -> str:
    return reverse(f"admin:finance_reconciliationfile_{name}", args=[pk])


def _may_resolve(request: HttpRequest) -> bool:
    return request.user.has_perm("finance.resolve_reconciliationrow")  # type: ignore[union-attr]


def _look(registry: ReconciliationFile) -> Look:
    with registry.file.open("rb") as file:
        return look(file.file)


def _filters(request: HttpRequest) -> dict[str, str]:
    """What the address asks for; only what is there."""
    asked = {
        "outcome": request.GET.get("outcome", ""),
        "told": request.GET.get("told", ""),
        "q": request.GET.get("q", "").strip()[:80],
    }
    if asked["outcome"] not in RowOutcome.values:
        asked["outcome"] = ""
    if asked["told"] not in (OPEN, CLOSED):
        asked["told"] = ""
    return {name: value for name, value in asked.items() if value}


def _filtered(registry: ReconciliationFile, filters: dict[str, str]) -> Any:
    rows = registry_rows(registry.pk)
    if outcome := filters.get("outcome"):
        rows = rows.filter(outcome=outcome)
    if told := filters.get("told"):
        rows = rows.exclude(outcome=RowOutcome.MATCHED)
        waits = {"resolved_at__isnull": True, "repeats__isnull": True}
        rows = rows.filter(**waits) if told == OPEN else rows.exclude(**waits)
    return search_rows(rows, filters["q"]) if "q" in filters else rows


def _tile(outcome: str, pile: Pile, filters: dict[str, str]) -> Tile:
    is_chosen = filters.get("outcome") == outcome
    query = {name: value for name, value in filters.items() if name != "outcome"}
    if not is_chosen:
        query["outcome"] = outcome
    title = str(RowOutcome(outcome).label)
    url = f"?{urlencode(query)}#rows"
    return Tile(outcome, title, COLOURS["row"].get(outcome, ""), pile, url, is_chosen)


def _proof(piles: dict[str, Pile]) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Three sums and what each is made of, with its sign, in words."""
    whole = in_all(piles.values())
    sides = {
        "there": gettext("There"),
        "here": gettext("Here"),
        "difference": gettext("Difference"),
    }
    return [
        (title, som(getattr(whole, side)), list(_parts(piles, side)))
        for side, title in sides.items()
    ]


def _parts(piles: dict[str, Pile], side: str) -> Iterator[tuple[str, str, str]]:
    for outcome, pile in piles.items():
        if part := getattr(pile, side):
            yield "−" if part < 0 else "+", str(RowOutcome(outcome).label), som(abs(part))


def _shown(rows: Any) -> list[ReconciliationRow]:
    """The rows with what a page asks of each."""
    shown = list(rows)
    for row in shown:
        row.told = explanation(row)
        row.can_be_taken_in = case_kind(row) is not None
    return shown


def _carry(request: HttpRequest, rows: list[ReconciliationRow], act: Callable[..., Any]) -> None:
    """One act a row; what was refused is said row by row."""
    refused: list[str] = []
    for row in rows:
        try:
            act(row_id=row.pk, by=actor(request), at=now())
        except Refusal as refusal:
            refused.append(f"{row.external_id}: {sentence_of(refusal)}")
    if done := len(rows) - len(refused):
        messages.success(request, gettext("Rows done: %(n)s.") % {"n": done})
    for sentence in refused[:MOST_TOLD]:
        messages.error(request, sentence)
    if len(refused) > MOST_TOLD:
        rest = len(refused) - MOST_TOLD
        messages.error(request, gettext("Refused, too: %(n)s.") % {"n": rest})
