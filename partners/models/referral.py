"""Bloggers and others who bring travellers: who they are, for what share, whom they brought."""

from datetime import date

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.fields import MoneyField, PercentField
from core.money import ZERO, percents
from partners.states import Door, NoCredit


class ReferralPartnerQuerySet(models.QuerySet["ReferralPartner"]):
    def for_user(self, user) -> "ReferralPartnerQuerySet":  # type: ignore[no-untyped-def]
        return self if user.sees_all_agencies else self.filter(user_id=user.pk)

    def by_code(self, code: str) -> "ReferralPartner | None":
        """Whose code it is; codes are typed in any case."""
        return self.select_related("user").filter(code=code.strip().upper()).first()


class ReferralPartner(models.Model):
    """A person whose code earns a bonus from each paid booking it brought.

    ``commission_percent`` is what he earns on days without a ``PartnerRate`` of their own.
    ``total_sales`` (cash of the bookings that count for him) and ``total_commission_paid`` are
    running totals, less what was refunded; the audit of the books proves the second.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="referral_partner",
        verbose_name=_("person"),
    )
    code = models.CharField(_("code"), max_length=20, unique=True)
    commission_percent = PercentField(
        _("bonus, %"), validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    is_active = models.BooleanField(_("active"), default=True)
    stop_reason = models.CharField(_("why stopped"), max_length=300, blank=True)
    total_sales = MoneyField(_("total sales"), default=ZERO, editable=False)
    total_commission_paid = MoneyField(_("total bonus"), default=ZERO, editable=False)
    created_at = models.DateTimeField(_("partner since"))

    objects = ReferralPartnerQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["total_sales", "total_commission_paid"])

    class Meta:
        verbose_name = _("referral partner")
        verbose_name_plural = _("referral partners")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(commission_percent__gte=0, commission_percent__lte=100),
                name="partner_bonus_is_a_percentage",
            ),
            models.CheckConstraint(
                condition=Q(code=Upper("code")),
                name="partner_code_is_upper_case",
            ),
            models.CheckConstraint(
                condition=Q(is_active=True, stop_reason="")
                | Q(is_active=False) & ~Q(stop_reason=""),
                name="stopped_partner_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.user}"


class PartnerRateQuerySet(models.QuerySet["PartnerRate"]):
    def for_user(self, user) -> "PartnerRateQuerySet":  # type: ignore[no-untyped-def]
        return self if user.sees_all_agencies else self.filter(partner__user_id=user.pk)

    def in_force(self, day: date) -> "PartnerRateQuerySet":
        """Rates of the local day; of several the one that began last counts."""
        until = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        return self.filter(until, valid_from__lte=day).order_by("-valid_from", "-id")


class PartnerRate(models.Model):
    """What a partner earns of bookings that are asked for on some days. Days are local."""

    partner = models.ForeignKey(
        ReferralPartner, models.PROTECT, related_name="rates", verbose_name=_("partner")
    )
    percent = PercentField(_("bonus, %"), validators=[MinValueValidator(0), MaxValueValidator(100)])
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(
        _("valid to"),
        null=True,
        blank=True,
        help_text=_("The last day; empty: until the next one."),
    )
    reason = models.CharField(_("reason"), max_length=300)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made at"))

    objects = PartnerRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner's rate")
        verbose_name_plural = _("partners' rates")
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100),
                name="partner_rate_is_a_percentage",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="partner_rate_period_is_a_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner.code}: {percents(self.percent)}"


class ReferralTouchQuerySet(models.QuerySet["ReferralTouch"]):
    def for_user(self, user) -> "ReferralTouchQuerySet":  # type: ignore[no-untyped-def]
        return self if user.sees_all_agencies else self.filter(partner__user_id=user.pk)


class ReferralTouch(models.Model):
    """Somebody came by a partner's link; kept once for each pair, with why it does not count.

    The one that counts is ``User.referred_by`` as well.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="touches", verbose_name=_("person")
    )
    partner = models.ForeignKey(
        ReferralPartner, models.PROTECT, related_name="touches", verbose_name=_("partner")
    )
    door = models.CharField(_("came to"), max_length=3, choices=Door)
    refusal = models.CharField(
        _("does not count"), max_length=8, choices=NoCredit, blank=True, default=NoCredit.NONE
    )
    created_at = models.DateTimeField(_("came at"))

    objects = ReferralTouchQuerySet.as_manager()

    class Meta:
        verbose_name = _("arrival by a link")
        verbose_name_plural = _("arrivals by links")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "partner"], name="one_touch_of_a_pair"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(refusal=""), name="first_touch_wins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.partner.code}"
