"""Statements on screen and as files: for a payout, for the time since the last, for any period."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.options import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget

from backoffice.admin.display import change_url, page_url
from backoffice.admin.refusals import tell
from core.clock import local_date, now
from core.refusals import Refusal
from finance.papers.statements import statement_pdf, statement_xlsx
from finance.queries.statements import (
    Statement,
    StatementLine,
    period_statement,
    statement_since_last,
)
from partners.models import TravelAgency, User

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES = {"pdf": (statement_pdf, "application/pdf"), "xlsx": (statement_xlsx, XLSX)}


class PeriodForm(forms.Form):
    """Nothing said is the time since the last payout."""

    start = forms.DateField(label=_("From"), required=False, widget=UnfoldAdminDateWidget)
    end = forms.DateField(label=_("To"), required=False, widget=UnfoldAdminDateWidget)

    def statement(self, agency: TravelAgency) -> Statement:
        """Of the period; one end alone reaches a month."""
        start, end = self._days()
        if start is None or end is None:
            return statement_since_last(agency, now())
        return period_statement(agency, start, end)

    def _days(self) -> tuple[date | None, date | None]:
        data = self.cleaned_data if self.is_valid() else {}
        start, end = data.get("start"), data.get("end")
        if start and not end:
            end = max(start, local_date(now()))
        if end and not start:
            start = end - timedelta(days=30)
        return start, end

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = data.get("start"), data.get("end")
        if start and end and start > end:
            raise forms.ValidationError(_("The period ends before it begins."))
        return data


def agency_statement_page(
    request: HttpRequest, admin: ModelAdmin, agency: TravelAgency
) -> HttpResponse:
    """The page of an agency's statement; with ``file`` in the query the file."""
    form = PeriodForm(request.GET)
    statement = form.statement(agency)
    if request.GET.get("file"):
        return statement_file(request, statement, name=f"statement-{agency.slug}")
    query = request.GET.copy()
    query.pop("file", None)
    query.pop("language", None)
    context = {
        **admin.admin_site.each_context(request),
        "title": gettext("Statement of account"),
        "opts": admin.opts,
        "agency": agency,
        "original": agency,
        "form": form,
        "statement": statement,
        "lines": lines_for(statement, request.user),
        "since_last": not (request.GET.get("start") or request.GET.get("end")),
        "downloads": downloads(request.path, query.urlencode()),
        "back": change_url(agency),
    }
    return TemplateResponse(request, "admin/finance/statement.html", context)


def statement_file(request: HttpRequest, statement: Statement, *, name: str) -> HttpResponse:
    """The file that the query names, in the language it names or the reader's."""
    file_format = request.GET.get("file", "")
    if file_format not in FILES:
        raise Http404
    make, content_type = FILES[file_format]
    asked = request.GET.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else get_language() or "ru"
    try:
        content = make(statement, language=language, at=now())
    except Refusal as refusal:
        tell(request, refusal)
        return HttpResponseRedirect(request.path)
    return attachment(content, content_type, f"{name}-{language}.{file_format}")


def attachment(content: bytes, content_type: str, name: str) -> HttpResponse:
    """A file to be saved, never kept by a cache on the way."""
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def downloads(path: str, query: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """The files of a statement: for each format a link a language."""
    tail = f"&{query}" if query else ""
    return [
        (
            file_format.upper(),
            [
                (str(name), f"{path}?file={file_format}&language={code}{tail}")
                for code, name in settings.LANGUAGES
            ],
        )
        for file_format in FILES
    ]


def lines_for(statement: Statement, reader: Any) -> list[tuple[StatementLine, str, str]]:
    """The lines with the pages of their booking and of their payout, as far as he may open them."""
    sees = isinstance(reader, User)
    bookings = sees and reader.has_perm("sales.view_booking")
    return [
        (
            line,
            page_url("sales.booking", line.journal.booking_id)
            if bookings and line.journal.booking_id
            else "",
            page_url("finance.payout", line.journal.payout_id) if line.journal.payout_id else "",
        )
        for line in statement.lines
    ]
