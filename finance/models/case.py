"""Money that came without a deal to belong to: nothing of it is ever nowhere."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField
from core.money import som
from core.state import StateField, StatefulModel, transition
from core.storage import private_storage
from finance.states import CASH_ACCOUNTS, AccountKind, CaseKind, CaseStatus, Decision


class MoneyCase(StatefulModel):
    """A sum that needs a decision.

    ``held`` says that the money is in our books: it stands on the account ``unmatched`` until the
    case is closed. A late payment that was refused is not ours: its case only waits until the
    provider has taken it back.
    """

    kind = models.CharField(_("what happened"), max_length=12, choices=CaseKind)
    amount = MoneyField(_("amount, UZS"))
    held = models.BooleanField(_("in our books"), default=True)
    cash_account = models.CharField(
        _("where it lies"),
        max_length=20,
        choices=[(kind.value, kind.label) for kind in CASH_ACCOUNTS],
        default=AccountKind.PAYME,
    )
    external_id = models.CharField(_("id there"), max_length=64, blank=True)
    booking = models.ForeignKey(
        "sales.Booking",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="money_cases",
        verbose_name=_("booking"),
    )
    payment = models.ForeignKey(
        "finance.PaymentTransaction",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="money_cases",
        verbose_name=_("payment"),
    )
    registry_row = models.OneToOneField(
        "finance.ReconciliationRow",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="money_case",
        verbose_name=_("registry row"),
    )
    status = StateField(_("status"), choices=CaseStatus, default=CaseStatus.OPEN)
    decision = models.CharField(
        _("decision"), max_length=10, choices=Decision, default=Decision.NONE, blank=True
    )
    reference = models.CharField(_("bank reference"), max_length=64, blank=True)
    proof = models.FileField(_("proof"), storage=private_storage, upload_to="cases/%Y/", blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("found at"))
    closed_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
        help_text=_("Empty when the provider's own call closed it."),
    )

    class Meta:
        verbose_name = _("money without a deal")
        verbose_name_plural = _("money without a deal")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="case_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(status=CaseStatus.OPEN, decision="", closed_at__isnull=True)
                | (Q(status=CaseStatus.CLOSED, closed_at__isnull=False) & ~Q(decision="")),
                name="closed_case_has_a_decision",
            ),
            models.CheckConstraint(
                condition=~Q(decision=Decision.RETURNED) | ~Q(reference=""),
                name="returned_money_names_its_proof",
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(status=CaseStatus.OPEN, kind=CaseKind.LATE),
                name="one_open_case_per_late_payment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {som(self.amount)}"

    @transition(status, CaseStatus.OPEN, CaseStatus.CLOSED)
    def close(
        self,
        *,
        decision: str,
        by_id: int | None,
        at: datetime,
        reference: str = "",
        note: str = "",
    ) -> None:
        self.decision = decision
        self.closed_by_id = by_id
        self.closed_at = at
        self.reference = reference
        self.note = note[:300]
