"""Dates by a rule: terms, then a preview in which each date can be left out or priced, then all of
them in one act."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from backoffice.admin.base import actor
from backoffice.admin.catalog.cut_off import closes_before, cut_off_words
from backoffice.admin.catalog.session_forms import DateForm, RuleForm
from backoffice.admin.display import change_url, list_url
from backoffice.admin.once import once
from backoffice.admin.refusals import tell
from catalog.models import Tour, TourSession
from catalog.services.sessions import create_sessions
from catalog.states import SessionStatus, TourStatus
from core.clock import local_date, now
from core.ids import id_of
from core.refusals import Refusal

LIST = "catalog.toursession"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """A date of the preview; ``note`` is what is remarkable about it."""

    start: date
    end: date
    form: DateForm
    note: str = ""
    is_past: bool = False

    @property
    def is_wanted(self) -> bool:
        return not self.is_past and bool(self.form["use"].value())


def rule_page(request: HttpRequest, admin: ModelAdmin, tours: Any) -> HttpResponse:
    """The page for the tours the person may add dates to."""
    form = _rule_form(request, tours)
    step = request.POST.get("step", "")
    if step in ("preview", "create") and form.is_valid():
        rows = _rows(form, request.POST if step == "create" else None)
        if step == "create" and (url := _create(request, form, rows)):
            return HttpResponseRedirect(url)
        return _show(request, admin, form, rows)
    return _show(request, admin, form, [])


def _rule_form(request: HttpRequest, tours: Any) -> RuleForm:
    form = RuleForm(request.POST or None, initial={"first": local_date(now()) + ONE_DAY})
    shelf = tours.exclude(status=TourStatus.ARCHIVED).order_by("title_ru", "pk")
    form.fields["tour"].queryset = shelf  # type: ignore[attr-defined]
    asked = id_of(request.GET.get("tour", ""))
    if not form.is_bound and asked is not None:
        form.initial["tour"] = asked
        last = TourSession.objects.filter(tour_id=asked, tour__in=tours).order_by("-date_start")
        if session := last.first():
            form.terms_like(session)
    return form


def _rows(form: RuleForm, posted: Any) -> list[Row]:
    tour: Tour = form.cleaned_data["tour"]
    days = [start for start, _end in form.dates]
    there = set(
        tour.sessions.filter(date_start__in=days)
        .exclude(status=SessionStatus.CANCELLED)
        .values_list("date_start", flat=True)
    )
    return [_row(form, start, end, there, posted) for start, end in form.dates]


def _row(form: RuleForm, start: date, end: date, there: set[date], posted: Any) -> Row:
    terms, at = form.cleaned_data, now()
    is_past = start < local_date(at)
    note = ""
    if is_past:
        note = _("in the past")
    elif start in there:
        note = _("there is a date on this day already")
    elif closes_before(start, terms["close_hours"]) <= at:
        note = _("sales would be closed already")
    first = {"use": not note, "price": terms["price"], "capacity": terms["capacity"]}
    return Row(start, end, DateForm(posted, prefix=f"{start}", initial=first), note, is_past)


def _create(request: HttpRequest, form: RuleForm, rows: list[Row]) -> str:
    """Carry it out and say where it leads; nowhere when there is something to mend on the page."""
    wanted = [row for row in rows if row.is_wanted]
    if not wanted:
        form.add_error(None, _("Tick at least one date."))
    if not all([_is_possible(row.form, form) for row in wanted]) or not wanted:
        return ""
    terms = form.cleaned_data
    tour: Tour = terms["tour"]
    departures = [row.form.departure(row.start, row.end, terms) for row in wanted]

    def open_them() -> str:
        create_sessions(tour_id=tour.pk, departures=departures, by=actor(request), at=now())
        messages.success(request, _("Dates opened: %(n)s.") % {"n": len(wanted)})
        # One that is not on sale may have been missing nothing else.
        is_on_sale = tour.status == TourStatus.PUBLISHED
        return list_url(LIST, tour__id__exact=tour.pk) if is_on_sale else change_url(tour)

    try:
        return once(request, terms["token"], (tour.pk, departures), open_them)
    except Refusal as refusal:
        tell(request, refusal)
        return ""


def _is_possible(row: DateForm, form: RuleForm) -> bool:
    group = form.cleaned_data["min_group_size"]
    if row.is_valid() and row.cleaned_data["capacity"] < group:
        row.add_error("capacity", _("Fewer than the minimum group (%(n)s).") % {"n": group})
    return row.is_valid()


def _show(request: HttpRequest, admin: ModelAdmin, form: RuleForm, rows: list[Row]) -> HttpResponse:
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Dates by rule"),
        "opts": admin.opts,
        "form": form,
        "media": admin.media + form.media,
        "rows": rows,
        "wanted": sum(row.is_wanted for row in rows),
        "back": list_url(LIST),
    }
    if rows:
        start = rows[0].start
        closes = closes_before(start, form.cleaned_data["close_hours"])
        context["cut_off"] = cut_off_words(closes, start)
    template = "admin/catalog/rule_preview.html" if rows else "admin/catalog/rule.html"
    status = 422 if form.errors else 200
    return TemplateResponse(request, template, context, status=status)
