"""People: travellers and staff. The platform's page."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from backoffice.admin.base import BaseAdmin, OwnPage, ReadOnly, Steps, staff
from backoffice.admin.display import badge, change_url, link, list_url, two_lines
from backoffice.admin.notifications.preferences import muted_in_words
from backoffice.admin.partners.person_bonus import grant_page, statement_page, tell_bonus
from backoffice.admin.refusals import go
from partners.models import AccessToken, Friendship, PlatformRole, ReferralTouch, User


class PasswordForm(BaseDialogForm):
    """A new password for a member of staff, typed twice."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Once more"),
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        password = data.get("password")
        if password and data.get("again") and password != data["again"]:
            raise ValidationError({"again": _("The two passwords differ.")})
        if password:
            try:
                validate_password(password, User.objects.filter(pk=self.object_id).first())
            except ValidationError as error:
                raise ValidationError({"password": error}) from error
        return data


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
    """Nobody locks himself out, and no staff is without a login."""

    interests = Words(
        label=_("Interests"), required=False, help_text=_("With commas between them.")
    )

    # Set by the admin for each request.
    editor_id: int | None = None

    def clean_login(self) -> str | None:
        return self.cleaned_data["login"] or None

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        own_page = self.instance.pk is not None and self.instance.pk == self.editor_id
        if own_page and data.get("platform_role") != PlatformRole.ADMIN:
            self.add_error("platform_role", _("You cannot take your own role away."))
        if own_page and not data.get("is_active"):
            self.add_error("is_active", _("You cannot deactivate yourself."))
        if data.get("platform_role") and not data.get("login"):
            self.add_error("login", _("The platform's staff need a login."))
        elif not data.get("login") and self.instance.telegram_id is None:
            self.add_error("login", _("Without Telegram a person needs a login."))
        return data


@admin.register(User)
class PersonAdmin(OwnPage, Steps, BaseAdmin):
    event_name = "user"
    form = PersonForm
    list_display = ("who", "phone", "telegram", "role_badge", "language", "is_active", "joined")
    list_filter = (
        ("platform_role", ChoicesDropdownFilter),
        ("language", ChoicesDropdownFilter),
        ("is_active", BooleanRadioFilter),
    )
    search_fields = ("login", "username", "first_name", "last_name", "phone")
    search_help_text = _("Name, phone, login or Telegram name")
    ordering = ("-id",)
    readonly_fields = (
        "telegram_id",
        "is_reachable",
        "wishes",
        "brought",
        "date_joined",
        "interests_shown",
    )
    fieldsets = (
        (None, {"fields": (("first_name", "last_name"), ("phone", "language"))}),
        (_("Sign-in and role"), {"fields": (("login", "platform_role"), "is_active")}),
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
    actions_detail = ["grant", "set_password", "sent"]
    empty_title = _("Nobody here")

    class Media:
        css = {"all": ("backoffice/partners.css",)}

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        own = path("<int:object_id>/bonus/", wrap(self.bonus), name="partners_user_bonus")
        return [own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.editor_id = staff(request).pk
        return form

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
        return {"grant", "sent", "set_password"} if obj.login else {"grant", "sent"}

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

    # --- password

    def has_password_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.may(request, "partners.change_user", object_id)

    @action(
        description=_("Set password"),
        url_path="password",
        permissions=["password"],
        icon="key",
        dialog={
            "title": _("Set password"),
            "description": _("The person signs in with it at once; open sessions end."),
            "form_class": PasswordForm,
            "form_submit_text": _("Set password"),
        },
    )
    def set_password(
        self, request: HttpRequest, form: PasswordForm, object_id: str
    ) -> HttpResponse:
        person = self.own_or_404(request, object_id)
        with transaction.atomic():
            person.set_password(form.cleaned_data["password"])
            person.save(update_fields=["password"])
            self.record_event(request, person, "password_set")
        self.message_user(request, _("The password is set."))
        return go(request, change_url(person))

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

    @display(description=_("joined"), ordering="date_joined")
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
class AccessTokenAdmin(ReadOnly, BaseAdmin):
    """Who is signed in; the digest is of no use to anybody and stays out of sight."""

    list_display = ("user", "created_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("user__first_name", "user__last_name", "user__phone")
    fields = ("user", "created_at", "expires_at", "revoked_at")
