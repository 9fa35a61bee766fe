"""How fast the bot may speak: for the platform's eyes when Telegram asks for a pause."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from backoffice.admin.base import BaseAdmin, ReadOnly
from notifications.models import ChatPace


@admin.register(ChatPace)
class ChatPaceAdmin(ReadOnly, BaseAdmin):
    list_display = ("__str__", "free_at")
    search_fields = ("=chat_id",)
    ordering = ("-free_at", "chat_id")
    fields = ("chat_id", "free_at")
    empty_title = _("Nobody has been written to yet")
