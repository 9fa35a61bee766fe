"""People: travellers and staff. The platform's page."""

from collections.abc import Collection
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from backoffice.admin.account.devices import ResetsSecondFactor
from backoffice.admin.account.look_as import LookAsButton
from backoffice.admin.base import BaseAdmin, OwnPage, ReadOnly, Steps, staff
from backoffice.admin.display import badge, change_url, link, list_url, two_lines
from backoffice.admin.finding import FindsByIndex, of_person
from backoffice.admin.notifications.preferences import muted_in_words
from backoffice.admin.partners.person_bonus import grant_page, statement_page, tell_bonus
from backoffice.admin.partners.standing import (
    PasswordDialog,
    PersonDialog,
    PlatformRoleDialog,
    ReactivateDialog,
)
from backoffice.admin.refusals import go
from partners.models import AccessToken, Friendship, ReferralTouch, User
from partners.queries.search import find_people
from partners.services.staff import (
    change_platform_role,
    deactivate_person,
    reactivate_person,
    set_password,
)


class Words(forms.CharField):
    """A list of words, typed with commas between them."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        words = (word.strip() for word in str(super().clean(value)).split(","))
        return [word for word in words if word]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """No staff is without a login. Standing and password are no fields: acts change them."""

    interests = Words(
        label=_("Interests"), required=False, help_text=_("With commas between them.")
    )

    def clean_login(self) -> str | None:
        return self.cleaned_data["login"] or None

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        # The role is typed on the page of somebody new; else an act changes it.
        role = data.get("platform_role", self.instance.platform_role)
        if role and not data.get("login"):
            self.add_error("login", _("The platform's staff need a login."))
        elif not data.get("login") and self.instance.telegram_id is None:
            self.add_error("login", _("Without Telegram a person needs a login."))
        return data


@admin.register(User)
class PersonAdmin(LookAsButton, ResetsSecondFactor, OwnPage, Steps, BaseAdmin):
    is_great = True
    event_name = "user"
    form = PersonForm
    list_display = ("who", "phone", "telegram", "role_badge", "language", "state", "joined")
    linked = ("is_reachable",)
    list_filter = (
        ("platform_role", ChoicesDropdownFilter),
        ("language", ChoicesDropdownFilter),
        ("is_active", BooleanRadioFilter),
    )
    search_fields = ("login", "username", "first_name", "last_name", "phone")
    search_help_text = _("Name, phone, login or Telegram name")
    ordering = ("-id",)
    readonly_fields = (
        "role_badge",
        "state",
        "telegram_id",
        "is_reachable",
        "wishes",
        "brought",
        "date_joined",
        "interests_shown",
    )
    fieldsets = (
        (None, {"fields": (("first_name", "last_name"), ("phone", "language"))}),
        (_("Sign-in and role"), {"fields": ("login", ("role_badge", "state"))}),
        (
            _("Profile"),
            {"classes": ["tab"], "fields": (("sphere", "specialization"), "interests")},
        ),
        (
            _("Telegram"),
            {
                "classes": ["tab"],
                "fields": (("telegram_id", "username"), "is_reachable", "wishes"),
            },
        ),
        (
            _("Origin"),
            {"classes": ["tab"], "fields": (("brought", "date_joined"),)},
        ),
    )
    add_fieldsets = (
        (None, {"fields": (("first_name", "last_name"), ("phone", "language"))}),
        (_("Sign-in and role"), {"fields": (("login", "platform_role"),)}),
    )
    change_form_outer_before_template = "admin/partners/person_bonus.html"
    change_form_outer_after_template = "admin/partners/person_statement.html"
    actions_detail = [
        "look_as",
        {
            "title": _("Sign-in and role"),
            "icon": "manage_accounts",
            "items": ["change_role", "set_password", "reset_factor", "deactivate", "reactivate"],
        },
        {"title": _("More"), "icon": "more_horiz", "items": ["grant", "sent"]},
    ]
    empty_title = _("Nobody here")

    class Media:
        css = {"all": ("backoffice/partners.css",)}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        return (find_people(queryset, search_term) if search_term else queryset), False

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        own = path("<int:object_id>/bonus/", wrap(self.bonus), name="partners_user_bonus")
        return [own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        found = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return found
        # Shown rather than typed, a list would be JSON.
        shown: dict[Any, Any] = {"interests": "interests_shown"}
        return [
            (title, options | {"fields": [shown.get(name, name) for name in options["fields"]]})
            for title, options in found
        ]

    @display(description=_("interests"))
    def interests_shown(self, person: User) -> str:
        return ", ".join(person.interests) or "–"

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: Any) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def fit(self, request: HttpRequest, obj: User) -> Collection[str]:
        fitting = {"grant", "sent"}
        # Nobody changes his own standing; his password is changed on his own page.
        if obj.pk == staff(request).pk:
            return fitting
        if not obj.is_active:
            return fitting | {"reactivate"}
        fitting |= {"look_as", *self.fit_reset(obj)}
        return fitting | {"change_role", "deactivate", *(["set_password"] if obj.login else [])}

    # --- bonus

    def page_of(self, request: HttpRequest, obj: User) -> dict[str, Any] | None:
        return tell_bonus(obj, staff(request))

    def bonus(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if not self.may(request, "finance.view_referralbonus", object_id):
            raise PermissionDenied
        return statement_page(request, self, self.own_or_404(request, object_id))

    def has_grant_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "finance.grant_adjustment", object_id)

    @action(
        description=_("Grant or correct bonus"),
        url_path="grant",
        permissions=["grant"],
        icon="redeem",
    )
    def grant(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return grant_page(request, self, self.own_or_404(request, object_id))

    # --- messages

    def has_messages_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "notifications.view_notification", object_id)

    @action(
        description=_("Messages"),
        url_path="messages",
        permissions=["messages"],
        icon="forum",
    )
    def sent(self, request: HttpRequest, object_id: str) -> HttpResponse:
        person = self.own_or_404(request, object_id)
        return go(request, list_url("notifications.notification", recipient__id__exact=person.pk))

    # --- standing and password

    def has_standing_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "partners.change_user", object_id)

    @action(
        description=_("Change role"),
        url_path="role",
        permissions=["standing"],
        icon="manage_accounts",
        dialog={
            "title": _("Role on the platform"),
            "description": _("The person signs in anew and works in the new role."),
            "form_class": PlatformRoleDialog,
            "form_submit_text": _("Change role"),
        },
    )
    def change_role(
        self, request: HttpRequest, form: PlatformRoleDialog, object_id: str
    ) -> HttpResponse:
        person = self.own_or_404(request, object_id)
        act = partial(change_platform_role, person_id=person.pk, role=form.cleaned_data["role"])
        return self.do(request, person, act, done=_("The role is changed."))

    @action(
        description=_("Close account"),
        url_path="deactivate",
        permissions=["standing"],
        icon="person_off",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Close account"),
            "description": _(
                "The person signs in nowhere any more: not here, not in the Mini App, not in the "
                "bot."
            ),
            "form_class": PersonDialog,
            "form_submit_text": _("Close account"),
        },
    )
    def deactivate(self, request: HttpRequest, form: PersonDialog, object_id: str) -> HttpResponse:
        person = self.own_or_404(request, object_id)
        act = partial(deactivate_person, person_id=person.pk)
        return self.do(request, person, act, done=_("The account is closed."))

    @action(
        description=_("Open account again"),
        url_path="reactivate",
        permissions=["standing"],
        icon="how_to_reg",
        dialog={
            "title": _("Open account again"),
            "description": _(
                "The person may sign in again. What ended stays ended: exports, schedules and "
                "invitations have to be made anew."
            ),
            "form_class": ReactivateDialog,
            "form_submit_text": _("Open account again"),
        },
    )
    def reactivate(
        self, request: HttpRequest, form: ReactivateDialog, object_id: str
    ) -> HttpResponse:
        person = self.own_or_404(request, object_id)
        act = partial(reactivate_person, person_id=person.pk)
        return self.do(request, person, act, done=_("The person may sign in again."))

    @action(
        description=_("Set password"),
        url_path="password",
        permissions=["standing"],
        icon="key",
        dialog={
            "title": _("Set password"),
            "description": _("The person signs in with it at once; open sessions end."),
            "form_class": PasswordDialog,
            "form_submit_text": _("Set password"),
        },
    )
    def set_password(
        self, request: HttpRequest, form: PasswordDialog, object_id: str
    ) -> HttpResponse:
        person = self.own_or_404(request, object_id)
        act = partial(set_password, person_id=person.pk, password=form.cleaned_data["password"])
        return self.do(
            request, person, act, done=_("The password is set; the person's sessions have ended.")
        )

    # --- columns

    @display(description=_("person"), ordering="first_name")
    def who(self, user: User) -> str:
        return two_lines(user, user.login or "")

    @display(description=_("Telegram"))
    def telegram(self, user: User) -> str:
        return f"@{user.username}" if user.username else str(user.telegram_id or "–")

    @display(description=_("role"))
    def role_badge(self, user: User) -> str:
        # Memberships are prefetched; ``user.role`` would ask for each row.
        roles = {m.role for m in user.memberships.all() if m.is_active}
        if user.platform_role:
            return badge(user.get_platform_role_display(), "primary")
        if roles:
            return badge(_("agency owner") if "owner" in roles else _("agency manager"), "info")
        return badge(_("traveller"))

    @display(description=_("state"), ordering="is_active")
    def state(self, user: User) -> str:
        return badge(_("active"), "success") if user.is_active else badge(_("closed"), "danger")

    @display(description=_("brought by"))
    def brought(self, user: User) -> Any:
        """Whose link, when, and through which door."""
        if user.referred_by is None:
            return ""
        touch = ReferralTouch.objects.filter(user=user, partner=user.referred_by).first()
        when = f"{localtime(user.referred_at):%d.%m.%Y %H:%M}"
        door = f" · {touch.get_door_display()}" if touch else ""
        partner = user.referred_by
        return two_lines(link(change_url(partner), partner), f"{when}{door}")

    @display(description=_("wishes about messages"))
    def wishes(self, user: User) -> str:
        """What he has turned off, and his quiet hours."""
        own = getattr(user, "preferences", None)
        told = (muted_in_words(own), own.quiet_hours) if own else ()
        return "; ".join(filter(None, told)) or "–"

    @display(description=_("joined"), ordering="id")
    def joined(self, user: User) -> Any:
        return user.date_joined.date()


@admin.register(Friendship)
class FriendshipAdmin(ReadOnly, BaseAdmin):
    list_display = ("__str__", "status", "created_at", "answered_at")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_select_related = ("from_user", "to_user")
    search_fields = ("from_user__first_name", "from_user__last_name", "to_user__last_name")
    fields = ("from_user", "to_user", "status", "created_at", "answered_at")


@admin.register(AccessToken)
class AccessTokenAdmin(FindsByIndex, ReadOnly, BaseAdmin):
    """Who is signed in; the digest is of no use to anybody and stays out of sight."""

    is_great = True
    list_display = ("user", "created_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("user__first_name", "user__last_name", "user__phone")
    fields = ("user", "created_at", "expires_at", "revoked_at")

    def ways(self, words: str) -> list[Q]:
        return of_person(words, "user")
