"""Payments at a provider, refunds, and the record of the provider's calls."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField
from core.money import ZERO, som
from core.state import StateField, StatefulModel, transition
from core.storage import private_storage
from finance.states import (
    OPEN_REFUNDS,
    InvoiceStatus,
    PaymentState,
    Provider,
    RefundMethod,
    RefundSource,
    RefundStatus,
)

# A transaction that the provider created and never confirmed dies after 12 hours of its own time.
CONFIRM_WITHIN = timedelta(hours=12)
TIMED_OUT = 4


class PaymentQuerySet(models.QuerySet["PaymentTransaction"]):
    def for_user(self, user) -> "PaymentQuerySet":  # type: ignore[no-untyped-def]
        if user.sees_all_agencies:
            return self
        return self.filter(Q(agency_id__in=user.agency_ids) | Q(booking__user_id=user.pk))

    def for_staff(self, user) -> "PaymentQuerySet":  # type: ignore[no-untyped-def]
        """The agency's side only: what the admin shows."""
        if user.sees_all_agencies:
            return self
        return self.filter(agency_id__in=user.agency_ids)

    def timed_out(self, at: datetime) -> "PaymentQuerySet":
        return self.filter(state=PaymentState.CREATED, provider_time__lt=at - CONFIRM_WITHIN)


def _lacks(receipt: str) -> Q:
    return Q(**{f"{receipt}__isnull": True}) | ~Q(**{f"{receipt}__status_code": 0})


# Without an accepted fiscal receipt of the sale, of the refund: an index keeps the few.
PAID_WITHOUT_RECEIPT = Q(state__in=[PaymentState.PERFORMED, PaymentState.REFUNDED]) & _lacks(
    "fiscal_perform"
)
REFUNDED_WITHOUT_RECEIPT = Q(state=PaymentState.REFUNDED) & _lacks("fiscal_cancel")


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
    # What refunds that stand take of it, done or on their way.
    refund_total = MoneyField(_("refunds"), default=ZERO, editable=False)
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
            models.Index(fields=["performed_at"], name="payment_by_time"),
            models.Index(
                fields=["id"],
                name="payment_without_receipt",
                condition=PAID_WITHOUT_RECEIPT | REFUNDED_WITHOUT_RECEIPT,
            ),
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
                condition=Q(refund_total__gte=0, refund_total__lte=F("amount")),
                name="refunds_never_exceed_what_was_paid",
            ),
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

    @property
    def direct_amount(self) -> Decimal:
        """What went straight to the agency's own cashbox, UZS: all receivers but ours."""
        others = (r["amount"] for r in self.receivers or () if r["id"] != self.cashbox)
        return Decimal(sum(others)) / 100

    @property
    def left(self) -> Decimal:
        """What refunds have left of it, UZS."""
        return self.amount - self.refund_total

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

    def for_staff(self, user) -> "RefundQuerySet":  # type: ignore[no-untyped-def]
        """The agency's side only: what the admin shows."""
        if user.sees_all_agencies:
            return self
        return self.filter(payment__agency_id__in=user.agency_ids)


