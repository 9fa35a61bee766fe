"""What a person wants to be told, and when not."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.clock import TASHKENT
from notifications.states import Kind


class Preferences(models.Model):
    """One row for who has changed anything; without it everything is told at any hour.

    Quiet hours are local to Tashkent and may go over midnight.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="preferences",
        verbose_name=_("person"),
    )
    muted = ArrayField(
        models.CharField(max_length=30, choices=Kind),
        verbose_name=_("does not want"),
        default=list,
        blank=True,
    )
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet to"), null=True, blank=True)

    class Meta:
        verbose_name = _("wishes about messages")
        verbose_name_plural = _("wishes about messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_to=None)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False)
                & ~Q(quiet_to=F("quiet_from")),
                name="quiet_hours_are_a_pair",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def quiet_hours(self) -> str:
        """``22:00–08:00``; "" without any."""
        if self.quiet_from is None or self.quiet_to is None:
            return ""
        return f"{self.quiet_from:%H:%M}–{self.quiet_to:%H:%M}"

    def quiet_until(self, at: datetime) -> datetime | None:
        """When the quiet hours around ``at`` end; None when it is no quiet hour."""
        if self.quiet_from is None or self.quiet_to is None:
            return None
        local = at.astimezone(TASHKENT)
        if not _lies_between(local.time(), self.quiet_from, self.quiet_to):
            return None
        end = datetime.combine(local.date(), self.quiet_to, TASHKENT)
        return end if end > local else end + timedelta(days=1)


def _lies_between(moment: time, first: time, last: time) -> bool:
    if first < last:
        return first <= moment < last
    return moment >= first or moment < last
