"""System notices."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from backoffice.admin.base import BaseAdmin, ReadOnly
from notifications.models import Announcement


@admin.register(Announcement)
class AnnouncementAdmin(ReadOnly, BaseAdmin):
    list_display = ("title", "status", "created_by", "created_at")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_select_related = ("created_by",)
    search_fields = ("title", "text_ru")
    ordering = ("-id",)
    fields = (
        ("title", "status"),
        "text_ru",
        "text_uz",
        "text_en",
        "segment",
        ("created_by", "created_at"),
    )
    empty_title = _("No announcements yet")
