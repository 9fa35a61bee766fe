"""The log of actions: who did what, to what, when, through which door. Append-only."""

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.actor import Source


class EventLog(models.Model):
    """One act, as a row. A trigger refuses UPDATE, DELETE and TRUNCATE (migration 0002)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        # ``event_by_user`` serves.
        db_index=False,
        verbose_name=_("user"),
    )
    role = models.CharField(_("role"), max_length=20)
    action = models.CharField(_("action"), max_length=60)
    object_type = models.CharField(_("object"), max_length=40)
    object_id = models.BigIntegerField(_("object id"))
    object_name = models.CharField(_("object name"), max_length=120, blank=True)
    agency_id = models.BigIntegerField(_("agency id"), null=True, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)
    # The instant the act says it happened; ``recorded_at`` is the database's own clock.
    timestamp = models.DateTimeField(_("time"))
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("event log")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_id", "-id"], name="event_by_object"),
            models.Index(fields=["action", "-id"], name="event_by_action"),
            models.Index(fields=["user", "-id"], name="event_by_user"),
            models.Index(fields=["agency_id", "-id"], name="event_by_agency"),
            models.Index(fields=["timestamp"], name="event_by_time"),
            models.Index(fields=["source", "-id"], name="event_by_door"),
            models.Index(
                fields=["request_id"], name="event_by_request", condition=~Q(request_id="")
            ),
            models.Index(OpClass("object_name", name="varchar_pattern_ops"), name="event_by_name"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(id__gt=0), name="event_has_a_positive_id"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_name or self.object_id}"


class EventDelivery(models.Model):
    """An event that nobody has told about yet; deleted by the worker that did.

    It is written with the event, in the act's own transaction, so nothing can be forgotten; a
    worker claims rows with SKIP LOCKED.
    """

    event = models.OneToOneField(
        EventLog, models.CASCADE, primary_key=True, related_name="delivery", verbose_name=_("event")
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("undelivered event")
        verbose_name_plural = _("undelivered events")
        indexes = [models.Index(fields=["next_attempt_at"], name="delivery_due")]

    def __str__(self) -> str:
        return f"delivery of event {self.event_id}"


class EventSeal(models.Model):
    """A seal over a block of events: sha256 of its rows and of the seal before.

    A row changed behind the trigger's back no longer matches its seal, and writers never queue
    for a hash chain.
    """

    last_event_id = models.BigIntegerField(_("last event"), unique=True)
    events = models.PositiveIntegerField(_("events"))
    digest = models.CharField(_("digest"), max_length=64)
    # [id, sha256] of each row, in their order: what names the row that was changed. Empty in seals
    # of old.
    rows = models.JSONField(_("rows"), default=list, blank=True)
    sealed_at = models.DateTimeField(_("sealed at"), db_default=Now())

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["-last_event_id"]

    def __str__(self) -> str:
        return gettext("Seal up to event %(event)s") % {"event": self.last_event_id}
