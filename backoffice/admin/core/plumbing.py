"""Kept answers of the API: for the platform's eyes when a repeat behaves oddly."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from backoffice.admin.base import BaseAdmin, ReadOnly
from core.models import IdempotencyKey


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnly, BaseAdmin):
    list_display = ("caller", "key", "status", "expires_at")
    search_fields = ("caller", "key")
    ordering = ("-id",)
    fields = ("caller", "key", "status", "content_type", "expires_at")
    empty_title = _("No kept answers")
