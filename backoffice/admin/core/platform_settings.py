"""What the platform may change at run time, with every change in the log of actions."""

from typing import Any

from constance import config
from constance.admin import Config, ConstanceAdmin
from constance.forms import ConstanceForm
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import transaction
from django.forms import IntegerField
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from backoffice.admin.base import actor
from backoffice.admin.refusals import sentence_of
from core.clock import now
from core.refusals import Refusal
from core.services.settings import record_setting
from notifications.services.staff_chats import check_staff_chat

# What may be nothing at all; the rest is at least one.
LEAST = dict.fromkeys(
    (
        "BONUS_LIMIT_PERCENT",
        "CARD_COOLDOWN_HOURS",
        "FISCAL_VAT_PERCENT",
        "MINIMUM_PAYOUT",
        "PARTNER_PERCENT",
        "REFUND_APPROVAL_LIMIT",
        "RESERVE_DAYS",
        "UNDO_SECONDS",
    ),
    0,
)
# Groups have negative ids.
CHATS = ("ACCOUNTANTS_CHAT_ID", "PLATFORM_CHAT_ID")
# A share is of something whole.
MOST = dict.fromkeys(("BONUS_LIMIT_PERCENT", "FISCAL_VAT_PERCENT", "PARTNER_PERCENT"), 100)


class SettingsForm(ConstanceForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, IntegerField) and name not in CHATS:
                least = LEAST.get(name, 1)
                most = {"max": MOST[name]} if name in MOST else {}
                field.widget = UnfoldAdminIntegerFieldWidget(attrs={"min": least} | most)
                field.validators.append(MinValueValidator(least))
                field.validators.extend(MaxValueValidator(limit) for limit in most.values())
        for name in CHATS:
            self.fields[name].validators.append(_check_chat)
        codes = {"FISCAL_MXIK": r"^\d{17}$", "FISCAL_PACKAGE": r"^\d{1,20}$"}
        for name, shape in codes.items():
            self.fields[name].validators.append(RegexValidator(shape, _("Digits only.")))


def _check_chat(chat_id: int) -> None:
    try:
        check_staff_chat(chat_id)
    except Refusal as refusal:
        raise ValidationError(sentence_of(refusal)) from refusal


class SettingsAdmin(ConstanceAdmin):
    change_list_form = SettingsForm

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        writes = request.method == "POST"
        may = self.has_change_permission if writes else self.has_view_or_change_permission
        if not may(request):
            raise PermissionDenied
        request.settings_before = {name: getattr(config, name) for name in dir(config)}  # type: ignore[attr-defined]
        with transaction.atomic():
            return super().changelist_view(request, extra_context)

    def _log_config_change(self, request: HttpRequest, changed_fields: list[str]) -> None:
        for name in changed_fields:
            before = request.settings_before[name]  # type: ignore[attr-defined]
            record_setting(name, before=before, by=actor(request), at=now())


admin.site.unregister([Config])
admin.site.register([Config], SettingsAdmin)
