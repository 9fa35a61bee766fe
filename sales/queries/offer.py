"""What a booking would cost: the same figures for the quote and for the request."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from constance import config
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from catalog.models import PromoCode, TourSession
from catalog.models.discount import Discount as DiscountRow
from catalog.queries.discounts import find_promo_code, promotions_for
from catalog.queries.transport import Transport, find_transport
from catalog.services.seats import check_room
from catalog.states import SessionStatus, TourStatus
from core.money import ZERO
from core.refusals import Conflict, Invalid, NotFound
from finance.queries.balances import bonus_available
from finance.services.bonus import BonusInsufficient
from partners.models import AgencyStatus
from sales.models import Booking
from sales.pricing import Discount, Price, compute_price
from sales.queries.promo import PromoInvalid, check_promo
from sales.queries.transport_room import check_transport_room
from sales.states import HOLDS_SEATS

# How much bonus: none, a sum, or as much as fits.
Bonus = Decimal | Literal["all"]


class SessionClosed(Conflict):
    code = "session_closed"
    message = _("This date is no longer on sale.")


class TooManySeats(Invalid):
    message = _("One booking may have at most {limit} seats.")
    field = "seats"


class NoSeats(Invalid):
    message = _("Ask for at least one seat.")
    field = "seats"


class TooManyTravellers(Invalid):
    message = _("There are more travellers than seats.")
    field = "travellers"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the traveller asks for; ``kinds`` are the TravellerKinds of those he names."""

    session_id: int
    seats: int
    transport: str | None = None
    promo_code: str = ""
    bonus: Bonus = ZERO
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What he would get."""

    price: Price
    transport: Transport | None
    promo: PromoCode | None
    available_seats: int


def quote(wish: Wish, *, user_id: int, at: datetime) -> Offer:
    """The price now, without booking. Refuses as the request would."""
    session = TourSession.objects.select_related("tour__agency").filter(pk=wish.session_id).first()
    if session is None:
        raise NotFound
    check_seats(wish)
    promo = find_promo(wish)
    check_on_sale(session, at)
    lapsed = _lapsed_seats(session, at)
    check_room(session, wish.seats, lapsed=lapsed)
    offer = make_offer(wish, session=session, promo=promo, user_id=user_id, at=at)
    return replace(offer, available_seats=offer.available_seats + lapsed)


def find_promo(wish: Wish) -> PromoCode | None:
    """The promo code of the wish. Refuses with PromoInvalid when there is none by that word."""
    if not wish.promo_code.strip():
        return None
    promo = find_promo_code(wish.promo_code)
    if promo is None:
        raise PromoInvalid
    return promo


def check_on_sale(session: TourSession, at: datetime) -> None:
    """Refuse what the Mini App does not show as not found, what has closed as closed."""
    tour = session.tour
    if tour.status != TourStatus.PUBLISHED or tour.agency.status != AgencyStatus.ACTIVE:
        raise NotFound
    if session.is_private:
        raise NotFound
    if session.status != SessionStatus.OPEN or session.sales_close_at <= at:
        raise SessionClosed


def check_seats(wish: Wish) -> None:
    """Refuse numbers of seats that no booking may have, and more travellers than seats."""
    if wish.seats < 1:
        raise NoSeats
    if wish.seats > config.MAX_SEATS:
        raise TooManySeats(limit=config.MAX_SEATS)
    if len(wish.kinds) > wish.seats:
        raise TooManyTravellers


def make_offer(
    wish: Wish, *, session: TourSession, promo: PromoCode | None, user_id: int, at: datetime
) -> Offer:
    """Price the wish on ``session``; the caller has looked up and, to book, locked both."""
    transport = find_transport(session.tour, wish.transport)
    check_transport_room(session, wish.transport, wish.seats, at=at)
    if promo is not None:
        check_promo(promo, session=session, user_id=user_id, at=at)
    price = compute_price(
        unit=session.price,
        seats=wish.seats,
        shares=[session.tour.share_of(kind) for kind in wish.kinds],
        transport_per_seat=Decimal(transport["price"]) if transport else ZERO,
        promotions=[_discount(row) for row in promotions_for(session, at)],
        promo=_discount(promo) if promo else None,
        bonus=_bonus(wish.bonus, user_id),
        bonus_limit=Decimal(config.BONUS_LIMIT_PERCENT),
    )
    return Offer(
        price=price,
        transport=transport,
        promo=promo,
        available_seats=session.capacity - session.seats_taken,
    )


def _lapsed_seats(session: TourSession, at: datetime) -> int:
    """Seats of holds that are over although nobody has ended them yet."""
    lapsed = Booking.objects.lapsed(at).filter(session_id=session.pk, status__in=HOLDS_SEATS)
    return lapsed.aggregate(seats=Sum("seats_reserved"))["seats"] or 0


def _discount(row: DiscountRow) -> Discount:
    return Discount(
        key=row.pk,
        funded_by=row.funded_by,
        percent=row.discount_percent,
        amount=row.discount_amount,
    )


def _bonus(wanted: Bonus, user_id: int) -> Decimal:
    if not wanted:
        return ZERO
    available = max(bonus_available(user_id), ZERO)
    if wanted == "all":
        return available
    if wanted > available:
        raise BonusInsufficient.with_balance(available)
    return wanted
