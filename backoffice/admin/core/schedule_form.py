"""The form of a scheduled export: when, by which way; what is sent was chosen on the report."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from core.clock import now
from core.models import JobSchedule
from core.models.job import Every
from core.services.schedules import Wish
from sales.papers.reports import KIND
from sales.queries.reports import REPORTS
from sales.queries.reports.definition import Report
from sales.queries.reports.finding import ask_of, names_of, values_of
from sales.queries.reports.grouping import GROUPS

FORMATS = [("xlsx", "XLSX"), ("csv", "CSV"), ("pdf", "PDF")]
KEPT = ("group", "agency", "tour", "account", "person", "state", "counted")
# What is over when it is sent.
PERIODS = {Every.DAY: "yesterday", Every.WEEK: "last_week", Every.MONTH: "last_month"}


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]
    format = forms.ChoiceField(
        label=_("As"),
        choices=FORMATS,
        widget=UnfoldAdminSelectWidget,
        required=False,
        initial="xlsx",
    )

    wish: ClassVar[Wish | None] = None

    class Meta:
        model = JobSchedule
        fields = ("every", "channel", "email", "is_active")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.wish is not None:
            self.instance.title = self.wish.title
        if "every" in self.fields:
            self.fields["every"].help_text = _(
                "At seven in the morning, of the day, week or month that is over."
            )
        if "email" in self.fields:
            self.fields["email"].help_text = _("For e-mail only.")

    def validate_constraints(self) -> None:
        """By the act, in words."""


def wish_of(
    query: Mapping[str, Any], language: str, chosen: Mapping[str, Any] | None = None
) -> Wish | None:
    """What the query string of a report, and what was chosen in the form, ask for regularly; None
    when it names no report."""
    report = REPORTS.get(query.get("report", ""))
    if report is None:
        return None
    chosen = chosen or {}
    every = chosen.get("every") or Every.DAY
    ask = ask_of(report, query, at=now(), language=language)
    kept = {name: value for name, value in values_of(report, ask).items() if name in KEPT}
    params = {
        "report": report.code,
        "language": language,
        "format": chosen.get("format") or "xlsx",
        **kept,
        "period": period_for(report, every),
    }
    parts = [str(report.title)]
    if ask.group:
        parts.append(str(_("by: {group}")).format(group=GROUPS[ask.group].title))
    parts += [name for name in names_of(ask) if name]
    return Wish(
        kind=KIND,
        title=" · ".join(parts),
        every=every,
        channel=chosen.get("channel", ""),
        email=chosen.get("email", ""),
        params=params,
    )


def period_for(report: Report, every: str) -> str:
    """The period that is over when it comes so often; how things stood at the end of its day."""
    return "yesterday" if report.is_as_at else PERIODS[Every(every)]


def params_for(schedule: JobSchedule, every: str) -> dict[str, Any]:
    """What is kept of the report when it comes as often as ``every``."""
    report = REPORTS.get(schedule.params.get("report", ""))
    return schedule.params | ({"period": period_for(report, every)} if report else {})
