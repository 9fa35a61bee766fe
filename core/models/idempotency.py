"""Answers kept, so that a second tap on a button is the same tap."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdempotencyKey(models.Model):
    """The stored answer to one request of one caller, kept for 24 hours."""

    caller = models.CharField(_("caller"), max_length=80)
    key = models.CharField(_("key"), max_length=128)
    fingerprint = models.CharField(_("fingerprint of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("answer's status"), null=True)
    answer = models.BinaryField(_("answer"), null=True)
    content_type = models.CharField(_("content type"), max_length=80, blank=True)
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [
            models.UniqueConstraint(fields=["caller", "key"], name="one_answer_per_key"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="idempotency_expiry")]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"
