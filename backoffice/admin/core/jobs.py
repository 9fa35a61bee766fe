"""My exports, and those that come by themselves. Everybody sees his own alone, the platform too."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from backoffice.admin.base import BaseAdmin, ReadOnly, SavedByActs, actor, staff
from backoffice.admin.core.downloads import file_response
from backoffice.admin.core.schedule_form import ScheduleForm, params_for, wish_of
from backoffice.admin.display import link, list_url, page_url, state_badge, two_lines
from backoffice.admin.refusals import carry_out, go, tell
from core.clock import now
from core.models import Job, JobSchedule
from core.models.job import OPEN_JOBS, JobStatus
from core.refusals import Refusal
from core.services.jobs import REPEATABLE, cancel_job, repeat_job, take_file
from core.services.schedules import add_schedule, change_schedule, delete_schedule

LIST = "core.job"


class OwnRows(BaseAdmin):
    """Rows of the person at the keyboard."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).for_user(staff(request))  # type: ignore[attr-defined]


@admin.register(Job)
class JobAdmin(ReadOnly, OwnRows):
    list_display = ("name", "progress", "created_at")
    list_filter = (("status", ChoicesDropdownFilter),)
    linked = ("schedule",)
    list_select_related = ("schedule",)
    search_fields = ("title",)
    ordering = ("-id",)
    fields = (
        ("title", "progress"),
        ("created_at", "started_at"),
        ("finished_at", "expires_at"),
        ("attempts", "from_schedule"),
    )
    readonly_fields = ("progress", "from_schedule")
    actions_detail = ["download", "again", "stop"]
    empty_title = _("No exports yet")
    empty_text = _("Open a report and take it as a file: what takes longer is made here.")

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        state = path("<int:job_id>/state/", wrap(self.state_view), name="core_job_state")
        return [state, *super().get_urls()]

    def state_view(self, request: HttpRequest, job_id: int) -> HttpResponse:
        """For htmx: how far it is; asked again every two seconds until it is over."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponse(
            progress_of(self.own_or_404(request, job_id)), headers={"Cache-Control": "no-store"}
        )

    # --- what can be done with one

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        job = self.get_object(request, str(object_id))
        fitting = {f"core_job_{name}" for name in _fitting(job)} if job else set()
        return [
            a for a in super().get_actions_detail(request, object_id) if a.action_name in fitting
        ]

    def has_own_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "core.view_job", object_id)

    @action(description=_("Download"), url_path="file", permissions=["own"], icon="download")
    def download(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        job = self.own_or_404(request, object_id)
        try:
            job = take_file(job_id=job.pk, by=actor(request), at=now())
        except Refusal as refusal:
            tell(request, refusal)
            return HttpResponseRedirect(list_url(LIST))
        return file_response(job)

    @action(
        description=_("Cancel"),
        url_path="cancel",
        permissions=["own"],
        icon="close",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Cancel this export?"),
            "description": _("What has been written so far is thrown away."),
            "form_submit_text": _("Cancel it"),
        },
    )
    def stop(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._then_list(request, object_id, cancel_job, gettext("The export is cancelled."))

    @action(
        description=_("Try again"),
        url_path="again",
        permissions=["own"],
        icon="replay",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": _("Make this file again?"),
            "description": _("It is asked for anew, with the figures of today."),
            "form_submit_text": _("Try again"),
        },
    )
    def again(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        done = gettext("The file is being made. It will be here when it is done.")
        return self._then_list(request, object_id, repeat_job, done)

    def _then_list(self, request: HttpRequest, object_id: str, act: Any, done: str) -> HttpResponse:
        job = self.own_or_404(request, object_id)
        carry_out(request, partial(act, job_id=job.pk, by=actor(request), at=now()), done=done)
        return go(request, list_url(LIST))

    # --- columns

    @display(description=_("export"), ordering="title")
    def name(self, job: Job) -> SafeString:
        kind = str(job.params.get("format", "")).upper()
        scheduled = gettext("scheduled")
        return two_lines(job.title, f"{kind} · {scheduled}" if job.schedule else kind)

    @display(description=_("status"), ordering="status")
    def progress(self, job: Job) -> SafeString:
        return progress_of(job)

    @display(description=_("schedule"))
    def from_schedule(self, job: Job) -> SafeString | str:
        if job.schedule is None:
            return "–"
        return link(page_url("core.jobschedule", job.schedule.pk), job.schedule)


def _fitting(job: Job) -> tuple[str, ...]:
    if job.status in OPEN_JOBS:
        return ("stop",)
    if job.status in REPEATABLE:
        return ("again",)
    return ("download",)


def progress_of(job: Job) -> SafeString:
    """Its state, a bar while it runs, what went wrong, and what can be done now."""
    return render_to_string(
        "admin/core/job_progress.html",
        {
            "job": job,
            "badge": state_badge("job", job.status, job.get_status_display()),
            "is_open": job.status in OPEN_JOBS,
            "is_running": job.status == JobStatus.RUNNING,
            "ways": _fitting(job),
        },
    )


@admin.register(JobSchedule)
class JobScheduleAdmin(SavedByActs, OwnRows):
    form = ScheduleForm
    event_name = "schedule"
    list_display = ("name", "every", "where", "is_active", "last_run_on")
    list_filter = (("every", ChoicesDropdownFilter), ("channel", ChoicesDropdownFilter))
    ordering = ("-id",)
    fieldsets = ((None, {"fields": ("what", "format", "every", ("channel", "email"))}),)
    readonly_fields = ("what",)
    empty_title = _("Nothing comes by itself yet")
    empty_text = _("Open a report, choose what it shows, and press “Send me this regularly”.")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return super().get_fieldsets(request, obj)
        fields = ("what", "every", ("channel", "email"), "is_active", ("last_run_on", "files"))
        return ((None, {"fields": fields}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("what",) if obj is None else ("what", "last_run_on", "files")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.wish = getattr(request, "wish", None)
        return form

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Of a report: the query string says of which and what it shows."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        wish = wish_of(request.GET, get_language() or "ru")
        if wish is None:
            messages.info(request, gettext("Open a report, and have it sent from there."))
            return HttpResponseRedirect(reverse("admin:finance_report_changelist"))
        context = {
            "title": gettext("Send a report regularly"),
            # The next one begins on another report's page.
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
            **(extra_context or {}),
        }
        request.wish = wish  # type: ignore[attr-defined]
        return super().add_view(request, form_url, context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        by, at = actor(request), now()
        if change:
            values = {name: form.cleaned_data[name] for name in form.changed_data}
            if "every" in values:
                values["params"] = params_for(obj, values["every"])
            change_schedule(schedule_id=obj.pk, values=values, by=by, at=at)
            return
        wish = wish_of(request.GET, get_language() or "ru", form.cleaned_data)
        made = add_schedule(wish=wish, by=by, at=at)  # type: ignore[arg-type]
        obj.pk, obj._state.adding = made.pk, False

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        delete_schedule(schedule_id=obj.pk, by=actor(request), at=now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for schedule in queryset:
            self.delete_model(request, schedule)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """The act has recorded it."""

    # --- columns

    @display(description=_("export"), ordering="title")
    def name(self, schedule: JobSchedule) -> SafeString:
        return two_lines(schedule.title, str(schedule.params.get("format", "")).upper())

    @display(description=_("report"))
    def what(self, schedule: JobSchedule) -> str:
        return schedule.title

    @display(description=_("to"))
    def where(self, schedule: JobSchedule) -> str:
        return schedule.email or schedule.get_channel_display()

    @display(description=_("files"))
    def files(self, schedule: JobSchedule) -> SafeString:
        made = Job.objects.filter(schedule=schedule).count()
        return format_html(
            '<a href="{}" class="c-link">{}</a>',
            list_url(LIST, schedule__id__exact=schedule.pk),
            made,
        )
