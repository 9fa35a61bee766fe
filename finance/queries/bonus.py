"""A person's bonus: what he has, what is coming, what is on its way to his card."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, QuerySet, Sum

from core.clock import local_date
from core.money import ZERO
from finance.models import Account, ReferralBonus, ReferralPayoutRequest, Refund
from finance.states import (
    OPEN_REFUNDS,
    OPEN_WITHDRAWALS,
    USER_ACCOUNTS,
    AccountKind,
    BonusStatus,
    WithdrawalStatus,
)


@dataclass(frozen=True, slots=True)
class BonusBalance:
    """UZS. ``maturing`` are the local days on which what is pending may be used, soonest first;
    ``on_its_way`` has been asked for to a card, ``paid_out`` has arrived there."""

    available: Decimal
    pending: Decimal
    reserved: Decimal
    on_its_way: Decimal
    paid_out: Decimal
    maturing: list[tuple[date, Decimal]]


def balance_of(user_id: int) -> BonusBalance:
    """The person's bonus now; four queries."""
    accounts = Account.objects.filter(user_id=user_id, kind__in=USER_ACCOUNTS)
    found = dict(accounts.values_list("kind", "balance"))
    withdrawn = dict(
        ReferralPayoutRequest.objects.filter(user_id=user_id)
        .order_by()
        .values_list("status")
        .annotate(total=Sum("amount"))
    )
    return BonusBalance(
        available=found.get(AccountKind.BONUS_AVAILABLE, ZERO),
        pending=found.get(AccountKind.BONUS_PENDING, ZERO),
        reserved=found.get(AccountKind.BONUS_RESERVED, ZERO),
        on_its_way=sum((withdrawn.get(status, ZERO) for status in OPEN_WITHDRAWALS), ZERO),
        paid_out=withdrawn.get(WithdrawalStatus.PAID, ZERO),
        maturing=_maturing(user_id),
    )


def _maturing(user_id: int) -> list[tuple[date, Decimal]]:
    days: dict[date, Decimal] = {}
    pending = ReferralBonus.objects.filter(user_id=user_id, status=BonusStatus.PENDING)
    for bonus in pending.order_by("available_at"):
        day = local_date(bonus.available_at)
        days[day] = days.get(day, ZERO) + bonus.kept
    return list(days.items())


def bonuses_to_mature(at: datetime) -> QuerySet[ReferralBonus]:
    """Pending bonuses whose day has come. One whose booking has an open refund waits for it: what
    is about to be taken back is not given out first."""
    being_refunded = Refund.objects.filter(
        payment__booking_id=OuterRef("booking_id"), status__in=OPEN_REFUNDS
    )
    due = ReferralBonus.objects.filter(status=BonusStatus.PENDING, available_at__lte=at)
    return due.exclude(Exists(being_refunded)).order_by("available_at", "pk")


def earned_of(user_id: int) -> tuple[Decimal, Decimal]:
    """What a partner's bookings have earned in all, and what refunds have taken back of it, UZS."""
    sums = ReferralBonus.objects.filter(user_id=user_id).aggregate(
        earned=Sum(F("amount")), back=Sum(F("reversed_amount"))
    )
    return sums["earned"] or ZERO, sums["back"] or ZERO
