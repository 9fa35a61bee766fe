"""The outbox: one row per message."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.state import StateField, StatefulModel, transition
from notifications.states import CARDS, Kind, NotificationState
from partners.models import Language


class NotificationQuerySet(models.QuerySet["Notification"]):
    def for_user(self, user) -> "NotificationQuerySet":  # type: ignore[no-untyped-def]
        if user.sees_all_agencies:
            return self
        return self.filter(Q(agency_id__in=user.agency_ids) | Q(recipient_id=user.pk))

    def for_staff(self, user) -> "NotificationQuerySet":  # type: ignore[no-untyped-def]
        """The agency's side only: what the admin shows."""
        if user.sees_all_agencies:
            return self
        return self.filter(agency_id__in=user.agency_ids)

    def by_ways(self, *, telegram: bool, email: bool) -> "NotificationQuerySet":
        """Those that go by a way that is open."""
        ways = Q(pk__in=[])
        if telegram:
            ways |= Q(email="")
        if email:
            ways |= ~Q(email="")
        return self.filter(ways)

    def due(self, at: datetime) -> "NotificationQuerySet":
        """To be sent now: queued, or claimed so long ago that the sender must have died."""
        return self.waiting().filter(next_attempt_at__lte=at)

    def waiting(self) -> "NotificationQuerySet":
        """Those that are still to leave."""
        return self.filter(state__in=[NotificationState.QUEUED, NotificationState.SENDING])

    def cards(self, subject: str) -> "NotificationQuerySet":
        """The copies of what asks for a decision about ``subject``."""
        return self.filter(subject=subject, kind__in=CARDS)


class Notification(StatefulModel):
    """A message owed to somebody; it stays, with what became of it.

    ``payload`` holds the template's named values; the text is rendered when it is sent, in
    ``language``; with a ``job`` in it that job's file goes along. With an ``email`` it is sent
    there, else to Telegram. ``dedupe_key`` makes a repeated event one message.

    ``subject`` names what it is about (``booking:12``), so that the copies of one question are
    found together; with ``edits`` it changes a message that was sent before instead of adding one.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notifications",
        verbose_name=_("recipient"),
    )
    chat_id = models.BigIntegerField(_("Telegram chat"), null=True, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    agency = models.ForeignKey(
        "partners.TravelAgency",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agency"),
    )
    booking = models.ForeignKey(
        "sales.Booking",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notifications",
        verbose_name=_("booking"),
    )
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    payload = models.JSONField(_("values"), default=dict, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    subject = models.CharField(_("subject"), max_length=40, blank=True)
    edits = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="edited_by",
        verbose_name=_("changes the message"),
    )
    announcement = models.ForeignKey(
        "notifications.Announcement",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("announcement"),
    )
    # One of very many: it goes when nothing else is to go.
    is_bulk = models.BooleanField(_("one of many"), default=False)
    dedupe_key = models.CharField(_("dedupe key"), max_length=120, unique=True)
    state = StateField(_("state"), choices=NotificationState, default=NotificationState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    message_id = models.BigIntegerField(_("Telegram message"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["is_bulk", "next_attempt_at", "id"],
                name="message_due",
                condition=Q(state__in=[NotificationState.QUEUED, NotificationState.SENDING]),
            ),
            models.Index(fields=["subject"], name="message_by_subject", condition=~Q(subject="")),
            models.Index(
                fields=["announcement", "state"],
                name="message_by_announcement",
                condition=Q(announcement__isnull=False),
            ),
            models.Index(
                fields=["-id"],
                name="message_failed",
                condition=Q(state=NotificationState.FAILED),
            ),
            models.Index(
                fields=["sent_at"], name="message_by_sending", condition=Q(sent_at__isnull=False)
            ),
            models.Index(fields=["recipient", "-id"], name="message_by_recipient"),
            models.Index(fields=["booking", "-id"], name="message_by_booking"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient__isnull=False) | Q(chat_id__isnull=False),
                name="message_has_somebody_to_go_to",
            ),
            models.CheckConstraint(
                condition=Q(state=NotificationState.SENT, sent_at__isnull=False)
                | (~Q(state=NotificationState.SENT) & Q(sent_at__isnull=True)),
                name="sent_message_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} → {self.recipient or self.chat_id}"

    @transition(
        state,
        [NotificationState.QUEUED, NotificationState.SENDING],
        NotificationState.SENDING,
    )
    def claim(self, *, until: datetime) -> None:
        """Taken by a sender; due again at ``until`` should it die."""
        self.attempts += 1
        self.next_attempt_at = until

    @transition(state, NotificationState.SENDING, NotificationState.SENT)
    def mark_sent(self, *, at: datetime, message_id: int | None) -> None:
        self.sent_at = at
        self.message_id = message_id
        self.last_error = ""

    @transition(state, NotificationState.SENDING, NotificationState.QUEUED)
    def put_back(self, *, until: datetime, error: str) -> None:
        self.next_attempt_at = until
        self.last_error = error[:300]

    @property
    def is_waiting(self) -> bool:
        """It is still to leave."""
        return self.state in (NotificationState.QUEUED, NotificationState.SENDING)

    @transition(
        state,
        [NotificationState.QUEUED, NotificationState.SENDING],
        NotificationState.FAILED,
    )
    def give_up(self, *, error: str) -> None:
        self.last_error = error[:300]

    @transition(
        state,
        [NotificationState.QUEUED, NotificationState.SENDING, NotificationState.FAILED],
        NotificationState.DROPPED,
    )
    def drop(self, *, why: str) -> None:
        """It will not be sent: things have moved on."""
        self.last_error = why[:300]

    @transition(
        state, [NotificationState.FAILED, NotificationState.DROPPED], NotificationState.QUEUED
    )
    def send_again(self, *, at: datetime) -> None:
        """Due anew, with all its attempts before it."""
        self.attempts = 0
        self.last_error = ""
        self.next_attempt_at = at
