"""What the ledger says of one booking."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum

from core.money import ZERO, round_money
from finance.commission import RefundShares
from finance.models import LedgerEntry, ReferralBonus, Refund
from finance.states import AGENCY_ACCOUNTS, CASH_ACCOUNTS, AccountKind, JournalType

# The memo of a release that frees a reserve.
RESERVE = "reserve"


@dataclass(frozen=True, slots=True)
class Held:
    """What the agency's accounts hold of a booking's money, UZS."""

    pending: Decimal
    available: Decimal
    reserve: Decimal

    @property
    def total(self) -> Decimal:
        return self.pending + self.available + self.reserve


def held_for(booking_id: int) -> Held:
    """Credits less debits of the booking's journals, by account of the agency."""
    found = _natural(booking_id, AGENCY_ACCOUNTS)
    return Held(
        pending=found.get(AccountKind.AGENCY_PENDING, ZERO),
        available=found.get(AccountKind.AGENCY_AVAILABLE, ZERO),
        reserve=found.get(AccountKind.AGENCY_RESERVE, ZERO),
    )


def taken_from(held: Held, amount: Decimal) -> Held:
    """Which of an agency's accounts a refund takes its share ``amount`` from: what is pending of
    the booking, then its reserve, then what is available, which may fall below zero."""
    pending = min(amount, max(held.pending, ZERO))
    reserve = min(amount - pending, max(held.reserve, ZERO))
    return Held(pending=pending, available=amount - pending - reserve, reserve=reserve)


def reward_back(bonus: ReferralBonus, share: Decimal) -> Decimal:
    """What is still to be taken back of a partner's bonus when ``share`` (0 to 1) of its sale has
    been refunded in all."""
    return max(round_money(bonus.amount * share) - bonus.reversed_amount, ZERO)


def returned_shares(booking_id: int) -> RefundShares:
    """What refunds of the booking have taken back so far, off its refund journals."""
    kinds = (
        *AGENCY_ACCOUNTS,
        *CASH_ACCOUNTS,
        AccountKind.PROMO_EXPENSE,
        AccountKind.BONUS_AVAILABLE,
        AccountKind.COMMISSION,
    )
    found = _natural(booking_id, kinds, transaction__type=JournalType.REFUND)
    agency = sum((found.get(kind, ZERO) for kind in AGENCY_ACCOUNTS), ZERO)
    return RefundShares(
        cash=sum((found.get(kind, ZERO) for kind in CASH_ACCOUNTS), ZERO),
        platform_discount=found.get(AccountKind.PROMO_EXPENSE, ZERO),
        bonus=found.get(AccountKind.BONUS_AVAILABLE, ZERO),
        commission=-found.get(AccountKind.COMMISSION, ZERO),
        agency_share=-agency,
    )


def lines_of_refund(refund: Refund) -> QuerySet[LedgerEntry]:
    """What a refund that was carried out posted, the partner's bonus included."""
    return LedgerEntry.objects.filter(
        transaction__booking_id=refund.payment.booking_id, transaction__memo=refund.memo
    ).order_by("pk")


def _natural(booking_id: int, kinds: tuple[AccountKind, ...], **where: str) -> dict[str, Decimal]:
    """Credits less debits by kind of account."""
    rows = LedgerEntry.objects.filter(
        transaction__booking_id=booking_id, account__kind__in=kinds, **where
    )
    sums = rows.values_list("account__kind").annotate(debit=Sum("debit"), credit=Sum("credit"))
    return {kind: credit - debit for kind, debit, credit in sums}
