"""What a refund gives and takes, party by party, before anybody confirms it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.clock import local_date
from core.money import ZERO, percent_of
from finance.commission import RefundShares, share_refund
from finance.models import PaymentTransaction, ReferralBonus
from finance.queries.balances import agency_balances
from finance.queries.bookings import Held, held_for, returned_shares, reward_back, taken_from
from finance.states import OPEN_REFUNDS, AccountKind, BonusStatus, PaymentState, RefundMethod
from sales.cancellation import refund_percent
from sales.models import Booking
from sales.queries.shares import shares_of
from sales.states import BookingStatus


@dataclass(frozen=True, slots=True)
class RefundPreview:
    """All UZS. What goes back (cash, bonus, the platform's discount) is what is taken: commission,
    ``direct`` from the agency's own cashbox, and ``taken`` from its accounts."""

    method: str
    shares: RefundShares
    direct: Decimal
    taken: Held
    # The agency's available balance after it.
    available_after: Decimal
    # The partner's bonus taken back, and whether it has not matured yet.
    reward: Decimal
    reward_is_pending: bool
    ends_booking: bool
    has_begun: bool

    @property
    def given(self) -> Decimal:
        return self.shares.cash + self.shares.bonus + self.shares.platform_discount

    @property
    def from_agency(self) -> Decimal:
        return self.shares.agency_share

    @property
    def owed_by_agency(self) -> Decimal:
        """How far the agency's balance falls below zero."""
        return max(-self.available_after, ZERO)


@dataclass(frozen=True, slots=True)
class Suggested:
    """Amounts to begin with; ``percent`` is what the cancellation policy gives back today."""

    whole: Decimal
    half: Decimal
    percent: Decimal
    by_policy: Decimal


def preview_refund(
    booking: Booking, amount: Decimal, at: datetime, *, method: str | None = None
) -> RefundPreview:
    """What a refund of ``amount`` UZS would do now, by the arithmetic that carries it out.

    ``amount`` is of the price; of a booking that cost no cash, of its gross. Without ``method`` it
    is the one that such a refund takes by itself.
    """
    payment = performed_payment(booking)
    is_whole = payment is not None and amount == payment.amount
    method = method or (RefundMethod.PROVIDER if is_whole else RefundMethod.BY_HAND)
    through_provider = method == RefundMethod.PROVIDER
    direct = payment.direct_amount if payment and through_provider else ZERO

    before = returned_shares(booking.pk)
    shares = share_refund(shares_of(booking), back=amount, before=before)
    taken = taken_from(held_for(booking.pk), shares.agency_share - direct)
    available = agency_balances(booking.agency_id)[AccountKind.AGENCY_AVAILABLE]
    bonus = ReferralBonus.objects.filter(booking_id=booking.pk).first()
    gone = before.cash + shares.cash
    return RefundPreview(
        method=method,
        shares=shares,
        direct=direct,
        taken=taken,
        available_after=available - taken.available,
        reward=reward_back(bonus, gone / booking.final_price) if bonus and shares.cash else ZERO,
        reward_is_pending=bonus is not None and bonus.status == BonusStatus.PENDING,
        ends_booking=through_provider and booking.status == BookingStatus.PAID,
        has_begun=booking.session.date_start <= local_date(at),
    )


def performed_payment(booking: Booking) -> PaymentTransaction | None:
    """The payment that refunds of the booking are taken from."""
    return booking.payments.filter(state=PaymentState.PERFORMED).first()


def may_be_refunded(booking: Booking) -> bool:
    """Whether something is left of its payment, and no refund of it is under way."""
    payment = performed_payment(booking)
    if payment is None or not payment.left:
        return False
    return not payment.refunds.filter(status__in=OPEN_REFUNDS).exists()


def suggested_refunds(booking: Booking, payment: PaymentTransaction, at: datetime) -> Suggested:
    """All that is left, half of what was paid, and what the policy gives back today."""
    days_before = (booking.session.date_start - local_date(at)).days
    percent = refund_percent(booking.cancellation_policy, days_before)
    half = percent_of(payment.amount, Decimal(50))
    return Suggested(
        whole=payment.left,
        half=min(half, payment.left),
        percent=percent,
        by_policy=min(percent_of(payment.amount, percent), payment.left),
    )
