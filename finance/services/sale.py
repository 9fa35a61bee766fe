"""The money of a sale: posting it, and taking it back. Building blocks."""

from datetime import datetime, timedelta
from decimal import Decimal

from constance import config

from core.actor import Actor
from core.money import percent_of
from finance.commission import SaleShares
from finance.models import AccountingTransaction, ReferralBonus
from finance.services.post import About, Line, mirror, post
from finance.states import AccountKind, BonusStatus, JournalStatus, JournalType


def post_sale(
    *,
    shares: SaleShares,
    booking_id: int,
    agency_id: int,
    user_id: int,
    by: Actor,
    at: datetime,
) -> None:
    """The money comes in: the platform keeps its commission, owes the agency the rest."""
    lines = [
        Line(AccountKind.PAYME, debit=shares.cash),
        Line(AccountKind.PROMO_EXPENSE, debit=shares.platform_discount),
        Line(AccountKind.BONUS_RESERVED, debit=shares.bonus, user_id=user_id),
        Line(AccountKind.AGENCY_PENDING, credit=shares.agency_share, agency_id=agency_id),
        Line(AccountKind.COMMISSION, credit=shares.commission),
    ]
    about = About(booking_id=booking_id, agency_id=agency_id)
    post(JournalType.SALE, lines, about=about, by=by, at=at)


def earn_referral_bonus(
    *,
    booking_id: int,
    agency_id: int,
    partner_user_id: int,
    cash: Decimal,
    percent: Decimal,
    by: Actor,
    at: datetime,
) -> ReferralBonus | None:
    """The person who brought the traveller earns ``percent`` of the cash, pending for some days."""
    amount = percent_of(cash, percent)
    if not amount:
        return None
    available_at = at + timedelta(days=config.BONUS_DELAY_DAYS)
    bonus = ReferralBonus.objects.create(
        user_id=partner_user_id,
        booking_id=booking_id,
        amount=amount,
        created_at=at,
        available_at=available_at,
    )
    lines = [
        Line(AccountKind.REFERRAL_EXPENSE, debit=amount),
        Line(AccountKind.BONUS_PENDING, credit=amount, user_id=partner_user_id),
    ]
    about = About(booking_id=booking_id, agency_id=agency_id, memo="referral")
    post(JournalType.BONUS, lines, about=about, by=by, at=at)
    return bonus


def reverse_sale(*, booking_id: int, user_id: int, by: Actor, at: datetime) -> None:
    """A refund of the whole sale: its mirror; the bonus it used goes back to the traveller.

    A booking that was free for everybody has no sale, and nothing to take back.
    """
    sale = AccountingTransaction.objects.filter(
        booking_id=booking_id, type=JournalType.SALE, status=JournalStatus.POSTED
    ).first()
    if sale is None:
        return
    spent = sale.entries.filter(account__kind=AccountKind.BONUS_RESERVED).first()
    mirror(sale, type=JournalType.REFUND, by=by, at=at)
    if spent is not None:
        lines = [
            Line(AccountKind.BONUS_RESERVED, debit=spent.debit, user_id=user_id),
            Line(AccountKind.BONUS_AVAILABLE, credit=spent.debit, user_id=user_id),
        ]
        about = About(booking_id=booking_id, agency_id=sale.agency_id, memo="bonus given back")
        post(JournalType.BONUS, lines, about=about, by=by, at=at)


def reverse_referral_bonus(*, booking_id: int, by: Actor, at: datetime) -> ReferralBonus | None:
    """The partner's bonus goes with the sale, also when it has matured (his balance may fall
    below zero only this way). None when there was none, or it is reversed already."""
    bonus = ReferralBonus.objects.select_for_update().filter(booking_id=booking_id).first()
    if bonus is None or bonus.status == BonusStatus.REVERSED:
        return None
    pending = bonus.status == BonusStatus.PENDING
    kind = AccountKind.BONUS_PENDING if pending else AccountKind.BONUS_AVAILABLE
    bonus.reverse()
    bonus.save(update_fields=["status"])
    lines = [
        Line(kind, debit=bonus.amount, user_id=bonus.user_id),
        Line(AccountKind.REFERRAL_EXPENSE, credit=bonus.amount),
    ]
    about = About(booking_id=booking_id, memo="referral reversed")
    post(JournalType.BONUS, lines, about=about, by=by, at=at)
    return bonus
