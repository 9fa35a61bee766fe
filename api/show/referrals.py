"""Referral partners and bonus."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from constance import config
from django.urls import reverse

from api.schemas.referrals import (
    BonusBalanceOut,
    BonusOut,
    DealOut,
    LinksOut,
    MaturingOut,
    MovementOut,
    OwnPartnerOut,
    PartnerOut,
    PicturesOut,
    QrOut,
    TotalsOut,
    WithdrawalOut,
)
from api.show.partners import show_person
from finance.models import ReferralBonus, ReferralPayoutRequest
from finance.queries.bonus import BonusBalance
from finance.queries.bonus_statement import Moved
from partners.links import app_link, bot_link
from partners.models import ReferralPartner
from sales.models import Booking
from sales.queries.partner_desk import deal_of, desk_of


def show_balance(balance: BonusBalance) -> BonusBalanceOut:
    """With what may be done with it now."""
    return BonusBalanceOut(
        **_parts(balance),
        limit_percent=config.BONUS_LIMIT_PERCENT,
        minimum_withdrawal=config.MINIMUM_WITHDRAWAL,
    )


def _parts(balance: BonusBalance) -> dict[str, Any]:
    days = [MaturingOut(date=day, amount=amount) for day, amount in balance.maturing]
    return asdict(balance) | {"maturing": days}


def show_movement(moved: Moved, codes: Mapping[int, str]) -> MovementOut:
    """``codes`` are those of the bookings, by their ids."""
    return MovementOut(
        id=moved.id,
        at=moved.at,
        what=moved.what.value,  # type: ignore[arg-type]
        label=str(moved.what.label),
        booking=codes[moved.booking_id] if moved.booking_id else None,
        withdrawal=moved.withdrawal_id,
        available=moved.available,
        pending=moved.pending,
        reserved=moved.reserved,
        balance=moved.balance,
        note=moved.note,
    )


def show_own(partner: ReferralPartner, at: datetime) -> OwnPartnerOut:
    """The partner's own record, totals and all."""
    desk = desk_of(partner, at)
    return OwnPartnerOut(
        id=partner.pk,
        code=partner.code,
        percent=desk.percent,
        is_active=partner.is_active,
        stop_reason=partner.stop_reason,
        links=LinksOut(app=app_link(partner.code), bot=bot_link(partner.code)),
        qr=QrOut(app=_pictures("app"), bot=_pictures("bot")),
        totals=TotalsOut(
            **_parts(desk.balance),
            people=desk.people,
            bookings=desk.bookings,
            paid=desk.paid,
            earned=desk.earned,
            taken_back=desk.taken_back,
        ),
    )


def _pictures(door: str) -> PicturesOut:
    def path(kind: str) -> str:
        return f"{reverse('api:own_qr')}?{urlencode({'door': door, 'format': kind})}"

    return PicturesOut(png=path("png"), svg=path("svg"))


def show_partner(partner: ReferralPartner) -> PartnerOut:
    """A row of ``with_percent``, with its person."""
    return PartnerOut(
        id=partner.pk,
        code=partner.code,
        person=show_person(partner.user),
        percent=partner.percent,  # type: ignore[attr-defined]
        is_active=partner.is_active,
        stop_reason=partner.stop_reason,
        total_sales=partner.total_sales,
        total_commission_paid=partner.total_commission_paid,
    )


def show_bonus(bonus: ReferralBonus) -> BonusOut:
    """With its booking's session and tour at hand."""
    return BonusOut(
        id=bonus.pk,
        booking=bonus.booking.code,
        amount=bonus.amount,
        taken_back=bonus.reversed_amount,
        status=bonus.status,
        available_at=bonus.available_at,
        matured_at=bonus.matured_at,
        created_at=bonus.created_at,
        reason=deal_of(bonus.booking).reason,
    )


def show_deal(booking: Booking) -> DealOut:
    """A row of ``deals_queryset``."""
    deal = deal_of(booking)
    return DealOut(
        booking=deal.code,
        tour=deal.tour,
        date_start=deal.date_start,
        seats=deal.seats,
        status=deal.status,  # type: ignore[arg-type]
        created_at=deal.asked_at,
        state=deal.state.value,  # type: ignore[arg-type]
        amount=deal.amount,
        taken_back=deal.taken_back,
        available_at=deal.available_at,
        reason=deal.reason,
    )


def show_withdrawal(withdrawal: ReferralPayoutRequest) -> WithdrawalOut:
    """Of the card, the last four digits."""
    return WithdrawalOut(
        id=withdrawal.pk,
        amount=withdrawal.amount,
        card_last4=withdrawal.card_last4,
        card_system=withdrawal.card_system,  # type: ignore[arg-type]
        status=withdrawal.status,
        created_at=withdrawal.created_at,
        held_until=withdrawal.held_until,
        approved_at=withdrawal.approved_at,
        paid_at=withdrawal.paid_at,
        ended_at=withdrawal.ended_at,
        note=withdrawal.note,
    )
