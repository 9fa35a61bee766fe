"""Pictures: uploading them, what uses each, and deleting what nothing uses."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from backoffice.admin.base import BaseAdmin, ReadOnly, actor, staff
from backoffice.admin.core.uploads import upload_page
from backoffice.admin.display import change_url, link, list_url, page_url, two_lines
from backoffice.admin.paging import CalmChangeList
from backoffice.admin.refusals import carry_out, go
from core.clock import now
from core.models import Media
from core.queries.media import MOST_TOLD, Use, how_many_more, is_used, uses_of
from partners.models import User
from partners.outbound import delete_media

LIST = "core.media"


class UseFilter(DropdownFilter):
    title = _("where it is used")
    parameter_name = "used"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("used somewhere")), ("no", _("used nowhere"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Media]) -> QuerySet[Media]:
        match self.value():
            case "yes":
                return queryset.filter(is_used())
            case "no":
                return queryset.exclude(is_used())
        return queryset


class WithUses(CalmChangeList):
    """A page of pictures with their uses, in a query for each relation."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        show_uses(list(self.result_list), staff(request))


def show_uses(pictures: list[Media], user: User) -> None:
    """Set ``uses`` of each: addresses and words, an address only where ``user`` may go."""
    found = uses_of([picture.pk for picture in pictures], user)
    for picture in pictures:
        picture.uses = [(_address(use, user), use) for use in found[picture.pk]]  # type: ignore[attr-defined]


def _address(use: Use, user: User) -> str:
    app, _dot, model = use.label.partition(".")
    may = use.name is not None and user.has_perm(f"{app}.view_{model}")
    return page_url(use.label, use.pk) if may else ""


@admin.register(Media)
class MediaAdmin(ReadOnly, BaseAdmin):
    agency_path = "agency_id"
    agency_filter = "agency"
    list_display = ("picture", "kind", "used_in", "agency", "uploader", "created_at")
    list_filter = (("type", ChoicesDropdownFilter), UseFilter)
    list_select_related = ("agency", "uploader")
    search_fields = ("file", "checksum")
    search_help_text = _("A part of the file's address")
    ordering = ("-id",)
    fields = (
        "large",
        "used_in",
        ("type", "weight"),
        ("agency", "uploader"),
        "created_at",
    )
    readonly_fields = ("large", "used_in", "weight")
    actions_detail = ["remove"]
    empty_title = _("No pictures yet")
    empty_text = _("Upload photos of tours and the agency's logo: many at once.")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CalmChangeList]:
        return WithUses

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        media = super().get_object(request, object_id, from_field)
        if media is not None:
            show_uses([media], staff(request))
        return media

    # --- uploading

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return staff(request).has_perm("core.add_media")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        title = gettext("Upload pictures")
        return upload_page(request, self, title=title, back=list_url(LIST))

    # --- deleting: by the act alone, which knows what is in use

    def has_remove_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "core.delete_media", object_id)

    @action(
        description=_("Delete"),
        url_path="remove",
        permissions=["remove"],
        icon="delete",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Delete this picture?"),
            "description": _("Its files are deleted, too. What is in use stays."),
            "form_submit_text": _("Delete"),
        },
    )
    def remove(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        media = self.own_or_404(request, object_id)
        work = partial(delete_media, media_id=media.pk, by=actor(request), at=now())
        gone = carry_out(request, work, done=gettext("The picture is deleted."))
        return go(request, list_url(LIST) if gone else change_url(media))

    # --- columns

    @display(description=_("picture"))
    def picture(self, media: Media) -> SafeString:
        picture = '<img src="{}" alt="{}" class="c-thumb" loading="lazy">'
        return format_html(picture, media.thumb_url, media)

    @display(description=_("picture"))
    def large(self, media: Media) -> SafeString:
        return format_html(
            '<a href="{}" target="_blank" rel="noreferrer">'
            '<img src="{}" alt="" class="c-picture"></a>',
            media.url,
            media.card_url,
        )

    @display(description=_("type"), ordering="type")
    def kind(self, media: Media) -> SafeString:
        return two_lines(capfirst(media.get_type_display()), self.weight(media))

    @display(description=_("size"), ordering="size")
    def weight(self, media: Media) -> str:
        return f"{media.width}×{media.height}, {filesizeformat(media.size)}"

    @display(description=_("where it is used"))
    def used_in(self, media: Any) -> SafeString:
        if not media.uses:
            return format_html('<span class="c-quiet">{}</span>', gettext("nowhere"))
        shown = [link(url, use) if url else str(use) for url, use in media.uses[:MOST_TOLD]]
        lines = ((line,) for line in [*shown, *how_many_more(media.uses)])
        return format_html_join("", "<div>{}</div>", lines)
