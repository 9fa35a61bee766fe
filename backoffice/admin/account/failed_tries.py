"""Failed tries to sign in, and whom they have locked out."""

from datetime import datetime
from functools import partial
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from backoffice.admin.base import BaseAdmin, ReadOnly, actor
from backoffice.admin.display import badge, list_url
from backoffice.admin.refusals import carry_out, go
from core.clock import now
from partners.models import User
from partners.services.lock_out import Door, read_key, shown_login, unlock_sign_in

TITLE = gettext_lazy("Failed sign-ins")
DOORS = {
    Door.CODE: gettext_lazy("Code of the app"),
    Door.RECOVERY: gettext_lazy("Recovery code"),
    Door.CHANGE: gettext_lazy("Change password"),
}


@admin.register(AccessAttempt)
class FailedTriesAdmin(ReadOnly, BaseAdmin):
    """What was typed besides the login is kept from sight."""

    list_display = ("login", "standing", "address", "failures", "last")
    search_fields = ("username", "ip_address")
    search_help_text = gettext_lazy("Login or address")
    ordering = ("-attempt_time",)
    fields = ("login", "address", "browser", "failures", "last", "standing")
    readonly_fields = fields
    actions_detail = ["unlock"]
    empty_title = gettext_lazy("Nobody has failed lately")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessAttempt]:
        people = User.objects.filter(login=OuterRef("username"))
        return super().get_queryset(request).annotate(is_somebodys=Exists(people))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": TITLE, **(extra_context or {})})

    def called(self, attempt: AccessAttempt) -> str:
        """For its page's title: its own name is an instant in the server's words."""
        return self.login(attempt)

    def has_unlock_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "axes.unlock_accessattempt", object_id)

    @action(
        description=gettext_lazy("Unlock"),
        url_path="unlock",
        permissions=["unlock"],
        icon="lock_open",
        dialog={
            "title": gettext_lazy("Unlock"),
            "description": gettext_lazy(
                "The failed tries at this login from this address are forgotten. Do it only when"
                " you know who asks."
            ),
            "form_class": BaseDialogForm,
            "form_submit_text": gettext_lazy("Unlock"),
        },
    )
    def unlock(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        attempt = self.own_or_404(request, object_id)
        work = partial(unlock_sign_in, attempt_id=attempt.pk, by=actor(request), at=now())
        carry_out(request, work, done=_("Unlocked."))
        return go(request, list_url("axes.accessattempt"))

    @display(description=gettext_lazy("login"), ordering="username")
    def login(self, attempt: AccessAttempt) -> str:
        counted = read_key(attempt.username)
        is_somebodys = attempt.is_somebodys or bool(counted.door or counted.mark)
        shown = shown_login(counted.login, is_somebodys)
        return f"{shown}, {DOORS[counted.door]}" if counted.door else shown

    @display(description=gettext_lazy("address"), ordering="ip_address")
    def address(self, attempt: AccessAttempt) -> str:
        return attempt.ip_address or "–"

    @display(description=gettext_lazy("browser"))
    def browser(self, attempt: AccessAttempt) -> str:
        return attempt.user_agent

    @display(description=gettext_lazy("failures"), ordering="failures_since_start")
    def failures(self, attempt: AccessAttempt) -> int:
        return attempt.failures_since_start

    @display(description=gettext_lazy("last try"), ordering="attempt_time")
    def last(self, attempt: AccessAttempt) -> str:
        return local_time(attempt.attempt_time)

    @display(description=gettext_lazy("state"))
    def standing(self, attempt: AccessAttempt) -> str:
        opens = attempt.attempt_time + settings.AXES_COOLOFF_TIME
        if opens <= now():
            return badge(_("over"))
        if attempt.failures_since_start < settings.AXES_FAILURE_LIMIT:
            return badge(_("counted"), "warning")
        hour = f"{localtime(opens):%H:%M}"
        return badge(_("locked until %(hour)s") % {"hour": hour}, "danger")


def local_time(at: datetime | None) -> str:
    """An instant as the staff's clocks show it."""
    return f"{localtime(at):%d.%m.%Y %H:%M}" if at else "–"
