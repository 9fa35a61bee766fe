"""A partner's desk: what he has earned, and what became of every booking he brought.

He reads it himself: of a traveller it tells nothing but the booking's code.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import models
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.clock import local_date
from core.money import ZERO, percent_of
from finance.models import ReferralBonus
from finance.queries.bonus import BonusBalance, balance_of, earned_of
from finance.states import BonusStatus
from partners.models import ReferralPartner, ReferralTouch
from partners.queries.attribution import percent_of_partner
from partners.states import NoCredit
from sales.models import Booking
from sales.states import LIVE, BookingStatus


@dataclass(frozen=True, slots=True)
class Desk:
    """UZS and numbers of all time; ``percent`` is today's rate, ``taken_back`` by refunds."""

    percent: Decimal
    people: int
    bookings: int
    paid: int
    earned: Decimal
    taken_back: Decimal
    balance: BonusBalance


class DealState(models.TextChoices):
    """What a booking is to the partner who brought it."""

    EXPECTED = "expected", _("when it is paid")
    PENDING = "pending", _("pending")
    AVAILABLE = "available", _("can be used")
    REVERSED = "reversed", _("taken back")
    NONE = "none", _("nothing")


@dataclass(frozen=True, slots=True)
class Deal:
    """``amount`` is earned, or would be, UZS; of it ``taken_back`` by refunds; ``reason`` says why
    it is less than it might be."""

    code: str
    tour: str
    date_start: date
    seats: int
    status: str
    asked_at: datetime
    state: DealState
    amount: Decimal
    taken_back: Decimal
    available_at: datetime | None
    reason: str


def desk_of(partner: ReferralPartner, at: datetime) -> Desk:
    """The partner's totals at ``at``; eight queries."""
    touches = ReferralTouch.objects.filter(partner=partner, refusal=NoCredit.NONE)
    deals = Booking.objects.filter(referral_partner=partner).aggregate(
        all=Count("pk"), paid=Count("pk", filter=Q(status=BookingStatus.PAID))
    )
    earned, taken_back = earned_of(partner.user_id)
    return Desk(
        percent=percent_of_partner(partner, local_date(at)),
        people=touches.count(),
        bookings=deals["all"],
        paid=deals["paid"],
        earned=earned,
        taken_back=taken_back,
        balance=balance_of(partner.user_id),
    )


def deals_queryset(partner: ReferralPartner) -> QuerySet[Booking]:
    """The bookings he brought, newest first; each is told by ``deal_of`` without another query."""
    rows = Booking.objects.filter(referral_partner=partner)
    rows = rows.select_related("session__tour", "referral_bonus", "referral_partner")
    return rows.order_by("-pk")


def deal_of(booking: Booking) -> Deal:
    """A booking of ``deals_queryset`` as its partner reads it."""
    bonus = getattr(booking, "referral_bonus", None)
    state = _state(booking, bonus)
    expected = percent_of(booking.final_price, booking.referral_percent)
    return Deal(
        code=booking.code,
        tour=booking.session.tour.title,
        date_start=booking.session.date_start,
        seats=booking.seats_reserved,
        status=booking.status,
        asked_at=booking.created_at,
        state=state,
        amount=bonus.amount if bonus else expected if state == DealState.EXPECTED else ZERO,
        taken_back=bonus.reversed_amount if bonus else ZERO,
        available_at=bonus.available_at if bonus else None,
        reason=_reason(booking, bonus),
    )


_STATES = {
    BonusStatus.PENDING: DealState.PENDING,
    BonusStatus.AVAILABLE: DealState.AVAILABLE,
    BonusStatus.REVERSED: DealState.REVERSED,
}


def _state(booking: Booking, bonus: ReferralBonus | None) -> DealState:
    if bonus is not None:
        return _STATES[BonusStatus(bonus.status)]
    waits = booking.status in LIVE and not _is_stopped(booking)
    return DealState.EXPECTED if waits else DealState.NONE


def _is_stopped(booking: Booking) -> bool:
    """Whether its partner earns nothing any more; a code that was refused was somebody else's."""
    if booking.status in LIVE:
        return booking.referral_partner is None or not booking.referral_partner.is_active
    return booking.referral_refusal == NoCredit.STOPPED


def _reason(booking: Booking, bonus: ReferralBonus | None) -> str:
    """Why he has less of it than its price promised; empty when nothing is missing."""
    if bonus is not None:
        if not bonus.reversed_amount:
            return ""
        whole = bonus.status == BonusStatus.REVERSED
        return str(_("the booking was refunded") if whole else _("a part was refunded"))
    if _is_stopped(booking):
        return str(NoCredit.STOPPED.label)
    if booking.status in LIVE:
        return ""
    if booking.status == BookingStatus.PAID:
        return str(_("nothing was paid in money"))
    return str(_("the booking was not paid: {status}")).format(status=booking.get_status_display())
