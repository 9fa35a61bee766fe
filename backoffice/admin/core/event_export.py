"""The log as a file: the rows of the list as it is filtered, read as the list reads them."""

import tempfile
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, cast

from django import forms
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminRadioSelectWidget

from backoffice.admin.base import BaseAdmin, actor, staff
from backoffice.admin.core.downloads import TYPES, handed_out
from backoffice.admin.core.event_kinds import kind_name
from backoffice.admin.core.sentences import what_happened, who_did
from backoffice.admin.display import list_url
from backoffice.admin.paging import rows_asked, to_whole_list
from core.clock import local_date, now
from core.models import EventLog
from core.money import counted
from core.papers.csv import write_csv
from core.papers.xlsx import Cell, Column
from core.papers.xlsx_stream import Table, stream_xlsx
from core.services.events import record
from partners.models import TravelAgency, User

MOST_ROWS = 50_000
LIST = "core.eventlog"
Rows = QuerySet[EventLog]


class FileForm(forms.Form):
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[("xlsx", "XLSX"), ("csv", "CSV")],
        initial="xlsx",
        widget=UnfoldAdminRadioSelectWidget,
    )


def export_page(request: HttpRequest, model_admin: BaseAdmin) -> HttpResponseBase:
    """Ask for the format and hand out the file, which the log then tells of."""
    try:
        rows = rows_asked(model_admin, request)
    except IncorrectLookupParameters:
        return to_whole_list(LIST)
    form = FileForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _file(request, rows, form.cleaned_data["format"])
    count = rows.order_by()[: MOST_ROWS + 1].count()
    query = request.GET.urlencode()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("The log as a file"),
        "opts": model_admin.opts,
        "form": form,
        "lead": _lead(count),
        "button": _("Download"),
        "back": f"{list_url(LIST)}?{query}" if query else list_url(LIST),
    }
    return TemplateResponse(request, "admin/act_form.html", context)


def _lead(count: int) -> str:
    if count > MOST_ROWS:
        return _cut()
    return _("Events as the list is filtered: %(count)s.") % {"count": counted(count)}


def _cut() -> str:
    told = _("The list is longer than a file may be: it holds the newest %(most)s events.")
    return told % {"most": counted(MOST_ROWS)}


def _file(request: HttpRequest, rows: Rows, kind: str) -> FileResponse:
    out = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the answer closes it
    taken = list(rows.values_list("pk", flat=True)[: MOST_ROWS + 1])
    is_cut = len(taken) > MOST_ROWS
    _write(rows[:MOST_ROWS].select_related("user").iterator(chunk_size=2000), kind, is_cut, out)
    _record(request, min(len(taken), MOST_ROWS), kind)
    out.seek(0)
    return handed_out(out, f"log-{local_date(now()):%Y-%m-%d}.{kind}", TYPES[kind])


def _write(events: Iterable[EventLog], kind: str, is_cut: bool, out: BinaryIO) -> None:
    cells = _cells(events)
    if kind == "csv":
        tail: list[list[Cell]] = [[_cut()]] if is_cut else []
        write_csv([column.title for column in _columns()], _then(cells, tail), out)
    else:
        facts = [(_("Not whole"), _cut())] if is_cut else []
        stream_xlsx(Table(_("Event log"), _columns(), cells, facts), out)


def _then(rows: Iterator[list[Cell]], tail: list[list[Cell]]) -> Iterator[list[Cell]]:
    yield from rows
    yield from tail


def _columns() -> list[Column]:
    return [
        Column(_("time"), 17),
        Column(_("who"), 30),
        Column(_("door"), 14),
        Column(_("object"), 22),
        Column(_("name"), 30),
        Column(_("what happened"), 70),
        Column(_("action"), 26),
        Column(_("request id"), 34),
    ]


def _cells(events: Iterable[EventLog]) -> Iterator[list[Cell]]:
    for event in events:
        yield [
            event.timestamp,
            who_did(event),
            event.get_source_display(),
            kind_name(event.object_type),
            event.object_name or str(event.object_id),
            what_happened(event),
            event.action,
            event.request_id,
        ]


def _record(request: HttpRequest, rows: int, kind: str) -> None:
    """About the person's agency, or himself if he has several or is the platform's."""
    user = staff(request)
    about = _agency_of(user) or user
    facts: dict[str, Any] = {"rows": rows, "format": kind.upper()}
    agency_id = about.pk if isinstance(about, TravelAgency) else None
    with transaction.atomic():
        record("log.exported", about, by=actor(request), at=now(), agency_id=agency_id, **facts)


def _agency_of(user: User) -> TravelAgency | None:
    ids = user.agency_ids_for(LIST, "export")
    return TravelAgency.objects.get(pk=next(iter(ids))) if len(ids) == 1 else None
