"""Decisions of the staff that can still be taken back."""

from datetime import datetime, timedelta

from constance import config
from django.db.models import Exists, OuterRef, Q

from core.models import EventLog
from finance.models import PaymentTransaction
from finance.states import PaymentState
from partners.models import User
from sales.models import Booking, DateOffer
from sales.models.booking import BookingQuerySet
from sales.states import BookingStatus

DECIDED = ("booking.approved", "booking.rejected", "booking.date_offered")
BEGUN = (PaymentState.CREATED, PaymentState.PERFORMED)


def undoable(bookings: BookingQuerySet, at: datetime) -> BookingQuerySet:
    """Of ``bookings`` those whose decision could be taken back now; the act checks again."""
    since = at - timedelta(seconds=config.UNDO_SECONDS)
    approved = Q(status=BookingStatus.APPROVED, approved_at__gt=since, approved_by__isnull=False)
    rejected = Q(status=BookingStatus.REJECTED, cancelled_at__gt=since)
    payments = PaymentTransaction.objects.filter(booking=OuterRef("pk"), state__in=BEGUN)
    taken = DateOffer.objects.filter(taken_booking__isnull=False)
    of_an_offer = taken.filter(Q(booking=OuterRef("pk")) | Q(taken_booking=OuterRef("pk")))
    return bookings.filter(
        approved | rejected,
        ~Exists(payments),
        ~Exists(of_an_offer),
        answer_by__gt=at,
        invoices__isnull=True,
    )


def can_be_undone(booking: Booking, at: datetime) -> bool:
    until = undo_until(booking)
    if until is None or until <= at:
        return False
    return undoable(Booking.objects.filter(pk=booking.pk), at).exists()


def fresh_decisions(user: User, at: datetime) -> BookingQuerySet:
    """What this person has just decided and could take back."""
    since = at - timedelta(seconds=config.UNDO_SECONDS)
    mine = EventLog.objects.filter(user=user, action__in=DECIDED, timestamp__gt=since)
    decided = Booking.objects.for_staff(user).filter(pk__in=mine.values("object_id"))
    return undoable(decided, at).select_related("date_offer__session").order_by("pk")


def undo_until(booking: Booking) -> datetime | None:
    """From when on the decision stands and is told; None for what nobody decided."""
    decided = {
        BookingStatus.APPROVED.value: booking.approved_at,
        BookingStatus.REJECTED.value: booking.cancelled_at,
    }.get(booking.status)
    return decided + timedelta(seconds=config.UNDO_SECONDS) if decided else None


def decided_by_hand(booking: Booking) -> bool:
    """Whether a person of the staff decided, and not the agency's setting or an offer taken."""
    if booking.status == BookingStatus.REJECTED:
        return True
    took_offer = DateOffer.objects.filter(taken_booking=booking).exists()
    return booking.approved_by_id is not None and not took_offer


def has_begun_to_pay(booking: Booking) -> bool:
    """Whether the provider has begun to take the money, or was asked to send a bill."""
    return booking.payments.filter(state__in=BEGUN).exists() or booking.invoices.exists()


def offer_taken(booking: Booking) -> bool:
    return DateOffer.objects.filter(booking=booking, taken_booking__isnull=False).exists()
