"""A new commission tried over past bookings, by tour and by month."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django import forms
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
)

from backoffice.admin.display import list_url
from catalog.models import Tour
from core.clock import local_date, now
from core.ids import id_of
from core.money import HUNDRED, ZERO
from partners.models import TravelAgency
from sales.queries.what_if import WhatIf, what_if

MONTHS = 12
AXIS = {"ticks": {"color": "#8b949e", "maxTicksLimit": 6}}
CHART = {
    "maintainAspectRatio": False,
    "plugins": {"legend": {"labels": {"color": "#8b949e"}}},
    "scales": {"x": {"grid": {"display": False}, **AXIS}, "y": {"beginAtZero": True, **AXIS}},
}


class WhatIfForm(forms.Form):
    """What to try; without an answer the page asks."""

    agency = forms.ModelChoiceField(
        TravelAgency.objects.order_by("name"),
        label=_("Agency"),
        required=False,
        empty_label=_("All agencies"),
        widget=UnfoldAdminSelectWidget(),
    )
    tour = forms.ModelChoiceField(
        Tour.objects.none(),
        label=_("Tour"),
        required=False,
        empty_label=_("All tours"),
        widget=UnfoldAdminSelectWidget(),
    )
    first = forms.DateField(label=_("Paid from"), widget=UnfoldAdminDateWidget())
    last = forms.DateField(label=_("Paid to"), widget=UnfoldAdminDateWidget())
    percent = forms.DecimalField(
        label=_("Commission, %"),
        min_value=ZERO,
        max_value=HUNDRED,
        max_digits=5,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(attrs={"inputmode": "decimal"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency = id_of(str((self.data or self.initial).get("agency", "")))
        if agency is not None:
            tours = Tour.objects.filter(agency_id=agency).order_by("title_ru", "pk")
            self.fields["tour"].queryset = tours  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", gettext("The last day is before the first."))
        return data


def what_if_page(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    """``?agency=&tour=&first=&last=&percent=``; nothing of it is kept."""
    today = local_date(now())
    start = today.replace(day=1) - relativedelta(months=MONTHS)
    initial = {"first": start, "last": today - timedelta(days=1)}
    form = WhatIfForm(request.GET if "percent" in request.GET else None, initial=initial)
    found = None
    if form.is_bound and form.is_valid():
        found = _found(form.cleaned_data)
    context = {
        **admin.admin_site.each_context(request),
        "title": gettext("What if the commission were another?"),
        "opts": admin.opts,
        "form": form,
        "media": admin.media + form.media,
        "found": found,
        "chart": _chart(found) if found else "",
        "chart_options": json.dumps(CHART),
        "back": list_url("finance.commissionrate"),
        "propose_url": _propose_url(form) if found else "",
    }
    return TemplateResponse(request, "admin/finance/what_if.html", context)


def _found(data: dict[str, Any]) -> WhatIf:
    return what_if(
        percent=data["percent"],
        first=data["first"],
        last=data["last"],
        agency_id=data["agency"].pk if data["agency"] else None,
        tour_id=data["tour"].pk if data["tour"] else None,
    )


def _chart(found: WhatIf) -> str:
    """As it was and as it would be, by month."""
    return json.dumps(
        {
            "labels": [date_format(line.key, "M Y") for line in found.by_month],
            "datasets": [
                {
                    "label": gettext("as it was"),
                    "data": [float(line.was) for line in found.by_month],
                    "backgroundColor": "#9ca3af",
                },
                {
                    "label": gettext("as it would be"),
                    "data": [float(line.would_be) for line in found.by_month],
                    "backgroundColor": "var(--color-primary-600)",
                },
            ],
        }
    )


def _propose_url(form: WhatIfForm) -> str:
    """The form of a proposal, filled in; a rate is always an agency's."""
    data = form.cleaned_data
    if not data["agency"]:
        return ""
    percent: Decimal = data["percent"]
    query: dict[str, Any] = {"agency": data["agency"].pk, "percent": percent}
    if data["tour"]:
        query["tour"] = data["tour"].pk
    return f"{reverse('admin:finance_commissionrate_add')}?{urlencode(query)}"
