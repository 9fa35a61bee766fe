"""Payments at a provider, refunds, and the record of the provider's calls."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField
from core.state import StateField, StatefulModel, transition
from finance.states import PaymentState, Provider, RefundSource, RefundStatus

# A transaction that the provider created and never confirmed dies after 12 hours of its own time.
CONFIRM_WITHIN = timedelta(hours=12)
TIMED_OUT = 4


class PaymentQuerySet(models.QuerySet["PaymentTransaction"]):
    def for_user(self, user) -> "PaymentQuerySet":  # type: ignore[no-untyped-def]
        if user.sees_all_agencies:
            return self
        return self.filter(Q(agency_id__in=user.agency_ids) | Q(booking__user_id=user.pk))

    def timed_out(self, at: datetime) -> "PaymentQuerySet":
        return self.filter(state=PaymentState.CREATED, provider_time__lt=at - CONFIRM_WITHIN)


class PaymentTransaction(StatefulModel):
    """One attempt to pay a booking.

    ``provider_time`` is the provider's own creation time; ``created_at``, ``performed_at`` and
    ``cancelled_at`` are ours, answered to the provider for ever as first stored (whole
    milliseconds). ``cancel_code`` is the provider's reason, any integer it sends.
    """

    booking = models.ForeignKey(
        "sales.Booking", models.PROTECT, related_name="payments", verbose_name=_("booking")
    )
    agency = models.ForeignKey(
        "partners.TravelAgency",
        models.PROTECT,
        related_name="payments",
        verbose_name=_("agency"),
    )
    amount = MoneyField(_("amount, UZS"))
    provider = models.CharField(
        _("provider"), max_length=10, choices=Provider, default=Provider.PAYME
    )
    payme_invoice_id = models.CharField(_("Payme id"), max_length=64)
    cashbox = models.CharField(_("cashbox"), max_length=24, blank=True)
    provider_time = models.DateTimeField(_("created at the provider"))
    state = StateField(_("state"), choices=PaymentState, default=PaymentState.CREATED)
    created_at = models.DateTimeField(_("created at"))
    performed_at = models.DateTimeField(_("performed at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancel_code = models.SmallIntegerField(_("cancel reason"), null=True, blank=True)
    account = models.JSONField(_("account as sent"), default=dict, blank=True)
    receivers = models.JSONField(_("receivers"), null=True, blank=True)
    fiscal_perform = models.JSONField(_("fiscal receipt"), null=True, blank=True)
    fiscal_cancel = models.JSONField(_("fiscal receipt of the refund"), null=True, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["provider_time", "id"], name="payment_by_provider_time"),
            models.Index(fields=["agency", "-id"], name="payment_by_agency"),
            models.Index(fields=["payme_invoice_id"], name="payment_by_provider_id"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "cashbox", "payme_invoice_id"], name="one_row_per_provider_id"
            ),
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(state__in=[PaymentState.CREATED, PaymentState.PERFORMED]),
                name="one_pending_or_done_payment_per_booking",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_is_positive"),
            models.CheckConstraint(
                condition=~Q(state__in=[PaymentState.PERFORMED, PaymentState.REFUNDED])
                | Q(performed_at__isnull=False),
                name="performed_payment_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[PaymentState.CANCELLED, PaymentState.REFUNDED],
                    cancelled_at__isnull=False,
                    cancel_code__isnull=False,
                )
                | Q(
                    state__in=[PaymentState.CREATED, PaymentState.PERFORMED],
                    cancelled_at__isnull=True,
                    cancel_code__isnull=True,
                ),
                name="cancelled_payment_has_time_and_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.payme_invoice_id

    def is_timed_out(self, at: datetime) -> bool:
        return self.state == PaymentState.CREATED and at - self.provider_time > CONFIRM_WITHIN

    @transition(state, PaymentState.CREATED, PaymentState.PERFORMED)
    def perform(self, *, at: datetime) -> None:
        self.performed_at = at

    @transition(state, PaymentState.CREATED, PaymentState.CANCELLED)
    def cancel(self, *, at: datetime, code: int) -> None:
        self.cancelled_at = at
        self.cancel_code = code

    @transition(state, PaymentState.PERFORMED, PaymentState.REFUNDED)
    def refund(self, *, at: datetime, code: int) -> None:
        self.cancelled_at = at
        self.cancel_code = code


class RefundQuerySet(models.QuerySet["Refund"]):
    def for_user(self, user) -> "RefundQuerySet":  # type: ignore[no-untyped-def]
        if user.sees_all_agencies:
            return self
        return self.filter(
            Q(payment__agency_id__in=user.agency_ids) | Q(payment__booking__user_id=user.pk)
        )


class Refund(StatefulModel):
    """Money that goes back to a traveller."""

    payment = models.ForeignKey(
        PaymentTransaction, models.PROTECT, related_name="refunds", verbose_name=_("payment")
    )
    amount = MoneyField(_("amount, UZS"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    source = models.CharField(_("asked by"), max_length=10, choices=RefundSource)
    status = StateField(_("status"), choices=RefundStatus, default=RefundStatus.REQUESTED)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    created_at = models.DateTimeField(_("made at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("created_by")),
                name="refund_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=Q(status=RefundStatus.DONE, done_at__isnull=False)
                | (~Q(status=RefundStatus.DONE) & Q(done_at__isnull=True)),
                name="done_refund_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment} · {self.amount}"

    @transition(status, RefundStatus.REQUESTED, RefundStatus.DONE)
    def complete(self, *, at: datetime) -> None:
        self.done_at = at

    @transition(status, RefundStatus.REQUESTED, RefundStatus.REJECTED)
    def reject(self) -> None:
        """It will not be paid back."""


class ProviderCall(models.Model):
    """A call of a provider and our answer, without its credentials: for inspection."""

    provider = models.CharField(_("provider"), max_length=10, choices=Provider)
    method = models.CharField(_("method"), max_length=40, blank=True)
    request = models.JSONField(_("request body"), null=True)
    answer = models.JSONField(_("answer"), null=True)
    code = models.IntegerField(_("error code"), null=True, blank=True)
    remote_ip = models.GenericIPAddressField(_("caller"), null=True)
    milliseconds = models.PositiveIntegerField(_("took, ms"))
    called_at = models.DateTimeField(_("called at"))

    class Meta:
        verbose_name = _("provider call")
        verbose_name_plural = _("provider calls")
        ordering = ["-id"]
        indexes = [models.Index(fields=["called_at"], name="provider_call_by_time")]

    def __str__(self) -> str:
        return f"{self.method} {self.code or 'ok'}"
