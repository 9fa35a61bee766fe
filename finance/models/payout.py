"""What the platform owes an agency, paid out."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.clock import local_date
from core.fields import MoneyField
from core.state import StateField, StatefulModel, transition
from finance.states import OPEN_PAYOUTS, PayoutSource, PayoutStatus

# What numbers of registers of withdrawals begin with; those of payouts begin with another letter.
CARDS = "C-"


class PayoutQuerySet(models.QuerySet["Payout"]):
    def for_user(self, user) -> "PayoutQuerySet":  # type: ignore[no-untyped-def]
        if user.sees_all_agencies:
            return self
        return self.filter(agency_id__in=user.agency_ids_for("finance.payout", "view"))


class PayoutRegister(models.Model):
    """A list of payouts, or of withdrawals to cards, handed to the bank together; its file is
    written anew on demand."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("register of payouts")
        verbose_name_plural = _("registers of payouts")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number

    @property
    def is_for_cards(self) -> bool:
        """Of withdrawals rather than of payouts."""
        return self.number.startswith(CARDS)


class Payout(StatefulModel):
    """A payment of the platform to an agency; one makes it, another approves it.

    The money leaves ``agency_available`` at the approval and lies in ``payouts_in_transit`` until
    the bank has answered. The bank details are those of the approval.
    """

    agency = models.ForeignKey(
        "partners.TravelAgency", models.PROTECT, related_name="payouts", verbose_name=_("agency")
    )
    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("to"))
    amount = MoneyField(_("amount, UZS"))
    status = StateField(_("status"), choices=PayoutStatus, default=PayoutStatus.CREATED)
    source = models.CharField(
        _("made because of"), max_length=10, choices=PayoutSource, default=PayoutSource.STAFF
    )
    register = models.ForeignKey(
        PayoutRegister,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payouts",
        verbose_name=_("register"),
    )
    bank_name = models.CharField(_("bank"), max_length=120, blank=True)
    bank_account = models.CharField(_("bank account"), max_length=20, blank=True)
    bank_mfo = models.CharField(_("MFO"), max_length=5, blank=True)
    tax_id = models.CharField(_("INN"), max_length=9, blank=True)
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
    ended_at = models.DateTimeField(_("failed or cancelled at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

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
            models.CheckConstraint(
                condition=Q(status__in=[PayoutStatus.CREATED, PayoutStatus.CANCELLED])
                | (Q(approved_at__isnull=False) & ~Q(bank_account="")),
                name="approved_payout_has_an_account",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[PayoutStatus.SENT, PayoutStatus.PAID])
                | Q(register__isnull=False),
                name="sent_payout_is_in_a_register",
            ),
            models.UniqueConstraint(
                fields=["agency"],
                condition=Q(status__in=OPEN_PAYOUTS),
                name="one_open_payout_per_agency",
            ),
        ]

    def __str__(self) -> str:
        return f"№{self.pk} · {self.agency}"

    @transition(status, PayoutStatus.CREATED, PayoutStatus.APPROVED)
    def approve(self, *, by_id: int, at: datetime) -> None:
        """Its period ends with the day of its own debit, as its statement does."""
        self.approved_by_id = by_id
        self.approved_at = at
        self.period_end = local_date(at)

    @transition(status, PayoutStatus.APPROVED, PayoutStatus.SENT)
    def send(self, *, register_id: int) -> None:
        """Handed to the bank."""
        self.register_id = register_id

    @transition(status, PayoutStatus.SENT, PayoutStatus.PAID)
    def pay(self, *, at: datetime, reference: str) -> None:
        self.paid_at = at
        self.bank_reference = reference

    @transition(
        status, [PayoutStatus.APPROVED, PayoutStatus.SENT, PayoutStatus.PAID], PayoutStatus.FAILED
    )
    def fail(self, *, at: datetime, note: str) -> None:
        """The bank sent it back, maybe after it said 'paid'; or it was called off on its way."""
        self.ended_at = at
        self.note = note[:300]

    @transition(status, PayoutStatus.CREATED, PayoutStatus.CANCELLED)
    def cancel(self, *, at: datetime, note: str) -> None:
        """Made by mistake, or refused by the second pair of eyes."""
        self.ended_at = at
        self.note = note[:300]
