"""Bookings."""

from datetime import datetime

from api.schemas.sales import (
    AgencyRef,
    BookingOut,
    CommentOut,
    CustomerOut,
    PendingOut,
    PriceOut,
    SessionRef,
    TourRef,
    TravellerOut,
)
from core.actor import Actor
from sales.models import Booking, BookingComment
from sales.pricing import Price
from sales.queries.actions import allowed_actions

# What show_booking reads: a list of any length takes two queries.
RELATED = ("session__tour", "agency", "promo_code", "referral_partner")
PREFETCHED = ("travellers",)


def show_booking(booking: Booking, *, by: Actor, at: datetime) -> BookingOut:
    """A booking as ``by`` sees it."""
    session = booking.session
    return BookingOut(
        id=booking.pk,
        code=booking.code,
        status=booking.status,
        session=SessionRef(
            id=session.pk,
            date_start=session.date_start,
            date_end=session.date_end,
            tour=TourRef(id=session.tour_id, title=session.tour.title),
            agency=AgencyRef(id=booking.agency_id, name=booking.agency.name),
        ),
        seats=booking.seats_reserved,
        transport=booking.transport_code,
        travellers=[
            TravellerOut(first_name=t.first_name, last_name=t.last_name, kind=t.kind)  # type: ignore[arg-type]
            for t in booking.travellers.all()
            if t.name
        ],
        price=_frozen_price(booking),
        promo_code=booking.promo_code.code if booking.promo_code else None,
        referral_code=booking.referral_partner.code if booking.referral_partner else None,
        comment=booking.comment,
        reason=booking.cancel_note,
        expires_at=booking.expires_at,
        created_at=booking.created_at,
        approved_at=booking.approved_at,
        paid_at=booking.paid_at,
        allowed_actions=allowed_actions(booking, by=by, at=at),  # type: ignore[arg-type]
    )


def show_pending(booking: Booking, *, by: Actor, at: datetime) -> PendingOut:
    """A request as its agency sees it."""
    user = booking.user
    return PendingOut(
        **show_booking(booking, by=by, at=at).model_dump(),
        user=CustomerOut(
            id=user.pk,
            first_name=user.first_name,
            last_name=user.last_name,
            username=user.username,
            phone=user.phone,
        ),
        available_seats=booking.session.available_seats,
    )


def show_price(price: Price) -> PriceOut:
    return PriceOut(
        unit=price.unit,
        child_discount=price.child_discount,
        subtotal=price.subtotal,
        promotion_discount=price.promotion_discount,
        promo_discount=price.promo_discount,
        transport_total=price.transport_total,
        bonus_used=price.bonus_used,
        final=price.final,
    )


def _frozen_price(booking: Booking) -> PriceOut:
    return PriceOut(
        unit=booking.unit_price,
        child_discount=booking.child_discount,
        subtotal=booking.subtotal,
        promotion_discount=booking.promotion_discount,
        promo_discount=booking.promo_discount,
        transport_total=booking.transport_total,
        bonus_used=booking.bonus_used,
        final=booking.final_price,
    )


def show_comment(comment: BookingComment, me: int) -> CommentOut:
    return CommentOut(
        id=comment.pk,
        author=str(comment.author),
        mine=comment.author_id == me,
        text=comment.text,
        is_internal=comment.is_internal,
        created_at=comment.created_at,
    )
