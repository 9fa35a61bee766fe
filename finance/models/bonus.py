"""Bonuses of referral partners."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField
from core.money import ZERO, som
from core.state import StateField, StatefulModel, transition
from finance.states import BonusStatus


class BonusQuerySet(models.QuerySet["ReferralBonus"]):
    def for_user(self, user) -> "BonusQuerySet":  # type: ignore[no-untyped-def]
        return self if user.sees_all_agencies else self.filter(user_id=user.pk)


class ReferralBonus(StatefulModel):
    """What one paid booking earns the person who brought the traveller."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="referral_bonuses",
        verbose_name=_("partner"),
    )
    booking = models.OneToOneField(
        "sales.Booking",
        models.PROTECT,
        related_name="referral_bonus",
        verbose_name=_("booking"),
    )
    amount = MoneyField(_("amount, UZS"))
    # What refunds of the booking have taken back of it.
    reversed_amount = MoneyField(_("taken back"), default=ZERO, editable=False)
    status = StateField(_("status"), choices=BonusStatus, default=BonusStatus.PENDING)
    created_at = models.DateTimeField(_("earned at"))
    # The day it may mature at the earliest, and when it did.
    available_at = models.DateTimeField(_("available at"))
    matured_at = models.DateTimeField(_("matured at"), null=True, blank=True)

    objects = BonusQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral bonus")
        verbose_name_plural = _("referral bonuses")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["available_at"],
                name="bonus_to_mature",
                condition=Q(status=BonusStatus.PENDING),
            ),
            models.Index(fields=["user", "-id"], name="bonus_by_user"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="bonus_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(reversed_amount__gte=0, reversed_amount__lte=F("amount")),
                name="bonus_is_taken_back_at_most_once",
            ),
            models.CheckConstraint(
                condition=Q(available_at__gte=F("created_at")), name="bonus_matures_later"
            ),
            models.CheckConstraint(
                condition=~Q(status=BonusStatus.AVAILABLE)
                | Q(matured_at__isnull=False, matured_at__gte=F("available_at")),
                name="available_bonus_has_matured",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking} · {som(self.amount)}"

    @property
    def kept(self) -> Decimal:
        """What refunds have left of it, UZS."""
        return self.amount - self.reversed_amount

    @transition(status, BonusStatus.PENDING, BonusStatus.AVAILABLE)
    def mature(self, *, at: datetime) -> None:
        """It may be spent or withdrawn."""
        self.matured_at = at

    @transition(status, [BonusStatus.PENDING, BonusStatus.AVAILABLE], BonusStatus.REVERSED)
    def reverse(self) -> None:
        """The booking was refunded."""
