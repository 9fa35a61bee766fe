"""The booking is paid, or given back: state, sale and bonus in one beat. Building blocks."""

from datetime import datetime, timedelta
from decimal import Decimal

from constance import config
from django.db.models import F

from core.actor import Actor
from core.acts import require_transaction
from core.clock import local_midnight
from core.money import ZERO
from core.services.events import record
from finance.commission import RefundShares, SaleShares
from finance.queries.bookings import returned_shares
from finance.services.sale import (
    Sold,
    earn_referral_bonus,
    post_sale,
    refund_sale,
    take_back_referral_bonus,
)
from partners.models import ReferralPartner
from partners.states import NoCredit
from sales.models import Booking
from sales.queries.shares import shares_of


def settle(booking: Booking, *, by: Actor, at: datetime, direct: Decimal = ZERO) -> None:
    """Mark a locked, seated booking paid and post its sale; ``direct`` UZS of it went straight to
    the agency's own cashbox."""
    require_transaction()
    shares = shares_of(booking)

    booking.pay(at=at)
    partner = booking.referral_partner
    if partner is not None and not partner.is_active:
        booking.referral_refusal = NoCredit.STOPPED
    booking.save()

    post_sale(
        shares=shares,
        booking_id=booking.pk,
        agency_id=booking.agency_id,
        user_id=booking.user_id,
        direct=direct,
        by=by,
        at=at,
    )
    if partner is not None:
        _reward_partner(booking, partner, shares, by=by, at=at)

    record(
        "booking.paid",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        amount=shares.cash,
        commission=shares.commission,
        agency_share=shares.agency_share,
    )


def _reward_partner(
    booking: Booking, partner: ReferralPartner, shares: SaleShares, *, by: Actor, at: datetime
) -> None:
    """The sale is his; the bonus too, unless he was stopped."""
    ReferralPartner.objects.filter(pk=partner.pk).update(total_sales=F("total_sales") + shares.cash)
    if not partner.is_active:
        return
    bonus = earn_referral_bonus(
        booking_id=booking.pk,
        agency_id=booking.agency_id,
        partner_user_id=partner.user_id,
        cash=shares.cash,
        percent=booking.referral_percent,
        counts_from=_counts_from(booking, at),
        by=by,
        at=at,
    )
    if bonus is not None:
        ReferralPartner.objects.filter(pk=partner.pk).update(
            total_commission_paid=F("total_commission_paid") + bonus.amount
        )


def _counts_from(booking: Booking, at: datetime) -> datetime:
    """The instant from which the days until a bonus can be used are counted."""
    if config.BONUS_COUNTS_FROM == "payment":
        return at
    # The whole of the last day belongs to the tour.
    return max(at, local_midnight(booking.session.date_end + timedelta(days=1)))


def give_back(
    booking: Booking,
    *,
    back: Decimal,
    cash_account: str,
    by: Actor,
    at: datetime,
    direct: Decimal = ZERO,
    memo: str = "",
) -> RefundShares:
    """Refund ``back`` UZS of a locked booking's price (of its gross when it was free), and take the
    same share of its partner's bonus back. Both journals bear ``memo``."""
    require_transaction()
    sale = shares_of(booking)
    shares = refund_sale(
        sale=sale,
        back=back,
        cash_account=cash_account,
        direct=direct,
        about=Sold(booking_id=booking.pk, agency_id=booking.agency_id, memo=memo),
        user_id=booking.user_id,
        by=by,
        at=at,
    )
    if shares.cash:
        # What came back from the agency's own cashbox is not in the ledger.
        gone = returned_shares(booking.pk).cash + direct
        share = gone / booking.final_price
        _withdraw_reward(booking, shares.cash, share=share, memo=memo, by=by, at=at)
    return shares


def _withdraw_reward(
    booking: Booking, cash: Decimal, *, share: Decimal, memo: str, by: Actor, at: datetime
) -> None:
    taken = take_back_referral_bonus(booking_id=booking.pk, share=share, memo=memo, by=by, at=at)
    if booking.referral_partner_id is not None:
        ReferralPartner.objects.filter(pk=booking.referral_partner_id).update(
            total_sales=F("total_sales") - cash,
            total_commission_paid=F("total_commission_paid") - taken,
        )