class Refund(StatefulModel):
    """Money that goes back to a traveller.

    Whole through the provider, or any part by hand with a proof. It waits for a second pair
    of eyes when it brings the payment's ``refund_total`` above REFUND_APPROVAL_LIMIT; ``amount``
    counts into that until the refund is rejected.
    """

    payment = models.ForeignKey(
        PaymentTransaction, models.PROTECT, related_name="refunds", verbose_name=_("payment")
    )
    amount = MoneyField(_("amount, UZS"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    source = models.CharField(_("asked by"), max_length=10, choices=RefundSource)
    method = models.CharField(
        _("how"), max_length=10, choices=RefundMethod, default=RefundMethod.BY_HAND
    )
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
        help_text=_("Empty below the limit that needs a second pair of eyes."),
    )
    created_at = models.DateTimeField(_("made at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    # By hand: the number of the bank's order and its scan.
    reference = models.CharField(_("bank reference"), max_length=64, blank=True)
    proof = models.FileField(
        _("proof"), storage=private_storage, upload_to="refunds/%Y/", blank=True
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], name="refund_open", condition=Q(status__in=OPEN_REFUNDS)),
        ]
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
            models.CheckConstraint(
                condition=~Q(status=RefundStatus.DONE, method=RefundMethod.BY_HAND)
                | ~Q(reference=""),
                name="refund_by_hand_names_its_proof",
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(status__in=OPEN_REFUNDS),
                name="one_open_refund_per_payment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment} · {som(self.amount)}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_REFUNDS

    @property
    def memo(self) -> str:
        """What its journals are called by."""
        return f"refund {self.pk}"

    @transition(status, RefundStatus.REQUESTED, RefundStatus.APPROVED)
    def approve(self, *, by_id: int | None) -> None:
        """``by_id`` is None when the amount needs nobody's second look."""
        self.approved_by_id = by_id

    @transition(
        status,
        [RefundStatus.APPROVED, RefundStatus.FAILED, RefundStatus.SENT],
        RefundStatus.SENT,
    )
    def send(self, *, at: datetime) -> None:
        self.sent_at = at
        self.note = ""

    @transition(status, RefundStatus.SENT, RefundStatus.FAILED)
    def fail(self, *, note: str) -> None:
        self.note = note[:300]

    @transition(status, OPEN_REFUNDS, RefundStatus.DONE)
    def complete(self, *, at: datetime) -> None:
        """The provider's word counts in every open state; by hand only what is approved."""
        self.done_at = at

    @transition(
        status,
        [RefundStatus.REQUESTED, RefundStatus.APPROVED, RefundStatus.FAILED],
        RefundStatus.REJECTED,
    )
    def reject(self, *, note: str) -> None:
        self.note = note[:300]


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def for_user(self, user) -> "InvoiceQuerySet":  # type: ignore[no-untyped-def]
        if user.sees_all_agencies:
            return self
        return self.filter(booking__agency_id__in=user.agency_ids)


class Invoice(StatefulModel):
    """A bill for a booking that Payme sends to a phone: a receipt of its Subscribe API.

    The row is written before Payme is called; a call without an answer leaves it ``unknown``, to be
    looked up, never to be repeated blindly.
    """

    booking = models.ForeignKey(
        "sales.Booking", models.PROTECT, related_name="invoices", verbose_name=_("booking")
    )
    amount = MoneyField(_("amount, UZS"))
    phone = models.CharField(_("phone"), max_length=20)
    receipt_id = models.CharField(_("Payme's receipt"), max_length=64, blank=True)
    status = StateField(_("status"), choices=InvoiceStatus, default=InvoiceStatus.NEW)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="invoice_amount_is_positive"),
            models.UniqueConstraint(
                fields=["receipt_id"],
                condition=~Q(receipt_id=""),
                name="one_invoice_per_receipt",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[InvoiceStatus.CREATED, InvoiceStatus.SENT])
                | ~Q(receipt_id=""),
                name="made_invoice_has_a_receipt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking} · {self.phone}"

    @transition(status, [InvoiceStatus.NEW, InvoiceStatus.UNKNOWN], InvoiceStatus.CREATED)
    def create(self, *, receipt_id: str) -> None:
        self.receipt_id = receipt_id
        self.error = ""

    @transition(status, [InvoiceStatus.CREATED, InvoiceStatus.UNKNOWN], InvoiceStatus.SENT)
    def send(self, *, at: datetime) -> None:
        self.sent_at = at
        self.error = ""

    @transition(
        status,
        [InvoiceStatus.CREATED, InvoiceStatus.SENT, InvoiceStatus.UNKNOWN],
        InvoiceStatus.PAID,
    )
    def pay(self) -> None:
        """Payme's transaction with the receipt's id has been performed."""

    @transition(
        status,
        [InvoiceStatus.NEW, InvoiceStatus.CREATED, InvoiceStatus.UNKNOWN],
        InvoiceStatus.FAILED,
    )
    def fail(self, *, error: str) -> None:
        self.error = error[:300]

    @transition(status, [InvoiceStatus.NEW, InvoiceStatus.CREATED], InvoiceStatus.UNKNOWN)
    def lose(self, *, error: str) -> None:
        """Payme was asked and did not answer."""
        self.error = error[:300]


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
        indexes = [
            models.Index(fields=["called_at"], name="provider_call_by_time"),
            GinIndex(
                fields=["request"], opclasses=["jsonb_path_ops"], name="provider_call_by_request"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.code or 'ok'}"
