"""System notices of the staff to a segment of people."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.state import StateField, StatefulModel, transition
from notifications.states import AnnouncementStatus


class Announcement(StatefulModel):
    """A notice in three languages to the people a segment names."""

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

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    @transition(status, AnnouncementStatus.DRAFT, AnnouncementStatus.SENDING)
    def start(self) -> None:
        """It goes out."""

    @transition(status, AnnouncementStatus.SENDING, AnnouncementStatus.STOPPED)
    def stop(self) -> None:
        """No further message leaves."""

    @transition(status, AnnouncementStatus.SENDING, AnnouncementStatus.DONE)
    def finish(self) -> None:
        """Everybody was written to."""
