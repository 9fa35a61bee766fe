"""Reports: an index, a page for each, and their way to files.

The pages have no model: their addresses hang on the site under the name of the resource
``finance.report``, which is also what says who may see them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from backoffice.admin.base import actor, staff
from backoffice.admin.core.downloads import file_response
from backoffice.admin.display import link, list_url, page_url
from backoffice.admin.refusals import tell
from catalog.models import Tour
from core.carry_jobs import run_job
from core.clock import now
from core.models import Job
from core.models.job import JobStatus
from core.money import som
from core.papers.pdf import MOST_ROWS
from core.refusals import Refusal
from core.services.jobs import start_job
from finance.states import AccountKind
from partners.models import ReferralPartner, TravelAgency, User
from sales.papers.reports import CONTENT_TYPES, KIND, cell, text_of, words_of
from sales.queries.reports import REPORTS
from sales.queries.reports.definition import Ask, Column, Report, Shape
from sales.queries.reports.finding import Found, Row, ask_of, count_rows, find, values_of
from sales.queries.reports.grouping import GROUPS
from sales.queries.reports.period import DAYS, PERIODS

SHOWN = 500
# Up to here a file comes at once.
AT_ONCE = 2_000
BARS = 24
CHOICES = 200
CHART = {
    "maintainAspectRatio": False,
    "plugins": {"legend": {"display": False}},
    "scales": {
        "x": {"grid": {"display": False}, "ticks": {"color": "#8b949e", "maxRotation": 40}},
        "y": {"beginAtZero": True, "ticks": {"color": "#8b949e", "maxTicksLimit": 6}, "grid": {}},
    },
}


def addresses(site: Any) -> list[Any]:
    """For the site's own addresses."""
    wrap = partial(_for_accountants, site)
    return [
        path("reports/", wrap(index), name="finance_report_changelist"),
        path("reports/<slug:code>/", wrap(page), name="finance_report_page"),
        path("reports/<slug:code>/file/", wrap(export), name="finance_report_file"),
    ]


def _for_accountants(site: Any, view: Any) -> Any:
    def guarded(request: HttpRequest, **rest: Any) -> HttpResponseBase:
        perm = "export" if view is export else "view"
        if not staff(request).has_perm(f"finance.{perm}_report"):
            raise PermissionDenied
        answer: HttpResponseBase = view(request, site, **rest)
        return answer

    return site.admin_view(guarded)


def report_or_404(code: str) -> Report:
    try:
        return REPORTS[code]
    except KeyError:
        raise Http404 from None


# --- pages


def index(request: HttpRequest, site: Any) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": gettext("Reports"),
        "reports": [(report, _url(report)) for report in REPORTS.values()],
        "exports_url": list_url("core.job"),
        "schedules_url": list_url("core.jobschedule"),
    }
    return TemplateResponse(request, "admin/finance/reports/index.html", context)


def page(request: HttpRequest, site: Any, code: str) -> HttpResponse:
    """The report as the query string asks for it."""
    report, user = report_or_404(code), staff(request)
    ask = ask_of(report, request.GET, at=now(), language=get_language() or "ru")
    found = find(report, ask, most=SHOWN)
    columns = report.columns(ask)
    query = urlencode(values_of(report, ask))
    context = {
        **site.each_context(request),
        "title": report.title,
        "report": report,
        "ask": ask,
        "form": _form(report, ask),
        "values": values_of(report, ask),
        "tiles": _tiles(columns, found),
        "chart": _chart(report, ask, columns, found),
        "chart_options": json.dumps(CHART),
        "columns": columns,
        "rows": [[_shown(column, row, user) for column in columns] for row in found.rows],
        "totals": _totals(columns, found),
        "count": found.count,
        "most": SHOWN,
        "pdf_fits": found.count <= MOST_ROWS,
        "pdf_most": MOST_ROWS,
        "index_url": reverse("admin:finance_report_changelist"),
        "file_url": reverse("admin:finance_report_file", args=[report.code]),
        "schedule_url": f"{reverse('admin:core_jobschedule_add')}?report={report.code}&{query}",
    }
    return TemplateResponse(request, "admin/finance/reports/page.html", context)


