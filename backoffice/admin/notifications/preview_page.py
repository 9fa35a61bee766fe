"""What the bot says, before it says it: every template with believable values."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from unfold.admin import ModelAdmin

from backoffice.admin.notifications.keys import drawn
from notifications.models import Notification
from notifications.samples import READERS, sample
from notifications.states import OPTIONAL, PATIENT, Kind
from partners.models import Language


@dataclass(frozen=True, slots=True)
class Shown:
    """A template as its reader would get it."""

    kind: Kind
    letter: SafeString
    is_optional: bool
    is_patient: bool


def templates_page(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    """Every kind, by reader, in the language that was asked for."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    asked = request.GET.get("language", get_language() or "")
    language = asked if asked in Language.values else Language.RU
    context: dict[str, Any] = {
        **admin.admin_site.each_context(request),
        "title": gettext("Message templates"),
        "languages": Language.choices,
        "chosen": language,
        "readers": [
            (title, [_shown(kind, language) for kind in kinds]) for title, kinds in READERS
        ],
    }
    return TemplateResponse(request, "admin/notifications/previews.html", context)


def _shown(kind: Kind, language: str) -> Shown:
    row = Notification(kind=kind, payload=sample(kind, language), language=language)
    return Shown(kind, drawn(row), kind in OPTIONAL, kind in PATIENT)
