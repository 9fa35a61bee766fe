"""What one person proposes and another decides: the shape of every 'second pair of eyes'."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.state import StateField, StatefulModel, transition


class ProposalStatus(models.TextChoices):
    PROPOSED = "proposed", _("waits for a second pair of eyes")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")


class Proposal(StatefulModel):
    """Proposed by ``created_by``, decided by ``decided_by``, who must be somebody else."""

    status = StateField(_("status"), choices=ProposalStatus, default=ProposalStatus.PROPOSED)
    reason = models.CharField(_("reason"), max_length=300)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    created_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_note = models.CharField(_("note to the decision"), max_length=300, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("created_by")),
                name="%(class)s_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=ProposalStatus.PROPOSED,
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                )
                | (
                    ~Q(status=ProposalStatus.PROPOSED)
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
                name="%(class)s_decision_names_its_checker",
            ),
        ]

    @transition(status, ProposalStatus.PROPOSED, ProposalStatus.APPROVED)
    def approve(self, *, by_id: int, at: datetime, note: str = "") -> None:
        self._decide(by_id, at, note)

    @transition(status, ProposalStatus.PROPOSED, ProposalStatus.REJECTED)
    def reject(self, *, by_id: int, at: datetime, note: str = "") -> None:
        self._decide(by_id, at, note)

    def _decide(self, by_id: int, at: datetime, note: str) -> None:
        self.decided_by_id = by_id
        self.decided_at = at
        self.decision_note = note
