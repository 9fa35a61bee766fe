"""Travel agencies and the people who work for them."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.fields import PercentField


class AgencyStatus(models.TextChoices):
    ACTIVE = "active", _("active")
    BLOCKED = "blocked", _("blocked")


class Collection(models.TextChoices):
    PLATFORM = "platform", _("to the platform's cashbox")
    SPLIT = "split", _("split by Payme between the two cashboxes")


class PayoutCycle(models.TextChoices):
    DATES = "dates", _("on the 1st, the 11th and the 21st")
    ON_DEMAND = "on_demand", _("when the agency asks")


class AgencyQuerySet(models.QuerySet["TravelAgency"]):
    def for_user(self, user) -> "AgencyQuerySet":  # type: ignore[no-untyped-def]
        return self if user.sees_all_agencies else self.filter(pk__in=user.agency_ids)

    def active(self) -> "AgencyQuerySet":
        return self.filter(status=AgencyStatus.ACTIVE)


class TravelAgency(models.Model):
    """An agency that sells tours through the platform."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("slug"), unique=True)
    description = models.TextField(_("description"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    telegram = models.CharField(_("Telegram"), max_length=64, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    logo = models.ForeignKey(
        "core.Media",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("logo"),
    )
    commission_percent = PercentField(
        _("commission, %"),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("The platform's share of a sale; frozen on each booking."),
    )
    payme_merchant_id = models.CharField(
        _("Payme cashbox id"),
        max_length=24,
        blank=True,
        validators=[RegexValidator(r"^[0-9a-f]{24}$", _("24 hexadecimal digits."))],
    )
    bank_name = models.CharField(_("bank"), max_length=120, blank=True)
    bank_account = models.CharField(
        _("bank account"),
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^\d{20}$", _("20 digits."))],
    )
    bank_mfo = models.CharField(
        _("MFO"), max_length=5, blank=True, validators=[RegexValidator(r"^\d{5}$", _("5 digits."))]
    )
    tax_id = models.CharField(
        _("INN"), max_length=9, blank=True, validators=[RegexValidator(r"^\d{9}$", _("9 digits."))]
    )
    collection = models.CharField(
        _("money is collected"), max_length=10, choices=Collection, default=Collection.PLATFORM
    )
    status = models.CharField(
        _("status"), max_length=10, choices=AgencyStatus, default=AgencyStatus.ACTIVE
    )
    payout_cycle = models.CharField(
        _("paid out"), max_length=10, choices=PayoutCycle, default=PayoutCycle.DATES
    )
    reserve_percent = PercentField(
        _("reserve, %"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Held back of what becomes available, against refunds that come later."),
    )
    auto_approve = models.BooleanField(
        _("approve by itself"),
        default=False,
        help_text=_("Requests are approved at once while there are seats."),
    )
    manager_chat_id = models.BigIntegerField(_("managers' Telegram chat"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = AgencyQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(commission_percent__gte=0, commission_percent__lte=100),
                name="agency_commission_is_a_percentage",
            ),
            models.CheckConstraint(
                condition=models.Q(reserve_percent__gte=0, reserve_percent__lte=100),
                name="agency_reserve_is_a_percentage",
            ),
            models.CheckConstraint(
                condition=~models.Q(collection=Collection.SPLIT) | ~models.Q(payme_merchant_id=""),
                name="split_collection_has_a_cashbox",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MemberRole(models.TextChoices):
    OWNER = "owner", _("owner")
    MANAGER = "manager", _("manager")


class MemberQuerySet(models.QuerySet["AgencyMember"]):
    def for_user(self, user) -> "MemberQuerySet":  # type: ignore[no-untyped-def]
        return self if user.sees_all_agencies else self.filter(agency_id__in=user.agency_ids)


class AgencyMember(models.Model):
    """Somebody who works for an agency."""

    agency = models.ForeignKey(
        TravelAgency, models.PROTECT, related_name="members", verbose_name=_("agency")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="memberships",
        verbose_name=_("person"),
    )
    role = models.CharField(_("role"), max_length=10, choices=MemberRole)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency member")
        verbose_name_plural = _("agency members")
        ordering = ["agency", "role"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "user"], name="one_membership_per_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
