"""The money of a sale: posting it, and taking it back. Building blocks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from constance import config

from core.actor import Actor
from core.money import ZERO, percent_of
from core.services.events import record
from finance.commission import RefundShares, SaleShares, share_refund
from finance.models import AccountingTransaction, ReferralBonus
from finance.queries.bookings import held_for, returned_shares, reward_back, taken_from
from finance.services.post import About, Line, post
from finance.states import AccountKind, BonusStatus, JournalStatus, JournalType


@dataclass(frozen=True, slots=True)
class Sold:
    """The deal whose money goes back; ``memo`` names the refund in its journals."""

    booking_id: int
    agency_id: int
    memo: str = ""

    @property
    def journal(self) -> About:
        return About(booking_id=self.booking_id, agency_id=self.agency_id, memo=self.memo)


def post_sale(
    *,
    shares: SaleShares,
    booking_id: int,
    agency_id: int,
    user_id: int,
    by: Actor,
    at: datetime,
    direct: Decimal = ZERO,
) -> None:
    """The money comes in: the platform keeps its commission, owes the agency the rest.

    ``direct`` UZS of the cash went straight to the agency's own cashbox: neither ours nor owed.
    """
    lines = [
        Line(AccountKind.PAYME, debit=shares.cash - direct),
        Line(AccountKind.PROMO_EXPENSE, debit=shares.platform_discount),
        Line(AccountKind.BONUS_RESERVED, debit=shares.bonus, user_id=user_id),
        Line(AccountKind.AGENCY_PENDING, credit=shares.agency_share - direct, agency_id=agency_id),
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
    counts_from: datetime,
    by: Actor,
    at: datetime,
) -> ReferralBonus | None:
    """The person who brought the traveller earns ``percent`` of the cash, pending until
    BONUS_DELAY_DAYS after ``counts_from``."""
    amount = percent_of(cash, percent)
    if not amount:
        return None
    bonus = ReferralBonus.objects.create(
        user_id=partner_user_id,
        booking_id=booking_id,
        amount=amount,
        created_at=at,
        available_at=counts_from + timedelta(days=config.BONUS_DELAY_DAYS),
    )
    lines = [
        Line(AccountKind.REFERRAL_EXPENSE, debit=amount),
        Line(AccountKind.BONUS_PENDING, credit=amount, user_id=partner_user_id),
    ]
    about = About(booking_id=booking_id, agency_id=agency_id)
    post(JournalType.BONUS, lines, about=about, by=by, at=at)
    record("bonus.earned", bonus, by=by, at=at, amount=amount, until=bonus.available_at)
    return bonus


def refund_sale(
    *,
    sale: SaleShares,
    back: Decimal,
    cash_account: str,
    about: Sold,
    user_id: int,
    by: Actor,
    at: datetime,
    direct: Decimal = ZERO,
) -> RefundShares:
    """Give ``back`` UZS to the traveller ``user_id`` and take each party's share of it back.

    The cash leaves ``cash_account``; ``direct`` of it came back from the agency's own cashbox. The
    agency pays from what is pending of this booking, then from its reserve, then from what is
    available, which may fall below zero; the bonus goes back to the traveller's balance. When the
    provider gives everything back the journal names the sale that it reverses; what is returned by
    hand leaves it standing, as the provider's payment stands.
    """
    before = returned_shares(about.booking_id)
    shares = share_refund(sale, back=back, before=before)
    is_whole = before == RefundShares() and back == (sale.cash or sale.gross)
    is_mirror = is_whole and cash_account == AccountKind.PAYME

    lines = [
        *_from_agency(shares.agency_share - direct, about),
        Line(AccountKind.COMMISSION, debit=shares.commission),
        Line(cash_account, credit=shares.cash - direct),
        Line(AccountKind.PROMO_EXPENSE, credit=shares.platform_discount),
        Line(AccountKind.BONUS_AVAILABLE, credit=shares.bonus, user_id=user_id),
    ]
    reverses = _standing_sale(about.booking_id) if is_mirror else None
    post(JournalType.REFUND, lines, about=about.journal, by=by, at=at, reverses=reverses)
    return shares


def _from_agency(amount: Decimal, about: Sold) -> list[Line]:
    taken = taken_from(held_for(about.booking_id), amount)
    parts = {
        AccountKind.AGENCY_PENDING: taken.pending,
        AccountKind.AGENCY_RESERVE: taken.reserve,
        AccountKind.AGENCY_AVAILABLE: taken.available,
    }
    return [Line(kind, debit=part, agency_id=about.agency_id) for kind, part in parts.items()]


def _standing_sale(booking_id: int) -> AccountingTransaction | None:
    return AccountingTransaction.objects.filter(
        booking_id=booking_id, type=JournalType.SALE, status=JournalStatus.POSTED
    ).first()


def take_back_referral_bonus(
    *, booking_id: int, share: Decimal, memo: str, by: Actor, at: datetime
) -> Decimal:
    """The partner's bonus goes with the sale: ``share`` (0 to 1) of it is taken back in all, also
    when it has matured (his balance may fall below zero only this way). Answers what was taken now.
    """
    bonus = ReferralBonus.objects.select_for_update().filter(booking_id=booking_id).first()
    if bonus is None:
        return ZERO
    amount = reward_back(bonus, share)
    if not amount:
        return ZERO
    pending = bonus.status == BonusStatus.PENDING
    bonus.reversed_amount += amount
    if bonus.reversed_amount == bonus.amount:
        bonus.reverse()
    bonus.save(update_fields=["status", "reversed_amount"])
    lines = [
        Line(
            AccountKind.BONUS_PENDING if pending else AccountKind.BONUS_AVAILABLE,
            debit=amount,
            user_id=bonus.user_id,
        ),
        Line(AccountKind.REFERRAL_EXPENSE, credit=amount),
    ]
    about = About(booking_id=booking_id, memo=memo)
    post(JournalType.BONUS, lines, about=about, by=by, at=at)
    action = "bonus.reversed" if pending else "bonus.clawed_back"
    record(action, bonus, by=by, at=at, amount=amount, left=bonus.kept)
    return amount
