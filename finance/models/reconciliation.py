"""Registries of the provider or the bank, and what each row matched."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField
from core.state import StateField, StatefulModel, transition
from core.storage import private_storage
from finance.states import RegistrySource, RegistryStatus, RowOutcome


class ReconciliationFile(StatefulModel):
    """A registry: tried first, then taken over. ``mapping`` is {our field: the file's column}."""

    file = models.FileField(_("file"), storage=private_storage, upload_to="reconciliation/%Y/")
    name = models.CharField(_("file name"), max_length=120)
    checksum = models.CharField(_("SHA-256"), max_length=64, unique=True)
    source = models.CharField(
        _("source"), max_length=20, choices=RegistrySource, default=RegistrySource.PAYME
    )
    mapping = models.JSONField(_("columns"), default=dict)
    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("to"))
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

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.period_start:%d.%m}–{self.period_end:%d.%m.%Y}"

    @transition(status, RegistryStatus.TRIED, RegistryStatus.TAKEN)
    def take(self, *, at: datetime) -> None:
        self.taken_at = at


class ReconciliationRow(models.Model):
    """One line of a registry, or (``line`` empty) a payment of ours that it does not have."""

    file = models.ForeignKey(
        ReconciliationFile, models.CASCADE, related_name="rows", verbose_name=_("registry")
    )
    line = models.PositiveIntegerField(_("line"), null=True, blank=True)
    external_id = models.CharField(_("id there"), max_length=64)
    amount = MoneyField(_("amount, UZS"))
    booking_code = models.CharField(_("booking there"), max_length=64, blank=True)
    state = models.CharField(_("state there"), max_length=20, blank=True)
    happened_at = models.DateTimeField(_("time there"), null=True, blank=True)
    payment = models.ForeignKey(
        "finance.PaymentTransaction",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="registry_rows",
        verbose_name=_("payment"),
    )
    outcome = models.CharField(_("outcome"), max_length=15, choices=RowOutcome)
    note = models.CharField(_("resolution"), max_length=300, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("resolved by"),
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
