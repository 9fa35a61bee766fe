"""The outbox: every message owed, and what became of it."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from backoffice.admin.base import BaseAdmin, ReadOnly
from backoffice.admin.display import state_badge
from backoffice.admin.notifications.letters import preview
from notifications.models import Notification


@admin.register(Notification)
class NotificationAdmin(ReadOnly, BaseAdmin):
    agency_path = "agency_id"
    agency_filter = "agency"
    list_display = ("kind", "state_shown", "to", "booking", "created_at", "sent_at", "attempts")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("recipient", "booking", "agency")
    search_fields = ("booking__code", "recipient__first_name", "recipient__last_name")
    search_help_text = _("Booking code or recipient")
    ordering = ("-id",)
    fields = (
        ("kind", "state_shown"),
        ("to", "language"),
        "text",
        "booking",
        ("created_at", "sent_at"),
        ("attempts", "next_attempt_at"),
        "last_error",
    )
    readonly_fields = ("state_shown", "to", "text")
    empty_title = _("No messages yet")

    @display(description=_("state"), ordering="state")
    def state_shown(self, message: Notification) -> SafeString:
        return state_badge("message", message.state, message.get_state_display())

    @display(description=_("recipient"))
    def to(self, message: Notification) -> str:
        return str(message.recipient or gettext("chat %(id)s") % {"id": message.chat_id})

    @display(description=_("text"))
    def text(self, message: Notification) -> SafeString | Any:
        return format_html('<div class="c-letter">{}</div>', preview(message))
