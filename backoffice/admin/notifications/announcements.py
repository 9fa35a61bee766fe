"""Announcements: written here, looked at as their readers get them, started and stopped."""

from collections.abc import Collection
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from backoffice.admin.base import BaseAdmin, OwnPage, SavedByActs, Steps, actor, staff
from backoffice.admin.display import change_url, link, two_lines
from backoffice.admin.notifications.announcement_page import (
    announcement_badge,
    draft_page,
    messages_url,
    shortly,
    started_page,
    tell_progress,
)
from backoffice.admin.notifications.segment_form import TEXTS, AnnouncementForm
from backoffice.admin.refusals import carry_out, go, tell
from core.clock import now
from core.ids import id_of
from core.refusals import Refusal
from notifications.models import Announcement
from notifications.queries.announcements import progress_of
from notifications.services.announcements import (
    change_announcement,
    copy_announcement,
    is_over,
    start_announcement,
    stop_announcement,
    try_announcement,
    write_announcement,
)
from notifications.states import AnnouncementStatus, NotificationState

DRAFT, SENDING = AnnouncementStatus.DRAFT, AnnouncementStatus.SENDING
# Which buttons there are.
STEPS = {DRAFT: {"start", "try_it", "copy"}, SENDING: {"stop", "copy"}}
PERSON = (
    ("languages", "partners_only"),
    ("spheres", "interests"),
    "joined_since",
)
BOOKING = (("took", "city"), ("tour", "agency"), ("goes_from", "goes_to"))


