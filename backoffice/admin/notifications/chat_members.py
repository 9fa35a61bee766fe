"""Members of tours' chats, over all chats."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from backoffice.admin.base import BaseAdmin, ReadOnly
from backoffice.admin.display import state_badge
from notifications.models import ChatMember


@admin.register(ChatMember)
class ChatMemberAdmin(ReadOnly, BaseAdmin):
    agency_path = "chat__session__tour__agency_id"
    agency_filter = "chat__session__tour__agency"
    list_display = ("user", "chat", "state_shown", "joined_at")
    list_filter = (("state", ChoicesDropdownFilter),)
    list_select_related = ("user", "chat")
    search_fields = ("user__first_name", "user__last_name", "chat__title")
    ordering = ("-id",)
    # The link is its owner's alone.
    fields = ("user", "chat", "state", "joined_at")
    empty_title = _("No members yet")

    @display(description=_("state"), ordering="state")
    def state_shown(self, member: ChatMember) -> SafeString:
        return state_badge("member", member.state, member.get_state_display())
