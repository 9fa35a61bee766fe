"""What accountants post by hand, and the months they have closed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField
from core.models.proposal import Proposal, ProposalStatus
from core.money import som


class Adjustment(Proposal):
    """A posting by hand: ``amount`` UZS from one account to another, once somebody else agrees.

    For what no act knows: Payme's settlement to the bank and its fee, a correction of an agency's
    or a person's balance, a write-off.
    """

    debit = models.ForeignKey(
        "finance.Account", models.PROTECT, related_name="+", verbose_name=_("debit")
    )
    credit = models.ForeignKey(
        "finance.Account", models.PROTECT, related_name="+", verbose_name=_("credit")
    )
    amount = MoneyField(_("amount, UZS"))
    # The day it belongs to; a closed month takes nothing more.
    day = models.DateField(_("day"))
    booking = models.ForeignKey(
        "sales.Booking",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="adjustments",
        verbose_name=_("booking"),
    )
    journal = models.OneToOneField(
        "finance.AccountingTransaction",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="adjustment",
        verbose_name=_("journal"),
    )

    class Meta(Proposal.Meta):
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        ordering = ["-id"]
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(condition=Q(amount__gt=0), name="adjustment_is_positive"),
            models.CheckConstraint(
                condition=~Q(debit=F("credit")), name="adjustment_moves_between_two_accounts"
            ),
            models.CheckConstraint(
                condition=Q(status=ProposalStatus.APPROVED, journal__isnull=False)
                | (~Q(status=ProposalStatus.APPROVED) & Q(journal__isnull=True)),
                name="approved_adjustment_is_posted",
            ),
        ]

    def __str__(self) -> str:
        return f"№{self.pk} · {som(self.amount)}"


class ClosedMonth(models.Model):
    """A month whose books are shut; the database refuses journals dated within it."""

    month = models.DateField(_("month"), unique=True, help_text=_("Its first day."))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("closed by")
    )
    closed_at = models.DateTimeField(_("closed at"))
    # The accounts' balances at its end, as shown to who closed it: {account kind: UZS}.
    balances = models.JSONField(_("balances"), default=dict)

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        ordering = ["-month"]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="month_is_its_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%m.%Y}"
