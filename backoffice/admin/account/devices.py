"""The apps that give staff their codes: who has one. The keys stay out of sight."""

from collections.abc import Collection
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from backoffice.admin.account.failed_tries import local_time
from backoffice.admin.act_form import reason_field
from backoffice.admin.base import BaseAdmin, ReadOnly
from backoffice.admin.display import change_url, link, list_url
from backoffice.admin.refusals import go
from partners.models import User
from partners.queries.second_factor import has_second_factor
from partners.services.second_factor import reset_second_factor

# The library's own pages show the keys and the codes.
admin.site.unregister([TOTPDevice, StaticDevice])


@admin.register(TOTPDevice)
class DeviceAdmin(ReadOnly, BaseAdmin):
    list_display = ("person", "made", "used", "is_confirmed")
    list_display_links = ("made",)
    list_filter = (("confirmed", BooleanRadioFilter),)
    list_select_related = ("user",)
    search_fields = ("user__login", "user__first_name", "user__last_name")
    search_help_text = _("Name or login")
    ordering = ("-id",)
    fields = ("person", "made", "used", "is_confirmed")
    readonly_fields = fields
    empty_title = _("Nobody has a second factor yet")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        titled = {"title": _("Second factors"), **(extra_context or {})}
        return super().changelist_view(request, titled)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        person = self.own_or_404(request, object_id).user
        if not self.has_view_permission(request):
            raise PermissionDenied
        return go(
            request, list_url("core.eventlog", object_type="partners.user", object_id=person.pk)
        )

    @display(description=_("person"), ordering="user")
    def person(self, device: TOTPDevice) -> str:
        return link(change_url(device.user), device.user)

    @display(description=_("turned on"), ordering="created_at")
    def made(self, device: TOTPDevice) -> str:
        return local_time(device.created_at)

    @display(description=_("last used"), ordering="last_used_at")
    def used(self, device: TOTPDevice) -> str:
        return local_time(device.last_used_at)

    @display(description=_("confirmed"), boolean=True)
    def is_confirmed(self, device: TOTPDevice) -> bool:
        return bool(device.confirmed)


class ResetDialog(BaseDialogForm):
    reason = reason_field(_("Reason"), _("How you have made sure who asks: the log keeps it."))


class ResetsSecondFactor:
    """The person's page: for who has lost the phone, and the recovery codes with it."""

    def fit_reset(self, person: User) -> Collection[str]:
        """For the page's ``fit``."""
        return {"reset_factor"} if has_second_factor(person) else set()

    def has_reset_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        may: bool = self.may(request, "otp_totp.reset_totpdevice", object_id)  # type: ignore[attr-defined]
        return may

    @action(
        description=_("Reset second factor"),
        url_path="reset-second-factor",
        permissions=["reset"],
        icon="phonelink_erase",
        dialog={
            "title": _("Reset second factor"),
            "description": _(
                "The app and the recovery codes are forgotten, and open sessions end: the password"
                " alone signs in until a new app is set up. Make sure who asks for it."
            ),
            "form_class": ResetDialog,
            "form_submit_text": _("Reset"),
        },
    )
    def reset_factor(self, request: HttpRequest, form: ResetDialog, object_id: str) -> HttpResponse:
        person = self.own_or_404(request, object_id)  # type: ignore[attr-defined]
        reason = form.cleaned_data["reason"]
        work = partial(reset_second_factor, person_id=person.pk, reason=reason)
        answer: HttpResponse = self.do(request, person, work, done=_("The second factor is reset."))  # type: ignore[attr-defined]
        return answer
