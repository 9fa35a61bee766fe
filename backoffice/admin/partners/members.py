"""Who works for an agency: seen at a glance, changed by acts that say what ends with it."""

from collections.abc import Collection
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from backoffice.admin.account.look_as import LookAsButton
from backoffice.admin.base import BaseAdmin, ReadOnly, Steps, staff
from backoffice.admin.display import badge, contact, link, list_url, two_lines
from backoffice.admin.partners.standing import (
    MemberDialog,
    MemberRoleDialog,
    RestoreMemberDialog,
)
from backoffice.admin.refusals import go
from partners.models import AgencyMember, MemberRole, StaffSession
from partners.services.staff import change_member_role, end_membership, restore_membership


@admin.register(AgencyMember)
class MemberAdmin(LookAsButton, ReadOnly, Steps, BaseAdmin):
    agency_path = "agency_id"
    agency_filter = "agency"
    event_name = "member"
    list_display = ("who", "agency", "role_badge", "state", "signs_in_by", "last_seen", "deeds")
    list_filter = (("role", ChoicesDropdownFilter), ("is_active", BooleanRadioFilter))
    list_select_related = ("user", "agency")
    search_fields = ("user__first_name", "user__last_name", "user__login", "user__phone")
    search_help_text = _("Name, login or phone")
    fieldsets = (
        (None, {"fields": (("person", "agency"), ("role_badge", "state"))}),
        (
            _("At work"),
            {"fields": (("signs_in_by", "last_seen"), ("reached", "created_at"), "deeds")},
        ),
    )
    readonly_fields = (
        "person",
        "role_badge",
        "state",
        "signs_in_by",
        "last_seen",
        "reached",
        "deeds",
    )
    actions_list = ["invite"]
    actions_detail = ["look_as", "change_role", "end", "restore"]
    empty_title = _("Nobody works here yet")
    empty_text = _("Invite somebody: the person opens the link and is a member.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AgencyMember]:
        seen = StaffSession.objects.filter(user=OuterRef("user")).order_by("-seen_at")
        rows = super().get_queryset(request)
        return rows.annotate(seen_at=Subquery(seen.values("seen_at")[:1]))

    def get_list_display(self, request: HttpRequest) -> list[str]:
        user = staff(request)
        one = not user.sees_all_agencies and len(user.agency_ids) == 1
        return [
            name for name in super().get_list_display(request) if not (one and name == "agency")
        ]

    def fit(self, request: HttpRequest, obj: AgencyMember) -> Collection[str]:
        # Nobody changes his own standing.
        if obj.user_id == staff(request).pk:
            return ()
        return ("look_as", "change_role", "end") if obj.is_active else ("restore",)

    # --- what is done

    def has_invite_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "partners.add_staffinvitation")

    def has_standing_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "partners.change_agencymember", object_id)

    @action(
        description=_("Invite"),
        url_path="invite",
        permissions=["invite"],
        icon="person_add",
        variant=ActionVariant.PRIMARY,
    )
    def invite(self, request: HttpRequest) -> HttpResponse:
        return go(request, reverse("admin:partners_staffinvitation_add"))

    @action(
        description=_("Change role"),
        url_path="role",
        permissions=["standing"],
        icon="manage_accounts",
        dialog={
            "title": _("Change role"),
            "description": _(
                "Owners read the ledger, ask for payouts, see the bank details, invite people and "
                "change who works here."
            ),
            "form_class": MemberRoleDialog,
            "form_submit_text": _("Change role"),
        },
    )
    def change_role(
        self, request: HttpRequest, form: MemberRoleDialog, object_id: str
    ) -> HttpResponse:
        member = self.own_or_404(request, object_id)
        act = partial(change_member_role, member_id=member.pk, role=form.cleaned_data["role"])
        return self.do(request, member, act, done=_("The role is changed."))

    @action(
        description=_("End membership"),
        url_path="end",
        permissions=["standing"],
        icon="person_off",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("End membership"),
            "description": _("The person no longer works for the agency, from this moment on."),
            "form_class": MemberDialog,
            "form_submit_text": _("End membership"),
        },
    )
    def end(self, request: HttpRequest, form: MemberDialog, object_id: str) -> HttpResponse:
        member = self.own_or_404(request, object_id)
        act = partial(end_membership, member_id=member.pk)
        return self.do(request, member, act, done=_("The membership has ended."))

    @action(
        description=_("Take back"),
        url_path="restore",
        permissions=["standing"],
        icon="how_to_reg",
        dialog={
            "title": _("Take back"),
            "description": _("The person works for the agency again, in the same role."),
            "form_class": RestoreMemberDialog,
            "form_submit_text": _("Take back"),
        },
    )
    def restore(
        self, request: HttpRequest, form: RestoreMemberDialog, object_id: str
    ) -> HttpResponse:
        member = self.own_or_404(request, object_id)
        act = partial(restore_membership, member_id=member.pk)
        return self.do(request, member, act, done=_("The person works here again."))

    # --- columns

    @display(description=_("person"), ordering="user__first_name")
    def who(self, member: AgencyMember) -> SafeString:
        return two_lines(member.user, member.user.login or member.user.phone)

    @display(description=_("person"))
    def person(self, member: AgencyMember) -> SafeString:
        return two_lines(member.user, member.user.login or "")

    @display(description=_("phone and Telegram"))
    def reached(self, member: AgencyMember) -> SafeString | str:
        person = member.user
        return contact(person) if person.phone or person.username else "–"

    @display(description=_("role"), ordering="role")
    def role_badge(self, member: AgencyMember) -> SafeString:
        colour = "primary" if member.role == MemberRole.OWNER else "info"
        return badge(member.get_role_display(), colour)

    @display(description=_("state"), ordering="is_active")
    def state(self, member: AgencyMember) -> SafeString:
        if not member.user.is_active:
            return badge(_("account closed"), "danger")
        if member.is_active:
            return badge(_("works here"), "success")
        return badge(pgettext_lazy("works here no longer", "left"))

    @display(description=_("signs in by"))
    def signs_in_by(self, member: AgencyMember) -> str:
        person, ways = member.user, []
        if person.login and person.has_usable_password():
            ways.append(gettext("password"))
        if person.telegram_id is not None:
            ways.append("Telegram")
        return ", ".join(ways) or "–"

    @display(description=_("last seen"), ordering="seen_at")
    def last_seen(self, member: Any) -> str:
        return f"{localtime(member.seen_at):%d.%m.%Y %H:%M}" if member.seen_at else "–"

    @display(description=_("what was done"))
    def deeds(self, member: AgencyMember) -> SafeString:
        url = list_url("core.eventlog", user__id__exact=member.user_id)
        return link(url, _("Log of actions"))
