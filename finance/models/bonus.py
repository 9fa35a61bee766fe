"""Bonuses of referral partners and their way to a card."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.fields import EncryptedTextField, MoneyField
from core.money import ZERO
from core.state import StateField, StatefulModel, transition
from finance.states import OPEN_WITHDRAWALS, BonusStatus, WithdrawalStatus


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
    available_at = models.DateTimeField(_("available at"))

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
        ]

    def __str__(self) -> str:
        return f"{self.booking} · {self.amount}"

    @transition(status, BonusStatus.PENDING, BonusStatus.AVAILABLE)
    def mature(self) -> None:
        """It may be spent or withdrawn."""

    @transition(status, [BonusStatus.PENDING, BonusStatus.AVAILABLE], BonusStatus.REVERSED)
    def reverse(self) -> None:
        """The booking was refunded."""


class WithdrawalQuerySet(models.QuerySet["ReferralPayoutRequest"]):
    def for_user(self, user) -> "WithdrawalQuerySet":  # type: ignore[no-untyped-def]
        return self if user.sees_all_agencies else self.filter(user_id=user.pk)


class ReferralPayoutRequest(StatefulModel):
    """A wish to have a bonus paid to a card; the number is encrypted, four digits are shown."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="withdrawals",
        verbose_name=_("partner"),
    )
    amount = MoneyField(_("amount, UZS"))
    card_number = EncryptedTextField(_("card number"), editable=False)
    card_last4 = models.CharField(_("card"), max_length=4)
    status = StateField(_("status"), choices=WithdrawalStatus, default=WithdrawalStatus.REQUESTED)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    provider_reference = models.CharField(_("provider reference"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("asked at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = WithdrawalQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["card_number"])

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="withdrawal_is_positive"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("user")),
                name="withdrawal_maker_is_not_checker",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(status__in=OPEN_WITHDRAWALS),
                name="one_open_withdrawal_per_person",
            ),
            models.CheckConstraint(
                condition=Q(card_last4__regex=r"^\d{4}$"), name="card_last4_is_four_digits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.amount}"

    @transition(status, WithdrawalStatus.REQUESTED, WithdrawalStatus.APPROVED)
    def approve(self, *, by_id: int, at: datetime) -> None:
        self.approved_by_id = by_id
        self.decided_at = at

    @transition(status, WithdrawalStatus.REQUESTED, WithdrawalStatus.REJECTED)
    def reject(self, *, at: datetime) -> None:
        self.decided_at = at

    @transition(status, WithdrawalStatus.APPROVED, WithdrawalStatus.PROCESSING)
    def send(self) -> None:
        """Handed to the payout provider."""

    @transition(status, WithdrawalStatus.PROCESSING, WithdrawalStatus.PAID)
    def pay(self, *, reference: str) -> None:
        self.provider_reference = reference

    @transition(status, WithdrawalStatus.PROCESSING, WithdrawalStatus.FAILED)
    def fail(self) -> None:
        """The provider could not pay it."""