def export(request: HttpRequest, site: Any, code: str) -> HttpResponseBase:
    """The file at once where it is short; else a job, and on to where its progress is seen."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("admin:finance_report_page", args=[code]))
    report, file_format = report_or_404(code), request.POST.get("format", "")
    if file_format not in CONTENT_TYPES:
        raise Http404
    at, language = now(), get_language() or "ru"
    ask = ask_of(report, request.POST, at=at, language=language)
    is_short = count_rows(report, ask) <= AT_ONCE
    try:
        job = start_job(
            kind=KIND,
            title=title_of(report, ask),
            params={**params_of(report, ask), "format": file_format},
            by=actor(request),
            at=at,
            wakes=not is_short,
        )
    except Refusal as refusal:
        tell(request, refusal)
        return HttpResponseRedirect(_url(report, ask))
    return _hand_out(request, job, is_short=is_short)


def _hand_out(request: HttpRequest, job: Job, *, is_short: bool) -> HttpResponseBase:
    done = run_job(job.pk) if is_short else None
    if done is not None and done.status == JobStatus.DONE:
        return file_response(done)
    if done is not None and done.error:
        messages.error(request, done.error)
    else:
        messages.success(
            request, gettext("The file is being made. It will be here when it is done.")
        )
    return HttpResponseRedirect(list_url("core.job"))


def title_of(report: Report, ask: Ask) -> str:
    """What a file of it is called in "My exports"."""
    days = [ask.period.last] if report.is_as_at else sorted({ask.period.first, ask.period.last})
    return f"{report.title}, {' – '.join(f'{day:%d.%m.%Y}' for day in days)}"


def params_of(report: Report, ask: Ask) -> dict[str, Any]:
    """What a job or a schedule keeps of it."""
    return {"report": report.code, "language": ask.language, **values_of(report, ask)}


# --- the page's parts


@dataclass(frozen=True, slots=True)
class Choice:
    """A select of the form."""

    name: str
    label: str
    chosen: str
    options: list[tuple[str, Any]]


def _form(report: Report, ask: Ask) -> list[Choice]:
    choices = []
    if "period" in report.filters:
        named = list(PERIODS.items())
        choices.append(Choice("period", gettext("Period"), ask.period.name, named))
    else:
        named = list(DAYS.items())
        choices.append(Choice("period", gettext("As at the end of"), ask.period.name, named))
    if report.groups:
        groups = [(name, GROUPS[name].title) for name in report.groups]
        choices.append(Choice("group", gettext("By"), ask.group, groups))
    if "agency" in report.filters:
        choices.append(Choice("agency", gettext("Agency"), str(ask.agency_id or ""), _agencies()))
    if "tour" in report.filters:
        choices.append(Choice("tour", gettext("Tour"), str(ask.tour_id or ""), _tours(ask)))
    if "account" in report.filters:
        kinds = [("", gettext("All accounts")), *AccountKind.choices]
        choices.append(Choice("account", gettext("Account"), ask.account, kinds))
    return [*choices, *_partners_choices(report, ask)]


def _partners_choices(report: Report, ask: Ask) -> Iterator[Choice]:
    if report.counts:
        yield Choice("counted", gettext("Counted"), ask.counted, list(report.counts))
    if "person" in report.filters:
        yield Choice("person", gettext("Partner"), str(ask.person_id or ""), _partners(ask))
    if "state" in report.filters:
        states = [("", gettext("All states")), *report.states]
        yield Choice("state", gettext("State"), ask.state, states)


def _agencies() -> list[tuple[str, Any]]:
    rows = TravelAgency.objects.order_by("name")[:CHOICES]
    return [("", gettext("All agencies")), *((str(row.pk), row.name) for row in rows)]


def _tours(ask: Ask) -> list[tuple[str, Any]]:
    """Those of the agency; one that was asked for is always among them."""
    rows = Tour.objects.filter(agency_id=ask.agency_id) if ask.agency_id else Tour.objects.all()
    found = {row.pk: row for row in rows.order_by("title_ru", "pk")[:CHOICES]}
    if ask.tour_id and ask.tour_id not in found:
        found |= {row.pk: row for row in Tour.objects.filter(pk=ask.tour_id)}
    return [("", gettext("All tours")), *((str(pk), row.title) for pk, row in found.items())]


def _partners(ask: Ask) -> list[tuple[str, Any]]:
    """By code; one that was asked for is always among them."""
    rows = ReferralPartner.objects.select_related("user").order_by("code")
    found = {row.user_id: row for row in rows[:CHOICES]}
    if ask.person_id and ask.person_id not in found:
        found |= {row.user_id: row for row in rows.filter(user_id=ask.person_id)}
    return [("", gettext("All partners")), *((str(pk), str(row)) for pk, row in found.items())]


def _tiles(columns: list[Column], found: Found) -> list[tuple[Any, str]]:
    """The totals of what is added up, money as money."""
    return [
        (column.title, _total(column, found.totals[column.name]))
        for column in columns
        if column.name in found.totals
    ]


def _total(column: Column, value: Any) -> str:
    return som(value) if column.shape == Shape.MONEY else text_of(value)


def _totals(columns: list[Column], found: Found) -> list[str]:
    """The row under the table; nothing where nothing is added up."""
    texts = [text_of(found.totals.get(column.name)) for column in columns]
    if not any(texts):
        return []
    return [texts[0] or gettext("Total"), *texts[1:]]


def _shown(column: Column, row: Row, user: User) -> tuple[Any, Column]:
    """The cell as it is shown."""
    text: Any = text_of(cell(column, words_of(column), row))
    if not text:
        return "–", column
    target = row.get(column.page_id)
    if column.page and target is not None and _may_open(column.page, user):
        text = link(page_url(column.page, target), text)
    return text, column


def _may_open(label: str, user: User) -> bool:
    app, _dot, model = label.partition(".")
    return user.has_perm(f"{app}.view_{model}")


def _chart(report: Report, ask: Ask, columns: list[Column], found: Found) -> str:
    """The bars of the measure, the largest or the latest; nothing where there are not two."""
    if len(found.rows) < 2 or report.measure not in found.totals:
        return ""
    key = columns[0]
    is_time = key.shape in (Shape.DATE, Shape.MONTH)
    bars: dict[str, int] = {}
    for row in found.rows[-2 * BARS :] if is_time else found.rows:
        name = _bar(key, row)
        bars[name] = bars.get(name, 0) + int(row[report.measure] or 0)
    names = list(bars)[: 2 * BARS if is_time else BARS]
    return json.dumps(
        {
            "labels": names,
            "datasets": [
                {
                    "data": [bars[name] for name in names],
                    "backgroundColor": "var(--color-primary-500)",
                    "borderRadius": 4,
                    "maxBarThickness": 42,
                }
            ],
        }
    )


def _bar(key: Column, row: Row) -> str:
    value = row[key.name]
    match key.shape:
        case Shape.DATE:
            return f"{value:%d.%m}"
        case Shape.MONTH:
            return date_format(value, "M Y")
    text = str(value or "–")
    return text if len(text) <= 24 else f"{text[:23]}…"


def _url(report: Report, ask: Ask | None = None) -> str:
    query: Mapping[str, str] = values_of(report, ask) if ask else {}
    address = reverse("admin:finance_report_page", args=[report.code])
    return f"{address}?{urlencode(query)}" if query else address
