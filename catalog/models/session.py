"""Dated sessions of tours: what is booked."""

from datetime import datetime

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from catalog.models.tour import Tour
from catalog.states import ChatStatus, SessionStatus, TourStatus
from core.clock import local_midnight
from core.codes import new_code
from core.fields import MoneyField
from core.state import StateField, StatefulModel, transition


class SessionQuerySet(models.QuerySet["TourSession"]):
    def for_user(self, user) -> "SessionQuerySet":  # type: ignore[no-untyped-def]
        return self if user.sees_all_agencies else self.filter(tour__agency_id__in=user.agency_ids)

    def on_sale(self, at: datetime) -> "SessionQuerySet":
        """Open, of a published tour of an active agency, and not past its sales cut-off."""
        return self.filter(
            status=SessionStatus.OPEN,
            sales_close_at__gt=at,
            tour__status=TourStatus.PUBLISHED,
            tour__agency__status="active",
        )


class TourSession(StatefulModel):
    """One departure of a tour: dates, price, seats.

    ``seats_taken`` moves only in ``catalog.services.seats``, under the row's lock; it equals the
    sum over bookings that hold seats, which the audit of the books proves.
    """

    tour = models.ForeignKey(Tour, models.PROTECT, related_name="sessions", verbose_name=_("tour"))
    code = models.CharField(_("code"), max_length=12, unique=True, default=new_code, editable=False)
    date_start = models.DateField(_("starts"))
    date_end = models.DateField(_("ends"))
    price = MoneyField(_("price per seat, UZS"), validators=[MinValueValidator(0)])
    capacity = models.PositiveSmallIntegerField(_("seats"), validators=[MinValueValidator(1)])
    seats_taken = models.PositiveSmallIntegerField(_("seats taken"), default=0, editable=False)
    available_seats = models.GeneratedField(
        expression=models.F("capacity") - models.F("seats_taken"),
        output_field=models.SmallIntegerField(),
        db_persist=True,
        verbose_name=_("free seats"),
    )
    min_group_size = models.PositiveSmallIntegerField(_("minimum group"), default=1)
    sales_close_at = models.DateTimeField(
        _("sales close at"), blank=True, help_text=_("Empty: when the first day begins.")
    )
    guide = models.CharField(_("guide"), max_length=120, blank=True)
    is_private = models.BooleanField(
        _("private"), default=False, help_text=_("Of a custom trip: not shown in the catalogue.")
    )
    status = StateField(_("status"), choices=SessionStatus, default=SessionStatus.OPEN)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancel_note = models.CharField(_("why it was cancelled"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = SessionQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["seats_taken", "available_seats"])

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["date_start", "id"]
        indexes = [
            models.Index(fields=["tour", "date_start"], name="session_by_tour"),
            models.Index(fields=["date_start", "id"], name="session_by_day"),
            models.Index(
                fields=["date_start"],
                name="session_open_by_date",
                condition=models.Q(status=SessionStatus.OPEN),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seats_taken__gte=0, seats_taken__lte=models.F("capacity")),
                name="seats_taken_within_capacity",
            ),
            models.CheckConstraint(
                condition=models.Q(date_end__gte=models.F("date_start")),
                name="session_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(price__gte=0), name="session_price_not_negative"
            ),
            models.CheckConstraint(condition=models.Q(capacity__gte=1), name="session_has_seats"),
            models.CheckConstraint(
                condition=models.Q(min_group_size__lte=models.F("capacity")),
                name="session_group_fits_its_seats",
            ),
            models.CheckConstraint(
                condition=models.Q(status=SessionStatus.CANCELLED, cancelled_at__isnull=False)
                | (~models.Q(status=SessionStatus.CANCELLED) & models.Q(cancelled_at__isnull=True)),
                name="cancelled_session_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tour} · {self.date_start:%d.%m.%Y}"

    @property
    def waits_for_tour(self) -> bool:
        """Open, but out of travellers' sight: its tour is not published."""
        return self.status == SessionStatus.OPEN and self.tour.status != TourStatus.PUBLISHED

    def save(self, *args: object, **kwargs: object) -> None:
        if self.sales_close_at is None:
            self.sales_close_at = local_midnight(self.date_start)
        super().save(*args, **kwargs)

    @transition(status, SessionStatus.OPEN, SessionStatus.CLOSED)
    def close(self) -> None:
        """No new requests; bookings made go on."""

    @transition(status, SessionStatus.CLOSED, SessionStatus.OPEN)
    def reopen(self) -> None:
        """On sale again."""

    @transition(status, [SessionStatus.OPEN, SessionStatus.CLOSED], SessionStatus.CANCELLED)
    def cancel(self, *, at: datetime, note: str) -> None:
        """It will not run."""
        self.cancelled_at = at
        self.cancel_note = note

    @transition(status, [SessionStatus.OPEN, SessionStatus.CLOSED], SessionStatus.COMPLETED)
    def complete(self) -> None:
        """It has run."""


class ChatQuerySet(models.QuerySet["TourChat"]):
    def for_user(self, user) -> "ChatQuerySet":  # type: ignore[no-untyped-def]
        if user.sees_all_agencies:
            return self
        return self.filter(session__tour__agency_id__in=user.agency_ids)

    def standing(self) -> "ChatQuerySet":
        """Those that are a session's chat today, also while the bot has lost them."""
        return self.exclude(status=ChatStatus.CLOSED)


class TourChat(StatefulModel):
    """The Telegram group of one session.

    A session has one at a time and a group is of one session at a time; closed ones stay as a
    record. Lost is a chat whose door the bot cannot keep: it was put out, or its rights were taken.
    """

    session = models.ForeignKey(
        TourSession, models.PROTECT, related_name="chats", verbose_name=_("session")
    )
    chat_id = models.BigIntegerField(_("Telegram chat id"))
    title = models.CharField(_("title"), max_length=128, blank=True)
    status = StateField(_("status"), choices=ChatStatus, default=ChatStatus.BOUND, max_length=10)
    bound_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("bound by"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = ChatQuerySet.as_manager()

    class Meta:
        verbose_name = _("tour chat")
        verbose_name_plural = _("tour chats")
        constraints = [
            models.UniqueConstraint(
                fields=["session"],
                condition=~models.Q(status=ChatStatus.CLOSED),
                name="one_chat_of_a_session",
            ),
            models.UniqueConstraint(
                fields=["chat_id"],
                condition=~models.Q(status=ChatStatus.CLOSED),
                name="one_session_of_a_group",
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.chat_id)

    @transition(status, ChatStatus.BOUND, ChatStatus.LOST)
    def lose(self) -> None:
        """The bot can no longer keep its door."""

    @transition(status, ChatStatus.LOST, ChatStatus.BOUND)
    def restore(self) -> None:
        """The bot keeps its door again."""

    @transition(status, [ChatStatus.BOUND, ChatStatus.LOST], ChatStatus.CLOSED)
    def close(self) -> None:
        """It is this session's chat no longer."""
