"""Registries of the provider or the bank, and what each row matched."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField
from core.money import ZERO
from core.state import StateField, StatefulModel, transition
from core.storage import private_storage
from finance.states import RegistrySource, RegistryStatus, RowOutcome, StateThere


class ReconciliationFile(StatefulModel):
    """A registry: uploaded, tried, then taken over.

    ``mapping`` is how its columns are read (``finance.papers.registry_columns``); the period is
    known once it has been tried. ``left_out`` counts lines of totals.
    """

    file = models.FileField(_("file"), storage=private_storage, upload_to="reconciliation/%Y/")
    name = models.CharField(_("file name"), max_length=120)
    checksum = models.CharField(_("SHA-256"), max_length=64, unique=True)
    source = models.CharField(
        _("source"), max_length=20, choices=RegistrySource, default=RegistrySource.PAYME
    )
    mapping = models.JSONField(_("columns"), default=dict)
    period_start = models.DateField(_("from"), null=True, blank=True)
    period_end = models.DateField(_("to"), null=True, blank=True)
    left_out = models.PositiveIntegerField(_("lines of totals"), default=0)
    status = StateField(_("status"), choices=RegistryStatus, default=RegistryStatus.TRIED)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    taken_at = models.DateTimeField(_("taken over at"), null=True, blank=True)

    class Meta:
        verbose_name = _("registry")
        verbose_name_plural = _("registries")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period_start__isnull=True, period_end__isnull=True)
                | Q(period_start__lte=F("period_end")),
                name="registry_period_runs_forward",
            ),
            models.CheckConstraint(
                condition=Q(status=RegistryStatus.TRIED, taken_at__isnull=True)
                | Q(
                    status=RegistryStatus.TAKEN,
                    taken_at__isnull=False,
                    period_start__isnull=False,
                ),
                name="taken_registry_has_a_period",
            ),
        ]

    def __str__(self) -> str:
        if self.period_start is None or self.period_end is None:
            return f"{self.get_source_display()}: {self.name}"
        return f"{self.get_source_display()} {self.period_start:%d.%m}–{self.period_end:%d.%m.%Y}"

    @transition(status, RegistryStatus.TRIED, RegistryStatus.TAKEN)
    def take(self, *, at: datetime) -> None:
        self.taken_at = at


class ReconciliationRow(models.Model):
    """One line of a registry, or (``line`` empty) a payment of ours that it does not have.

    ``amount`` is the line's own. What of it counts as money there is ``amount`` when the state is
    ``paid`` or not told, else nothing; ``our_amount`` is what counted as money here when the
    registry was compared. ``repeats`` is the row of an earlier registry that has told the same.
    """

    file = models.ForeignKey(
        ReconciliationFile,
        models.CASCADE,
        related_name="rows",
        verbose_name=_("registry"),
        db_index=False,  # two indexes begin with it
    )
    line = models.PositiveIntegerField(_("line"), null=True, blank=True)
    external_id = models.CharField(_("id there"), max_length=64)
    amount = MoneyField(_("amount, UZS"))
    booking_code = models.CharField(_("booking there"), max_length=64, blank=True)
    state = models.CharField(_("state there"), max_length=20, choices=StateThere, blank=True)
    happened_at = models.DateTimeField(_("time there"), null=True, blank=True)
    payment = models.ForeignKey(
        "finance.PaymentTransaction",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="registry_rows",
        # The rows are made by a join with the payments, and nobody deletes a payment. The
        # database's own check would lock every payment of a registry, while Payme waits for one.
        db_constraint=False,
        verbose_name=_("payment"),
    )
    our_amount = MoneyField(_("here, UZS"), default=ZERO)
    outcome = models.CharField(_("outcome"), max_length=15, choices=RowOutcome)
    repeats = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="repeated_by",
        verbose_name=_("told before"),
    )
    note = models.CharField(_("resolution"), max_length=300, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("resolved by"),
        db_index=False,  # nobody is looked for by it, and rows come in by the hundred thousand
    )
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)

    class Meta:
        verbose_name = _("registry row")
        verbose_name_plural = _("registry rows")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["external_id"], name="registry_row_by_id"),
            models.Index(fields=["file", "outcome"], name="registry_row_by_outcome"),
            models.Index(
                fields=["outcome"],
                name="registry_row_unexplained",
                condition=Q(resolved_at__isnull=True) & ~Q(outcome=RowOutcome.MATCHED),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["file", "line"], name="one_row_per_line"),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | (Q(resolved_at__isnull=False, resolved_by__isnull=False) & ~Q(note="")),
                name="resolved_row_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line or '–'}: {self.external_id}"

    @property
    def amount_there(self) -> Decimal:
        """What counts as money there, UZS."""
        is_money = self.line is not None and self.state in ("", StateThere.PAID)
        return self.amount if is_money else ZERO

    @property
    def difference(self) -> Decimal:
        """There less here, UZS."""
        return self.amount_there - self.our_amount

    @property
    def is_open(self) -> bool:
        """It has to be explained here, and nobody has."""
        told = self.resolved_at is not None or self.repeats_id is not None
        return self.outcome != RowOutcome.MATCHED and not told
