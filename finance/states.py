"""States and kinds of money."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    PAYME = "payme", _("money at Payme")
    BANK = "bank", _("bank")
    COMMISSION = "commission", _("commission income")
    PROMO_EXPENSE = "promo_expense", _("promo expense")
    REFERRAL_EXPENSE = "referral_expense", _("referral expense")
    PAYOUTS_IN_TRANSIT = "payouts_in_transit", _("payouts in transit")
    UNMATCHED = "unmatched", _("unmatched money")
    AGENCY_PENDING = "agency_pending", _("agency, pending")
    AGENCY_AVAILABLE = "agency_available", _("agency, available")
    BONUS_PENDING = "bonus_pending", _("bonus, pending")
    BONUS_AVAILABLE = "bonus_available", _("bonus, available")
    BONUS_RESERVED = "bonus_reserved", _("bonus, reserved")


AGENCY_ACCOUNTS = (AccountKind.AGENCY_PENDING, AccountKind.AGENCY_AVAILABLE)
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
    AccountKind.PROMO_EXPENSE,
    AccountKind.REFERRAL_EXPENSE,
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


class RefundStatus(models.TextChoices):
    REQUESTED = "requested", _("waits to be carried out")
    DONE = "done", _("done")
    REJECTED = "rejected", _("rejected")


class RefundSource(models.TextChoices):
    STAFF = "staff", _("staff")
    TRAVELLER = "traveller", _("traveller")
    PROVIDER = "provider", _("provider")


class PayoutStatus(models.TextChoices):
    CREATED = "created", _("created")
    APPROVED = "approved", _("approved")
    SENT = "sent", _("sent to the bank")
    PAID = "paid", _("paid")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class BonusStatus(models.TextChoices):
    PENDING = "pending", _("pending")
    AVAILABLE = "available", _("available")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REVERSED = "reversed", _("reversed")


class WithdrawalStatus(models.TextChoices):
    REQUESTED = "requested", _("requested")
    APPROVED = "approved", _("approved")
    PROCESSING = "processing", _("processing")
    PAID = "paid", _("paid")
    FAILED = "failed", _("failed")
    REJECTED = "rejected", _("rejected")


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