@admin.register(Announcement)
class AnnouncementAdmin(OwnPage, Steps, SavedByActs, BaseAdmin):
    form = AnnouncementForm
    event_name = "announcement"
    list_display = ("name", "state", "reached", "failed", "created_by", "started_at")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_select_related = ("created_by",)
    search_fields = ("title", "text_ru")
    search_help_text = _("Title or text")
    ordering = ("-id",)
    change_form_template = "admin/notifications/announcement.html"
    add_form_template = "admin/change_form.html"
    actions_detail = ["start", "try_it", "stop", "copy"]
    empty_title = _("No announcements yet")
    empty_text = _("Write to all travellers, or to those who like mountains or go in May.")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.progress_view)
        own = path("<int:object_id>/progress/", view, name="notifications_announcement_progress")
        return [own, *super().get_urls()]

    # --- the form

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if isinstance(obj, Announcement) and obj.status != DRAFT:
            return False
        return super().has_change_permission(request, obj)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if not self.has_change_permission(request, obj):
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if not self.has_change_permission(request, obj):
            # The page's own template shows all of it.
            return ((None, {"fields": ("title",)}),)
        about_booking = _("Of one and the same booking; leave it empty for everybody.")
        return (
            (None, {"fields": ("title", *TEXTS)}),
            (_("Who"), {"fields": PERSON}),
            (_("With what booking"), {"fields": BOOKING, "description": about_booking}),
        )

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # Saving leads to the page itself.
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        who: dict[str, Any] = {"draft": form.draft(), "by": actor(request), "at": now()}
        if change:
            change_announcement(announcement_id=obj.pk, **who)
        else:
            obj.pk, obj._state.adding = write_announcement(**who).pk, False

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """To its page: there it is looked at, and started."""
        return go(request, change_url(obj))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return go(request, change_url(obj))

    # --- one announcement

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """As it stands: the worker's next turn may be a minute away."""
        found = super().get_object(request, *args, **kwargs)
        if found is not None and found.status == SENDING and is_over(found):
            found.finish(at=found.messages.aggregate(last=Max("sent_at"))["last"] or now())
        return found

    def page_of(self, request: HttpRequest, obj: Announcement) -> dict[str, Any]:
        if obj.status == DRAFT:
            return draft_page(obj)
        return started_page(obj, staff(request), now())

    def progress_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """For htmx: how far it is; when it is over the page is loaded anew."""
        announcement = self.own_or_404(request, object_id)
        if not self.has_view_permission(request, announcement):
            raise PermissionDenied
        answer = HttpResponse(tell_progress(announcement, now()))
        answer["Cache-Control"] = "no-store"
        if announcement.status != SENDING:
            answer["HX-Refresh"] = "true"
        return answer

    def fit(self, request: HttpRequest, obj: Announcement) -> Collection[str]:
        return STEPS.get(AnnouncementStatus(obj.status), {"copy"})

    def has_start_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "notifications.start_announcement", object_id)

    def has_stop_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "notifications.stop_announcement", object_id)

    def has_write_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "notifications.add_announcement", object_id)

    @action(
        description=_("Start"),
        url_path="start",
        permissions=["start"],
        icon="send",
        variant=ActionVariant.PRIMARY,
    )
    def start(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asks once, naming how many and how long; what is posted is the number that was seen."""
        announcement = self.own_or_404(request, object_id)
        if request.method == "POST":
            return self._start(request, announcement)
        if announcement.status != DRAFT:
            return go(request, change_url(announcement))
        context = {
            **self.admin_site.each_context(request),
            **draft_page(announcement),
            "title": gettext("Send this announcement?"),
            "opts": self.opts,
            "original": announcement,
            "back": change_url(announcement),
        }
        return TemplateResponse(request, "admin/notifications/announcement_start.html", context)

    def _start(self, request: HttpRequest, announcement: Announcement) -> HttpResponse:
        work = partial(
            start_announcement,
            announcement_id=announcement.pk,
            expected_people=id_of(request.POST.get("people", "")) or 0,
            by=actor(request),
            at=now(),
        )
        if carry_out(request, work, done=gettext("It is on its way.")):
            return go(request, change_url(announcement))
        # The page says the new number.
        return go(
            request, reverse("admin:notifications_announcement_start", args=[announcement.pk])
        )

    @action(
        description=_("Send to me first"),
        url_path="try",
        permissions=["write"],
        icon="smartphone",
        dialog={
            "title": _("Send it to yourself?"),
            "description": _(
                "It comes to your own Telegram, in each language it is written in, as it is saved."
            ),
            "form_submit_text": _("Send to me"),
        },
    )
    def try_it(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        announcement = self.own_or_404(request, object_id)
        work = partial(try_announcement, announcement_id=announcement.pk)
        return self.do(request, announcement, work, done=_("Look into your Telegram."))

    @action(
        description=_("Stop"),
        url_path="stop",
        permissions=["stop"],
        icon="stop_circle",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Stop this announcement?"),
            "description": _(
                "Nothing more of it leaves, and it cannot be resumed. What was sent stays in its "
                "readers' chats."
            ),
            "form_submit_text": _("Stop it"),
        },
    )
    def stop(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        announcement = self.own_or_404(request, object_id)
        work = partial(stop_announcement, announcement_id=announcement.pk)
        return self.do(request, announcement, work, done=_("It is stopped."))

    @action(
        description=_("Duplicate"),
        url_path="copy",
        permissions=["write"],
        icon="content_copy",
        dialog={
            "title": _("Make a copy of this announcement?"),
            "description": _("A draft with the same texts for the same people."),
            "form_submit_text": _("Duplicate"),
        },
    )
    def copy(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        announcement = self.own_or_404(request, object_id)
        try:
            made = copy_announcement(announcement_id=announcement.pk, by=actor(request), at=now())
        except Refusal as refusal:
            tell(request, refusal)
            return go(request, change_url(announcement))
        messages.success(request, gettext("This is the copy, a draft."))
        return go(request, change_url(made))

    # --- columns

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        progress = progress_of(changelist.result_list)
        for row in changelist.result_list:
            row.progress = progress[row.pk]
        return changelist

    @display(description=_("title"), ordering="title")
    def name(self, row: Announcement) -> SafeString:
        first = row.text_ru.split("\n", 1)[0]
        return two_lines(row.title, f"{first[:60]}…" if len(first) > 60 else first)

    @display(description=_("status"), ordering="status")
    def state(self, row: Announcement) -> SafeString:
        return announcement_badge(row)

    @display(description=_("sent"))
    def reached(self, row: Any) -> SafeString | str:
        if row.status == DRAFT:
            return "–"
        return format_html(
            '<span class="c-fill"><span class="c-fill-bar">'
            '<span class="c-bg-success" style="width:{}%"></span></span><span>{}</span></span>',
            100 * row.progress.sent // row.progress.people if row.progress.people else 0,
            shortly(row.progress),
        )

    @display(description=_("failed"))
    def failed(self, row: Any) -> SafeString | str:
        if not row.progress.failed:
            return "–"
        return link(messages_url(row, NotificationState.FAILED), row.progress.failed)
