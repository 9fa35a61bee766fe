"""The same seats on another date: what may be offered, and what it would cost."""

from datetime import date, datetime

from django.db.models import QuerySet

from catalog.models import TourSession
from catalog.states import SessionStatus, TourStatus
from core.money import ZERO
from core.refusals import Invalid
from finance.queries.balances import bonus_available
from sales.models import Booking
from sales.queries.offer import Wish
from sales.queries.promo import check_promo


def other_dates(booking: Booking, at: datetime) -> QuerySet[TourSession]:
    """The tour's other dates on sale with room for the booking's seats, the nearest first."""
    open_ones = TourSession.objects.filter(
        tour_id=booking.session.tour_id,
        tour__status=TourStatus.PUBLISHED,
        status=SessionStatus.OPEN,
        is_private=False,
        sales_close_at__gt=at,
        available_seats__gte=booking.seats_reserved,
    )
    return open_ones.exclude(pk=booking.session_id).order_by("date_start", "pk")


def wish_for(booking: Booking, session: TourSession, at: datetime) -> Wish:
    """What an ended booking asked for, on another date: with its promo code where that is good,
    and with as much of its bonus as there is."""
    return Wish(
        session_id=session.pk,
        seats=booking.seats_reserved,
        transport=booking.transport_code,
        promo_code=_promo_word(booking, session, at),
        bonus=min(booking.bonus_used, max(bonus_available(booking.user_id), ZERO)),
        kinds=tuple(booking.travellers.order_by("pk").values_list("kind", flat=True)),
    )


def _promo_word(booking: Booking, session: TourSession, at: datetime) -> str:
    promo = booking.promo_code
    if promo is None:
        return ""
    try:
        check_promo(promo, session=session, user_id=booking.user_id, at=at)
    except Invalid:
        return ""
    return promo.code


def days_of(start: date, end: date) -> str:
    """In digits, the same in every language: 01.06.2027 – 03.06.2027."""
    return f"{start:%d.%m.%Y}" if start == end else f"{start:%d.%m.%Y} – {end:%d.%m.%Y}"
