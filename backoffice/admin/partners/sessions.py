"""Where the staff are signed in. The platform's page; everybody's own are on his account page."""

from collections.abc import Collection
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RadioFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from backoffice.admin.account.sessions import in_words
from backoffice.admin.base import BaseAdmin, ReadOnly, Steps, staff
from backoffice.admin.display import badge, change_url, link, two_lines
from backoffice.admin.filters import LocalTimeFilter
from core.clock import now
from partners.models import StaffSession
from partners.queries.staff_sessions import with_life
from partners.services.staff_sessions import end_session, may_end


class StateFilter(RadioFilter):
    title = _("state")
    parameter_name = "live"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("signed in")), ("no", _("over"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        live = {"yes": True, "no": False}.get(self.value() or "")
        return queryset if live is None else queryset.filter(is_live=live)


@admin.register(StaffSession)
class StaffSessionAdmin(ReadOnly, Steps, BaseAdmin):
    """The key of a session is of use to a thief only, and stays out of sight."""

    list_display = ("who", "browser_shown", "signed_in", "seen_at", "state")
    list_display_links = ("browser_shown",)
    list_filter = (
        ("signed_in_by", ChoicesDropdownFilter),
        StateFilter,
        ("seen_at", LocalTimeFilter),
    )
    list_select_related = ("user",)
    search_fields = ("user__first_name", "user__last_name", "user__login", "address")
    search_help_text = _("Name, login or address")
    ordering = ("-id",)
    fields = (
        ("who", "state"),
        ("browser_shown", "address"),
        "agent",
        ("signed_in_by", "created_at"),
        ("seen_at", "ended_at"),
    )
    readonly_fields = ("who", "state", "browser_shown", "agent")
    actions_detail = ["end"]
    empty_title = _("Nobody is signed in")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffSession]:
        return with_life(super().get_queryset(request), now())

    def fit(self, request: HttpRequest, obj: StaffSession) -> Collection[str]:
        may = obj.is_live and may_end(staff(request).role, obj)  # type: ignore[attr-defined]
        return {"end"} if may else set()

    def has_end_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "partners.end_staffsession", object_id)

    @action(
        description=_("Sign out"),
        url_path="end",
        permissions=["end"],
        icon="logout",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Sign this browser out?"),
            "description": _(
                "The person has to sign in there again; what is not saved is lost. Other browsers "
                "stay signed in."
            ),
            "form_submit_text": _("Sign out"),
        },
    )
    def end(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.own_or_404(request, object_id)
        work = partial(end_session, session_id=row.pk)
        return self.do(request, row, work, done=_("That browser is signed out."))

    @display(description=_("person"), ordering="user__first_name")
    def who(self, row: StaffSession) -> Any:
        return two_lines(link(change_url(row.user), row.user), row.user.login or "")

    @display(description=_("browser"), ordering="browser")
    def browser_shown(self, row: StaffSession) -> Any:
        return two_lines(in_words(row.browser), row.address or "")

    @display(description=_("as the browser calls itself"))
    def agent(self, row: StaffSession) -> str:
        return row.browser

    @display(description=_("signed in"), ordering="created_at")
    def signed_in(self, row: StaffSession) -> Any:
        return two_lines(
            row.get_signed_in_by_display(), f"{localtime(row.created_at):%d.%m.%Y %H:%M}"
        )

    @display(description=_("state"))
    def state(self, row: StaffSession) -> Any:
        if row.is_live:  # type: ignore[attr-defined]
            return badge(_("signed in"), "success")
        return badge(_("signed out") if row.ended_at else _("lapsed"))
