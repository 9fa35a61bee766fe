"""A bonus on its way to a card."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.fields import MoneyField
from core.sealed import Secret, seal, unseal
from core.state import StateField, StatefulModel, transition
from finance.cards import CardSystem
from finance.models.payout import PayoutRegister
from finance.states import OPEN_WITHDRAWALS, WithdrawalStatus

# Before a withdrawal's number: payouts have bare ones.
PREFIX = "W-"


class WithdrawalQuerySet(models.QuerySet["ReferralPayoutRequest"]):
    def for_user(self, user) -> "WithdrawalQuerySet":  # type: ignore[no-untyped-def]
        return self if user.sees_all_agencies else self.filter(user_id=user.pk)


class ReferralPayoutRequest(StatefulModel):
    """A wish to have bonus paid to a card.

    The money leaves the person's balance at the request and lies in ``payouts_in_transit`` until
    the card has it. The number is sealed, bound to ``key``, and forgotten when the request ends;
    four digits are shown. ``key`` is also what the payout's provider knows it by.
    """

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="withdrawals",
        verbose_name=_("partner"),
    )
    amount = MoneyField(_("amount, UZS"))
    card_number = models.TextField(_("card number"), editable=False)
    # The same card has the same mark; nothing can be read off it.
    card_mark = models.CharField(max_length=64, editable=False, db_index=True)
    card_last4 = models.CharField(_("card"), max_length=4)
    card_system = models.CharField(_("card of"), max_length=6, choices=CardSystem)
    status = StateField(_("status"), choices=WithdrawalStatus, default=WithdrawalStatus.REQUESTED)
    created_at = models.DateTimeField(_("asked at"))
    # A changed card is not paid to before.
    held_until = models.DateTimeField(_("card cools down until"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    register = models.ForeignKey(
        PayoutRegister,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="withdrawals",
        verbose_name=_("register"),
    )
    sent_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    # Where the provider can be asked: since when it is known to have it, and when it is asked next.
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True, editable=False)
    look_up_at = models.DateTimeField(_("to be looked up at"), null=True, blank=True)
    provider_reference = models.CharField(_("provider reference"), max_length=64, blank=True)
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("failed or dropped at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = WithdrawalQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["card_number", "card_mark"])

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="withdrawal_by_user"),
            models.Index(
                fields=["look_up_at"],
                name="withdrawal_to_look_up",
                condition=Q(look_up_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="withdrawal_is_positive"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("user")),
                name="withdrawal_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="withdrawal_approval_is_a_pair",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        WithdrawalStatus.REQUESTED,
                        WithdrawalStatus.REJECTED,
                        WithdrawalStatus.CANCELLED,
                    ]
                )
                | Q(approved_at__isnull=False),
                name="carried_out_withdrawal_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(status__in=OPEN_WITHDRAWALS) & ~Q(card_number="")
                | ~Q(status__in=OPEN_WITHDRAWALS) & Q(card_number=""),
                name="ended_withdrawal_has_forgotten_its_card",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(status__in=OPEN_WITHDRAWALS),
                name="one_open_withdrawal_per_person",
            ),
            models.CheckConstraint(
                condition=Q(card_last4__regex=r"^\d{4}$"), name="card_last4_is_four_digits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.user}"

    @property
    def number(self) -> str:
        return number_of(self.pk)

    # --- the card

    @property
    def card(self) -> str:
        """As it is shown everywhere."""
        return f"•••• {self.card_last4}"

    @property
    def _bound_to(self) -> str:
        return f"withdrawal:{self.key}:{self.user_id}"

    def keep_card(self, number: Secret) -> None:
        """Seal the number into the row."""
        self.card_number = seal(number, bound_to=self._bound_to)
        self.card_mark = mark_of(number)
        self.card_last4 = number.reveal()[-4:]

    def open_card(self) -> Secret:
        """The number, for who pays it out now. Raises CannotOpen."""
        return unseal(self.card_number, bound_to=self._bound_to)

    # --- its way

    @transition(status, WithdrawalStatus.REQUESTED, WithdrawalStatus.APPROVED)
    def approve(self, *, by_id: int, at: datetime) -> None:
        self.approved_by_id = by_id
        self.approved_at = at

    @transition(status, WithdrawalStatus.REQUESTED, WithdrawalStatus.CANCELLED)
    def cancel(self, *, at: datetime) -> None:
        """Its owner has thought better of it."""
        self._end(at, "")

    @transition(status, WithdrawalStatus.REQUESTED, WithdrawalStatus.REJECTED)
    def reject(self, *, at: datetime, note: str) -> None:
        """The second pair of eyes says no."""
        self._end(at, note)

    @transition(status, WithdrawalStatus.APPROVED, WithdrawalStatus.PROCESSING)
    def send(self, *, at: datetime, register_id: int | None) -> None:
        """Handed to the payout provider, or about to be."""
        self.register_id = register_id
        self.sent_at = at

    @transition(status, WithdrawalStatus.PROCESSING, WithdrawalStatus.PAID)
    def pay(self, *, at: datetime, reference: str) -> None:
        self.paid_at = at
        self.provider_reference = reference[:64]
        self.card_number = ""
        self.look_up_at = None

    @transition(
        status,
        [WithdrawalStatus.APPROVED, WithdrawalStatus.PROCESSING, WithdrawalStatus.PAID],
        WithdrawalStatus.FAILED,
    )
    def fail(self, *, at: datetime, note: str) -> None:
        """It did not arrive, maybe after 'paid' was said; or it was called off on its way."""
        self._end(at, note)

    def _end(self, at: datetime, note: str) -> None:
        self.ended_at = at
        self.note = note[:300]
        self.card_number = ""


def number_of(withdrawal_id: int) -> str:
    """As people read it, and the bank."""
    return f"{PREFIX}{withdrawal_id}"


def mark_of(number: Secret) -> str:
    """The card's mark: equal for equal cards, and of no use without our key."""
    return salted_hmac("circle.card", number.reveal(), algorithm="sha256").hexdigest()
