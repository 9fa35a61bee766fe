"""What the platform may change at run time, with every change in the log of actions."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from constance import config
from constance.admin import Config, ConstanceAdmin
from constance.forms import ConstanceForm
from constance.models import Constance
from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from backoffice.admin.base import actor
from backoffice.admin.core.odd_events import told_or
from backoffice.admin.core.sentences import who_did
from backoffice.admin.core.setting_words import bounds_in_words, setting_in_words
from backoffice.admin.display import list_url
from backoffice.admin.refusals import sentence_of
from backoffice.platform_settings import SETTINGS, SUBJECTS, UNITS, Setting
from core.clock import now
from core.models import EventLog
from core.queries.events import last_changes_of_settings
from core.refusals import Refusal
from core.services.settings import record_setting
from notifications.services.staff_chats import check_staff_chat

CHATS = ("ACCOUNTANTS_CHAT_ID", "PLATFORM_CHAT_ID")
ROWS = "constance.constance"
STALE = _(
    "Somebody changed the settings meanwhile; nothing was saved. Fields that differ say so: look "
    "at them, then save once more."
)


class SettingsForm(ConstanceForm):
    """Bounds are those of ``backoffice.platform_settings``."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, setting in SETTINGS.items():
            field = self.fields[name]
            field.label = setting.help
            if setting.kind is int:
                _bind(field, setting)
            if setting.shape:
                field.validators.append(RegexValidator(setting.shape, _("Digits only.")))
        for name in CHATS:
            self.fields[name].validators.append(_check_chat)

    def clean_version(self) -> str:
        """A page that was opened before somebody else's save shows what differs; saved once more
        it is meant."""
        version: str = self.cleaned_data["version"]
        self.is_stale = version != self.initial["version"]
        return version

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name, setting in SETTINGS.items():
            longest = data.get(setting.within)
            if longest is not None and name in data and data[name] > longest:
                facts = {"name": setting.within, "value": setting_in_words(setting.within, longest)}
                self.add_error(name, _("Not more than %(name)s: %(value)s.") % facts)
        if getattr(self, "is_stale", False):
            self._refuse_stale(data)
        return data

    def _refuse_stale(self, data: dict[str, Any]) -> None:
        self.add_error(None, STALE)
        for name in [name for name in SETTINGS if name in data]:
            saved = getattr(config, name)
            if data[name] != saved:
                told = {"value": setting_in_words(name, saved)}
                self.add_error(name, _("Saved now: %(value)s.") % told)
        posted: Any = self.data.copy()  # type: ignore[has-type]
        posted["version"] = self.initial["version"]
        self.data = posted


def _bind(field: Any, setting: Setting) -> None:
    bounds = {"min": setting.least, "max": setting.most}
    given = {name: bound for name, bound in bounds.items() if bound is not None}
    field.widget = UnfoldAdminIntegerFieldWidget(attrs=given)
    if setting.least is not None:
        field.validators.append(MinValueValidator(setting.least, setting.beyond))
    if setting.most is not None:
        field.validators.append(MaxValueValidator(setting.most, setting.beyond))


def _check_chat(chat_id: int) -> None:
    try:
        check_staff_chat(chat_id)
    except Refusal as refusal:
        raise ValidationError(sentence_of(refusal)) from refusal


class SettingsAdmin(ConstanceAdmin):
    change_list_form = SettingsForm
    change_list_template = "admin/core/platform_settings.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        writes = request.method == "POST"
        may = self.has_change_permission if writes else self.has_view_or_change_permission
        if not may(request):
            raise PermissionDenied
        with transaction.atomic():
            if writes:
                # Of two that save at once the second is told what the first has saved.
                list(Constance.objects.select_for_update().order_by("pk"))
            request.settings_before = {name: getattr(config, name) for name in dir(config)}  # type: ignore[attr-defined]
            response = super().changelist_view(request, extra_context)
        if context := getattr(response, "context_data", None):
            subjects = _parts(context["form"])
            faulty = [row for part in subjects for row in part["rows"] if row.field.errors]
            title = _("Settings of the platform")
            context |= {"title": title, "subjects": subjects, "faulty": faulty}
        return response

    def history_view(
        self, request: HttpRequest, object_id: Any = None, extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(list_url("core.eventlog", object_type=ROWS))

    def _log_config_change(self, request: HttpRequest, changed_fields: list[str]) -> None:
        for name in changed_fields:
            before = request.settings_before[name]  # type: ignore[attr-defined]
            record_setting(name, before=before, by=actor(request), at=now())


@dataclass(frozen=True, slots=True)
class Row:
    """A setting as the page shows it; ``change`` is the last one, if it was ever changed."""

    name: str
    field: forms.BoundField
    unit: Any
    bounds: str
    default: str
    preset: Any
    is_group: bool
    change: dict[str, Any] | None

    @property
    def preset_id(self) -> str:
        return f"{self.name}-default"


def _parts(form: forms.Form) -> list[dict[str, Any]]:
    """The page's parts, each with its settings."""
    changes = last_changes_of_settings()
    rows = (
        (setting.subject, _row(form[name], setting, changes.get(name)))
        for name, setting in SETTINGS.items()
    )
    return [
        {"id": subject, "title": SUBJECTS[subject], "rows": [row for _subject, row in group]}
        for subject, group in groupby(rows, key=lambda pair: pair[0])
    ]


def _row(field: forms.BoundField, setting: Setting, event: EventLog | None) -> Row:
    default = settings.CONSTANCE_CONFIG[field.name][0]
    return Row(
        name=field.name,
        field=field,
        unit=UNITS[setting.unit] if setting.unit else "",
        bounds=bounds_in_words(setting),
        default=setting_in_words(field.name, default),
        preset=default,
        is_group=setting.kind == "staff_roles",
        change=_told(event) if event else None,
    )


def _told(event: EventLog) -> dict[str, Any]:
    return {
        "who": who_did(event),
        "at": event.timestamp,
        **told_or({"before": "–", "after": "–"}, _both, event),
        "url": list_url("core.eventlog", object_type=ROWS, object_id=event.object_id),
    }


def _both(event: EventLog) -> dict[str, str]:
    name, facts = event.object_name, event.details
    return {each: setting_in_words(name, facts.get(each)) for each in ("before", "after")}


admin.site.unregister([Config])
admin.site.register([Config], SettingsAdmin)
