"""Everybody: a traveller from Telegram, a member of an agency, the platform's staff."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from partners.roles import PLATFORM, TABLE, Role, allowed


class Language(models.TextChoices):
    RU = "ru", _("Russian")
    UZ = "uz", _("Uzbek")
    EN = "en", _("English")


class PlatformRole(models.TextChoices):
    NONE = "", _("none")
    ACCOUNTANT = Role.ACCOUNTANT.value, _("accountant")
    SUPPORT = Role.SUPPORT.value, _("support")
    ADMIN = Role.ADMIN.value, _("platform admin")


class UserQuerySet(models.QuerySet["User"]):
    def for_user(self, user: "User") -> "UserQuerySet":
        """The platform's staff see everybody; agencies see their members and travellers."""
        if user.sees_all_agencies:
            return self
        own = models.Q(pk=user.pk) | models.Q(memberships__agency_id__in=user.agency_ids)
        travellers = models.Q(bookings__session__tour__agency_id__in=user.agency_ids)
        return self.filter(pk__in=self.model.objects.filter(own | travellers).values("pk"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, login: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(login=login, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, login: str, password: str | None = None, **fields: Any) -> "User":
        """``manage.py createsuperuser``: a platform admin."""
        fields["platform_role"] = PlatformRole.ADMIN
        return self.create_user(login, password, **fields)


class User(AbstractBaseUser):
    """A person.

    ``login`` and password are for the staff's sign-in, ``telegram_id`` for everybody else's. What a
    person may do follows from ``role`` and the table in ``partners.roles``; there are no groups and
    no per-user permissions.
    """

    login = models.CharField(
        _("login"), max_length=64, unique=True, null=True, blank=True, help_text=_("Staff only.")
    )
    telegram_id = models.BigIntegerField(_("Telegram id"), unique=True, null=True, blank=True)
    username = models.CharField(_("Telegram name"), max_length=64, blank=True)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    avatar = models.ForeignKey(
        "core.Media",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("avatar"),
    )
    interests = models.JSONField(_("interests"), default=list, blank=True)
    sphere = models.CharField(_("sphere"), max_length=80, blank=True)
    specialization = models.CharField(_("specialization"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.RU)
    platform_role = models.CharField(
        _("platform role"),
        max_length=12,
        choices=PlatformRole,
        default=PlatformRole.NONE,
        blank=True,
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_reachable = models.BooleanField(
        _("reachable"), default=True, help_text=_("False once the person has blocked the bot.")
    )
    # First touch wins: the partner whose link brought this person, and when.
    referred_by = models.ForeignKey(
        "partners.ReferralPartner",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="brought",
        verbose_name=_("brought by"),
    )
    referred_at = models.DateTimeField(_("brought at"), null=True, blank=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["-id"]
        # For the staff's search: a part of a name or of a number, in any case.
        indexes = [
            GinIndex(OpClass(Upper("first_name"), "gin_trgm_ops"), name="user_first_name_part"),
            GinIndex(OpClass(Upper("last_name"), "gin_trgm_ops"), name="user_last_name_part"),
            GinIndex(OpClass("phone", "gin_trgm_ops"), name="user_phone_part"),
            models.Index(Upper("username"), name="user_telegram_name"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(login__isnull=False) | models.Q(telegram_id__isnull=False),
                name="user_has_login_or_telegram",
            ),
            models.CheckConstraint(
                condition=models.Q(platform_role="") | models.Q(login__isnull=False),
                name="platform_staff_have_a_login",
            ),
            models.CheckConstraint(
                condition=models.Q(referred_by=None, referred_at=None)
                | models.Q(referred_by__isnull=False, referred_at__isnull=False),
                name="user_referral_is_a_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username or self.login or f"#{self.pk}"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.first_name or str(self)

    # --- role

    @cached_property
    def _memberships(self) -> list[tuple[int, str]]:
        rows = self.memberships.filter(is_active=True).values_list("agency_id", "role")
        return list(rows) if self.pk else []

    @property
    def role(self) -> Role:
        """The strongest of the person's roles: platform, then owner, then manager."""
        if self.platform_role:
            return Role(self.platform_role)
        roles = {role for _, role in self._memberships}
        return next((r for r in (Role.OWNER, Role.MANAGER) if r.value in roles), Role.TRAVELLER)

    @property
    def agency_ids(self) -> frozenset[int]:
        """The agencies this person works for."""
        return frozenset(agency_id for agency_id, _ in self._memberships)

    def agency_ids_for(self, resource: str, act: str) -> frozenset[int]:
        """The agencies in which the person's role *there* may do ``act`` with ``resource``: an
        owner of one who manages another is only a manager in the other."""
        return frozenset(a for a, role in self._memberships if allowed(role, resource, act))

    @property
    def sees_all_agencies(self) -> bool:
        return self.role in PLATFORM

    def actor(self, source: str, request_id: str = "") -> Actor:
        """This person as the ``by`` of an act, through the door ``source``."""
        return Actor(
            role=self.role,
            source=source,
            user_id=self.pk,
            agency_ids=self.agency_ids,
            request_id=request_id,
        )

    # --- what Django's admin asks

    @property
    def is_staff(self) -> bool:
        return self.is_active and self.role != Role.TRAVELLER

    @property
    def is_superuser(self) -> bool:
        return self.platform_role == PlatformRole.ADMIN

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """``app.act_model`` read off ``partners.roles.TABLE``; history is seen with its model."""
        app, _, codename = perm.partition(".")
        act, _, model = codename.partition("_")
        if model.startswith("historical") and act == "view":
            model = model.removeprefix("historical")
        return self.is_active and allowed(self.role, f"{app}.{model}", act)

    def has_perms(self, perms: Iterable[str], obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and any(
            self.role in acts.get("view", ())
            for resource, acts in TABLE.items()
            if resource.startswith(f"{app_label}.")
        )
