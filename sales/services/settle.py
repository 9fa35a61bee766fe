"""The booking is paid: state, sale and bonus in one beat. A building block."""

from datetime import datetime

from django.db.models import F

from catalog.states import FundedBy
from core.actor import Actor
from core.acts import require_transaction
from core.services.events import record
from finance.commission import SaleShares, share_sale
from finance.services.sale import earn_referral_bonus, post_sale, reverse_referral_bonus
from partners.models import ReferralPartner
from sales.models import Booking


def shares_of(booking: Booking) -> SaleShares:
    """How the booking's money is shared, from its frozen figures."""
    return share_sale(
        subtotal=booking.subtotal,
        agency_discount=booking.discount_funded_by(FundedBy.AGENCY),
        platform_discount=booking.discount_funded_by(FundedBy.PLATFORM),
        bonus=booking.bonus_used,
        rate=booking.commission_percent,
    )


def settle(booking: Booking, *, by: Actor, at: datetime) -> None:
    """Mark a locked, seated booking paid and post its sale."""
    require_transaction()
    shares = shares_of(booking)

    booking.pay(at=at)
    booking.save()

    post_sale(
        shares=shares,
        booking_id=booking.pk,
        agency_id=booking.agency_id,
        user_id=booking.user_id,
        by=by,
        at=at,
    )
    _reward_partner(booking, shares, by=by, at=at)

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


def _reward_partner(booking: Booking, shares: SaleShares, *, by: Actor, at: datetime) -> None:
    partner = booking.referral_partner
    if partner is None or not partner.is_active:
        return
    bonus = earn_referral_bonus(
        booking_id=booking.pk,
        agency_id=booking.agency_id,
        partner_user_id=partner.user_id,
        cash=shares.cash,
        percent=partner.commission_percent,
        by=by,
        at=at,
    )
    if bonus is not None:
        ReferralPartner.objects.filter(pk=partner.pk).update(
            total_sales=F("total_sales") + shares.cash,
            total_commission_paid=F("total_commission_paid") + bonus.amount,
        )


def withdraw_reward(booking: Booking, *, by: Actor, at: datetime) -> None:
    """The sale is taken back, and what it earned its partner goes with it. A building block."""
    bonus = reverse_referral_bonus(booking_id=booking.pk, by=by, at=at)
    if bonus is not None and booking.referral_partner_id is not None:
        ReferralPartner.objects.filter(pk=booking.referral_partner_id).update(
            total_sales=F("total_sales") - booking.final_price,
            total_commission_paid=F("total_commission_paid") - bonus.amount,
        )
