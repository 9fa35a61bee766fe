"""Registries of the provider or the bank, and what each row matched."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField
from finance.states import RowOutcome


class ReconciliationFile(models.Model):
    """An imported registry."""

    file = models.FileField(_("file"), upload_to="reconciliation/%Y/")
    checksum = models.CharField(_("SHA-256"), max_length=64, unique=True)
    source = models.CharField(_("source"), max_length=20)
    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("to"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("registry")
        verbose_name_plural = _("registries")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.source} {self.period_start:%d.%m.%Y}"


class ReconciliationRow(models.Model):
    """One line of a registry."""

    file = models.ForeignKey(
        ReconciliationFile, models.CASCADE, related_name="rows", verbose_name=_("registry")
    )
    line = models.PositiveIntegerField(_("line"))
    external_id = models.CharField(_("id there"), max_length=64)
    amount = MoneyField(_("amount, UZS"))
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

    class Meta:
        verbose_name = _("registry row")
        verbose_name_plural = _("registry rows")
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["file", "line"], name="one_row_per_line"),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.external_id}"
