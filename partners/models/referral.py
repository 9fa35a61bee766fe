"""Bloggers and others who bring travellers."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.fields import MoneyField, PercentField
from core.money import ZERO


class ReferralPartnerQuerySet(models.QuerySet["ReferralPartner"]):
    def for_user(self, user) -> "ReferralPartnerQuerySet":  # type: ignore[no-untyped-def]
        return self if user.sees_all_agencies else self.filter(user_id=user.pk)


class ReferralPartner(models.Model):
    """A person whose code earns a bonus from each paid booking it brought.

    ``total_sales`` and ``total_commission_paid`` are running totals for lists; the ledger is what
    counts, and the audit of the books recomputes them.
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
    total_sales = MoneyField(_("total sales"), default=ZERO, editable=False)
    total_commission_paid = MoneyField(_("total bonus"), default=ZERO, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = ReferralPartnerQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["total_sales", "total_commission_paid"])

    class Meta:
        verbose_name = _("referral partner")
        verbose_name_plural = _("referral partners")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(commission_percent__gte=0, commission_percent__lte=100),
                name="partner_bonus_is_a_percentage",
            ),
            models.CheckConstraint(
                condition=models.Q(code=Upper("code")),
                name="partner_code_is_upper_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.user}"
