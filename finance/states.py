"""States and kinds of money."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    PAYME = "payme", _("money at Payme")
    BANK = "bank", _("bank")
    COMMISSION = "commission", _("commission income")
    OTHER_INCOME = "other_income", _("other income")
    PROVIDER_FEE = "provider_fee", _("provider's and bank's fees")
    PROMO_EXPENSE = "promo_expense", _("promo expense")
    REFERRAL_EXPENSE = "referral_expense", _("referral expense")
    PAYOUTS_IN_TRANSIT = "payouts_in_transit", _("payouts in transit")
    UNMATCHED = "unmatched", _("unmatched money")
    AGENCY_PENDING = "agency_pending", _("agency, pending")
    AGENCY_AVAILABLE = "agency_available", _("agency, available")
    AGENCY_RESERVE = "agency_reserve", _("agency, reserve")
    BONUS_PENDING = "bonus_pending", _("bonus, pending")
    BONUS_AVAILABLE = "bonus_available", _("bonus, available")
    BONUS_RESERVED = "bonus_reserved", _("bonus, reserved")


AGENCY_ACCOUNTS = (
    AccountKind.AGENCY_PENDING,
    AccountKind.AGENCY_AVAILABLE,
    AccountKind.AGENCY_RESERVE,
)
USER_ACCOUNTS = (
    AccountKind.BONUS_PENDING,
    AccountKind.BONUS_AVAILABLE,
    AccountKind.BONUS_RESERVED,
)
PLATFORM_ACCOUNTS = tuple(k for k in AccountKind if k not in (*AGENCY_ACCOUNTS, *USER_ACCOUNTS))
# Balances grow by debit: money we have, and costs. All others grow by credit.
DEBIT_NORMAL = (
    AccountKind.PAYME,
    AccountKind.BANK,
    AccountKind.PROVIDER_FEE,
    AccountKind.PROMO_EXPENSE,
    AccountKind.REFERRAL_EXPENSE,
)
# Where money itself lies: what a refund or a found sum leaves from or comes to.
CASH_ACCOUNTS = (AccountKind.PAYME, AccountKind.BANK)

# What accountants may post to by hand; the others agree with rows that acts keep.
ADJUSTABLE_ACCOUNTS = (
    AccountKind.PAYME,
    AccountKind.BANK,
    AccountKind.COMMISSION,
    AccountKind.OTHER_INCOME,
    AccountKind.PROVIDER_FEE,
    AccountKind.PROMO_EXPENSE,
    AccountKind.REFERRAL_EXPENSE,
    AccountKind.AGENCY_AVAILABLE,
    AccountKind.BONUS_AVAILABLE,
)


class JournalType(models.TextChoices):
    SALE = "sale", _("sale")
    COMMISSION = "commission", _("commission")
    PAYOUT = "payout", _("payout")
    REFUND = "refund", _("refund")
    BONUS = "bonus", _("bonus")
    RELEASE = "release", _("release")
    ADJUSTMENT = "adjustment", _("adjustment")


class JournalStatus(models.TextChoices):
    POSTED = "posted", _("posted")
    REVERSED = "reversed", _("reversed")


class PaymentState(models.TextChoices):
    CREATED = "created", _("awaiting confirmation")
    PERFORMED = "performed", _("performed")
    CANCELLED = "cancelled", _("cancelled")
    REFUNDED = "refunded", _("refunded")


class Provider(models.TextChoices):
    PAYME = "payme", _("Payme")
    PAYOUTS = "payouts", _("payouts to cards")


class RefundStatus(models.TextChoices):
    REQUESTED = "requested", _("waits for a second pair of eyes")
    APPROVED = "approved", _("to be carried out")
    SENT = "sent", _("sent to Payme")
    FAILED = "failed", _("Payme refused")
    DONE = "done", _("done")
    REJECTED = "rejected", _("rejected")


# Money is owed to the traveller and has not moved.
OPEN_REFUNDS = (
    RefundStatus.REQUESTED,
    RefundStatus.APPROVED,
    RefundStatus.SENT,
    RefundStatus.FAILED,
)


class RefundMethod(models.TextChoices):
    PROVIDER = "provider", _("whole, through Payme")
    BY_HAND = "by_hand", _("by hand, with proof")


class RefundSource(models.TextChoices):
    STAFF = "staff", _("staff")
    TRAVELLER = "traveller", _("traveller")
    PROVIDER = "provider", _("provider")


class CaseKind(models.TextChoices):
    LATE = "late", _("late: the seats were gone")
    UNKNOWN = "unknown", _("paid at the provider, unknown here")
    DOUBLE = "double", _("paid twice")
    DIFFERENT = "different", _("another amount was paid")


class CaseStatus(models.TextChoices):
    OPEN = "open", _("needs a decision")
    CLOSED = "closed", _("decided")


class Decision(models.TextChoices):
    NONE = "", "–"
    RETURNED = "returned", _("returned to the payer")
    BOOKED = "booked", _("pays a booking")
    KEPT = "kept", _("kept as other income")
    NOTHING = "nothing", _("the provider took it back itself")


class InvoiceStatus(models.TextChoices):
    NEW = "new", _("being made")
    CREATED = "created", _("made, not sent yet")
    SENT = "sent", _("sent to the phone")
    PAID = "paid", _("paid")
    FAILED = "failed", _("failed")
    UNKNOWN = "unknown", _("no answer: look it up")


class PayoutSource(models.TextChoices):
    CYCLE = "cycle", _("payout day")
    STAFF = "staff", _("by hand")
    AGENCY = "agency", _("asked for by the agency")


class PayoutStatus(models.TextChoices):
    CREATED = "created", _("created")
    APPROVED = "approved", _("approved")
    SENT = "sent", _("sent to the bank")
    PAID = "paid", _("paid")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


OPEN_PAYOUTS = (PayoutStatus.CREATED, PayoutStatus.APPROVED, PayoutStatus.SENT)
# The money has left the agency's balance and has not arrived.
PAYOUTS_IN_TRANSIT = (PayoutStatus.APPROVED, PayoutStatus.SENT)


class BonusStatus(models.TextChoices):
    PENDING = "pending", _("pending")
    AVAILABLE = "available", _("available")
    REVERSED = "reversed", _("reversed")


class WithdrawalStatus(models.TextChoices):
    REQUESTED = "requested", _("requested")
    APPROVED = "approved", _("approved")
    PROCESSING = "processing", _("processing")
    PAID = "paid", _("paid")
    FAILED = "failed", _("failed")
    REJECTED = "rejected", _("rejected")
    CANCELLED = "cancelled", _("cancelled")


# The money has left the person's balance and has not arrived.
OPEN_WITHDRAWALS = (
    WithdrawalStatus.REQUESTED,
    WithdrawalStatus.APPROVED,
    WithdrawalStatus.PROCESSING,
)


class RowOutcome(models.TextChoices):
    MATCHED = "matched", _("matched")
    MISSING_HERE = "missing_here", _("missing here")
    MISSING_THERE = "missing_there", _("missing there")
    AMOUNT_DIFFERS = "amount_differs", _("amount differs")
    TWICE = "twice", _("twice")
    STATE_DIFFERS = "state_differs", _("state differs")
    BOOKING_DIFFERS = "booking_differs", _("another booking")


class StateThere(models.TextChoices):
    """What a registry's line says has become of the money. Empty: it does not say, so it came."""

    PAID = "paid", _("paid")
    RETURNED = "returned", _("returned or cancelled")
    WAITING = "waiting", _("not paid yet")


class RegistrySource(models.TextChoices):
    PAYME = "payme", _("Payme")
    BANK = "bank", _("bank")


class RegistryStatus(models.TextChoices):
    TRIED = "tried", _("tried, not taken over yet")
    TAKEN = "taken", _("taken over")
