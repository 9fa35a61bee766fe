"""What the platform owes an agency, paid out."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.fields import MoneyField
from core.state import StateField, StatefulModel, transition
from finance.states import PayoutStatus


class PayoutQuerySet(models.QuerySet["Payout"]):
    def for_user(self, user) -> "PayoutQuerySet":  # type: ignore[no-untyped-def]
        if user.sees_all_agencies:
            return self
        return self.filter(agency_id__in=user.agency_ids_for("finance.payout", "view"))


class Payout(StatefulModel):
    """A payment of the platform to an agency for a period; one makes it, another approves it."""

    agency = models.ForeignKey(
        "partners.TravelAgency", models.PROTECT, related_name="payouts", verbose_name=_("agency")
    )
    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("to"))
    amount = MoneyField(_("amount, UZS"))
    status = StateField(_("status"), choices=PayoutStatus, default=PayoutStatus.CREATED)
    statement = models.FileField(_("statement"), upload_to="statements/%Y/", blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    bank_reference = models.CharField(_("bank reference"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("made at"))
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)

    objects = PayoutQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        ordering = ["-id"]
        indexes = [models.Index(fields=["agency", "-id"], name="payout_by_agency")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start")), name="payout_period_is_a_period"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("created_by")),
                name="payout_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="payout_approval_is_a_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} · {self.period_start:%d.%m}–{self.period_end:%d.%m.%Y}"

    @transition(status, PayoutStatus.CREATED, PayoutStatus.APPROVED)
    def approve(self, *, by_id: int, at: datetime) -> None:
        self.approved_by_id = by_id
        self.approved_at = at

    @transition(status, PayoutStatus.APPROVED, PayoutStatus.SENT)
    def send(self) -> None:
        """Handed to the bank."""

    @transition(status, PayoutStatus.SENT, PayoutStatus.PAID)
    def pay(self, *, at: datetime, reference: str) -> None:
        self.paid_at = at
        self.bank_reference = reference

    @transition(status, [PayoutStatus.SENT, PayoutStatus.PAID], PayoutStatus.FAILED)
    def fail(self) -> None:
        """The bank sent it back, maybe after it said 'paid'."""

    @transition(status, PayoutStatus.CREATED, PayoutStatus.CANCELLED)
    def cancel(self) -> None:
        """Made by mistake."""
