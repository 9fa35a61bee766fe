"""Who of the platform has looked with whose eyes, why and how long."""

from typing import Any

from django.contrib import admin
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.admin.base import BaseAdmin, ReadOnly
from backoffice.admin.display import badge, change_url, link, minutes_left, two_lines
from backoffice.admin.filters import LocalTimeFilter
from core.clock import now
from partners.models import ViewAs


@admin.register(ViewAs)
class ViewAsAdmin(ReadOnly, BaseAdmin):
    list_display = ("who", "seen_as", "reason", "began", "state", "pages")
    list_display_links = ("began",)
    list_filter = (("started_at", LocalTimeFilter),)
    list_select_related = ("viewer", "person")
    search_fields = (
        "viewer__first_name",
        "viewer__last_name",
        "viewer__login",
        "person__first_name",
        "person__last_name",
        "person__login",
    )
    search_help_text = _("Name or login, of either")
    ordering = ("-id",)
    fields = (("who", "seen_as"), "reason", ("started_at", "until"), ("ended_at", "pages"), "state")
    readonly_fields = ("who", "seen_as", "state")
    empty_title = _("Nobody has looked with another's eyes")
    empty_text = _("The page of an agency's member has a button “View as”.")

    @display(description=_("support"), ordering="viewer__first_name")
    def who(self, view: ViewAs) -> Any:
        return link(change_url(view.viewer), view.viewer)

    @display(description=_("seen as"), ordering="person__first_name")
    def seen_as(self, view: ViewAs) -> Any:
        return two_lines(link(change_url(view.person), view.person), view.person.login or "")

    @display(description=_("started at"), ordering="started_at")
    def began(self, view: ViewAs) -> str:
        return f"{localtime(view.started_at):%d.%m.%Y %H:%M}"

    @display(description=_("state"))
    def state(self, view: ViewAs) -> Any:
        at = now()
        if view.ended_at is None and view.until > at:
            return minutes_left(view.until, at)
        lasted = ((view.ended_at or view.until) - view.started_at).total_seconds()
        return badge(_("%(minutes)s min, over") % {"minutes": -(-int(lasted) // 60)})
