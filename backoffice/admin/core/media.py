"""Pictures: what was uploaded, by whom, for which agency."""

from typing import Any

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from backoffice.admin.base import BaseAdmin, ReadOnly
from core.models import Media


@admin.register(Media)
class MediaAdmin(ReadOnly, BaseAdmin):
    agency_path = "agency_id"
    agency_filter = "agency"
    list_display = ("picture", "type", "dimensions", "weight", "agency", "uploader", "created_at")
    list_filter = (("type", ChoicesDropdownFilter),)
    list_select_related = ("agency", "uploader")
    search_fields = ("file", "checksum")
    ordering = ("-id",)
    fields = (
        "picture",
        ("type", "dimensions", "weight"),
        ("agency", "uploader"),
        "checksum",
        "created_at",
    )
    readonly_fields = ("picture", "dimensions", "weight")
    empty_title = _("No pictures yet")

    @display(description=_("picture"))
    def picture(self, media: Media) -> SafeString:
        return format_html('<img src="{}" alt="" class="c-thumb" loading="lazy">', media.file.url)

    @display(description=_("size, px"))
    def dimensions(self, media: Media) -> str:
        return f"{media.width}×{media.height}"

    @display(description=_("size"), ordering="size")
    def weight(self, media: Media) -> Any:
        return filesizeformat(media.size)
