"""System notices of the staff to a segment of people."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.state import StateField, StatefulModel, transition
from notifications.states import AnnouncementStatus


class Announcement(StatefulModel):
    """A notice in three languages to the people a segment names.

    It is spread in the order of people's ids: ``reached_id`` is the last one it was put into the
    outbox for, so that a spread that is interrupted goes on where it stopped.
    """

    title = models.CharField(_("title"), max_length=120)
    text_ru = models.TextField(_("text (ru)"))
    text_uz = models.TextField(_("text (uz)"), blank=True)
    text_en = models.TextField(_("text (en)"), blank=True)
    segment = models.JSONField(_("segment"), default=dict, blank=True)
    status = StateField(_("status"), choices=AnnouncementStatus, default=AnnouncementStatus.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("started by"),
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    people = models.PositiveIntegerField(_("people at the start"), default=0)
    reached_id = models.BigIntegerField(_("spread up to"), default=0, editable=False)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status=AnnouncementStatus.DRAFT, started_at=None, started_by=None)
                | ~Q(status=AnnouncementStatus.DRAFT)
                & Q(started_at__isnull=False, started_by__isnull=False),
                name="announcement_started_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @transition(status, AnnouncementStatus.DRAFT, AnnouncementStatus.SENDING)
    def start(self, *, by_id: int, at: datetime, people: int) -> None:
        """It goes out."""
        self.started_by_id, self.started_at, self.people = by_id, at, people

    @transition(status, AnnouncementStatus.SENDING, AnnouncementStatus.STOPPED)
    def stop(self, *, at: datetime) -> None:
        """No further message leaves."""
        self.ended_at = at

    @transition(status, AnnouncementStatus.SENDING, AnnouncementStatus.DONE)
    def finish(self, *, at: datetime) -> None:
        """Everybody was written to."""
        self.ended_at = at
