"""The outbox: every message owed, and what became of it."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateTimeFilter
from unfold.decorators import action, display

from backoffice.admin.base import BaseAdmin, ReadOnly, Steps
from backoffice.admin.bulk import Bulk, bulk_page
from backoffice.admin.display import change_url, link, state_badge, two_lines
from backoffice.admin.finding import FindsByIndex, of_booking, of_person
from backoffice.admin.notifications.keys import drawn
from backoffice.admin.notifications.preview_page import templates_page
from core.clock import now
from notifications.models import Notification
from notifications.queries.operations import STUCK_AFTER
from notifications.reasons import in_words, known_in
from notifications.services.retry import can_be_retried, retry_message
from notifications.states import NotificationState


def _why_not_yet(message: Notification) -> str:
    reason = in_words(message.last_error) if message.last_error else ""
    return f"{message.get_state_display()} {reason}".strip()


RETRY = Bulk(
    title=_("Send the selected messages once more"),
    lead=lambda: gettext(
        "Each goes at once to the same reader, with all its attempts before it. What has been sent "
        "cannot be taken back."
    ),
    button=_("Try again"),
    done=_("goes once more"),
    act=lambda message: partial(retry_message, message_id=message.pk),
    note=_why_not_yet,
)


class LatenessFilter(DropdownFilter):
    title = _("lateness")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("due", _("should have left")), ("stuck", _("late by five minutes"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Notification]
    ) -> QuerySet[Notification]:
        waits = {"due": now(), "stuck": now() - STUCK_AFTER}
        until = waits.get(self.value() or "")
        return queryset.waiting().filter(next_attempt_at__lte=until) if until else queryset  # type: ignore[attr-defined]


@admin.register(Notification)
class NotificationAdmin(FindsByIndex, Steps, ReadOnly, BaseAdmin):
    is_great = True
    agency_path = "agency_id"
    agency_filter = "agency"
    list_display = ("kind", "state_shown", "to", "why", "booking", "created_at", "sent_at")
    linked = (
        *("recipient", "announcement", "is_bulk"),
        *("next_attempt_at", "sent_at", "last_error", "last_error__icontains"),
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        LatenessFilter,
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("recipient", "booking", "agency")
    search_fields = ("booking__code", "recipient__first_name", "recipient__last_name")
    search_help_text = _("Booking code or recipient")
    ordering = ("-id",)
    actions = ["retry_selected"]
    actions_list = ["templates"]
    actions_detail = ["retry"]
    fieldsets = (
        (None, {"fields": (("kind", "state_shown"), "why_exactly", ("to", "language"), "text")}),
        (
            _("About"),
            {"fields": (("booking", "agency"), ("announcement", "changes"), "changed_by")},
        ),
        (
            _("Times"),
            {"fields": (("created_at", "sent_at"), ("attempts", "goes_at"), "message_id")},
        ),
    )
    readonly_fields = (
        "state_shown",
        "why_exactly",
        "to",
        "text",
        "changes",
        "changed_by",
        "goes_at",
    )
    empty_title = _("No messages yet")

    class Media:
        css = {"all": ("backoffice/messages.css",)}

    def ways(self, words: str) -> list[Q]:
        return [*of_booking(words), *of_person(words, "recipient")]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.show_templates)
        name = "notifications_notification_previews"
        return [path("previews/", view, name=name), *super().get_urls()]

    def show_templates(self, request: HttpRequest) -> HttpResponse:
        return templates_page(request, self)

    def fit(self, request: HttpRequest, obj: Notification) -> list[str]:
        return ["retry"] if can_be_retried(obj) else []

    def has_retry_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "notifications.retry_notification", object_id)

    # --- acts

    @action(
        description=_("Message templates"), url_path="templates", permissions=["view"], icon="draft"
    )
    def templates(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:notifications_notification_previews"))

    @action(
        description=_("Try again"),
        url_path="retry",
        permissions=["retry"],
        icon="refresh",
        dialog={
            "title": _("Send this message once more?"),
            "description": _("It goes at once, to the same reader, with all attempts before it."),
            "form_submit_text": _("Try again"),
        },
    )
    def retry(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        message = self.own_or_404(request, object_id)
        work = partial(retry_message, message_id=message.pk)
        return self.do(request, message, work, done=_("The message goes once more."))

    @admin.action(description=_("Try again"), permissions=["retry"])
    def retry_selected(
        self, request: HttpRequest, queryset: QuerySet[Notification]
    ) -> HttpResponse:
        return bulk_page(request, self, queryset, RETRY)

    # --- columns

    @display(description=_("state"), ordering="state")
    def state_shown(self, message: Notification) -> SafeString:
        return state_badge("message", message.state, message.get_state_display())

    @display(description=_("reason"))
    def why(self, message: Notification) -> SafeString | str:
        if not message.last_error:
            return ""
        colour = "c-error" if message.state == NotificationState.FAILED else "c-quiet"
        return format_html('<span class="{}">{}</span>', colour, in_words(message.last_error))

    @display(description=_("reason"))
    def why_exactly(self, message: Notification) -> SafeString | str:
        """With what Telegram itself has said."""
        if not known_in(message.last_error):
            return self.why(message)
        original = format_html('<small class="c-quiet">{}</small>', message.last_error)
        return two_lines(self.why(message), original)

    @display(description=_("next attempt"))
    def goes_at(self, message: Notification) -> str:
        return localize(localtime(message.next_attempt_at)) if message.is_waiting else "–"

    @display(description=_("recipient"))
    def to(self, message: Notification) -> str:
        return str(message.recipient or gettext("chat %(id)s") % {"id": message.chat_id})

    @display(description=_("text"))
    def text(self, message: Notification) -> SafeString:
        return drawn(message)

    @display(description=_("changes the message"))
    def changes(self, message: Notification) -> SafeString | str:
        return link(change_url(message.edits), message.edits) if message.edits else ""

    @display(description=_("changed by"))
    def changed_by(self, message: Notification) -> SafeString:
        rows = message.edited_by.select_related("recipient").order_by("pk")
        return format_html_join(
            mark_safe("<br>"),
            "{} {}",
            ((link(change_url(row), row), self.state_shown(row)) for row in rows),
        )
