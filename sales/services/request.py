"""A traveller asks for seats."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest

from constance import config

from catalog.models import TourSession
from catalog.services.locks import lock_promo_code, lock_session
from catalog.services.seats import check_room
from core.actor import Actor
from core.acts import act
from core.clock import local_date
from core.services.events import record
from finance.queries.rates import rate_for
from finance.services.bonus import reserve_bonus
from finance.services.post import About
from partners.models import User
from partners.queries.attribution import who_brought
from sales.models import Booking, BookingTraveller
from sales.queries.offer import Offer, Wish, check_on_sale, check_seats, find_promo, make_offer
from sales.services.approve import seat_booking
from sales.services.attribution import credit_partner
from sales.services.holds import expire_lapsed


@dataclass(frozen=True, slots=True)
class Traveller:
    """One who goes; ``kind`` is a TravellerKind."""

    first_name: str
    last_name: str
    kind: str


@act
def request_booking(
    *,
    wish: Wish,
    by: Actor,
    at: datetime,
    travellers: Sequence[Traveller] = (),
    referral_code: str = "",
    comment: str = "",
) -> Booking:
    """Ask for seats: the price is frozen, bonus and promo use are held, seats are not yet taken.

    The agency has HOLD_MINUTES to answer; one that approves by itself takes the seats at once.
    Refuses with NotFound, SessionClosed, SeatsUnavailable, TransportInvalid, PromoInvalid,
    PromoExhausted, BonusInsufficient and Invalid kinds.
    """
    wish = replace(wish, kinds=tuple(traveller.kind for traveller in travellers))
    check_seats(wish)
    promo = find_promo(wish)
    if promo is not None:
        promo = lock_promo_code(promo.pk)
    session = lock_session(wish.session_id)
    expire_lapsed(session, at=at)

    check_on_sale(session, at)
    offer = make_offer(wish, session=session, promo=promo, user_id=by.person_id, at=at)
    check_room(session, wish.seats)

    booking = new_booking(offer, session, seats=wish.seats, by=by, at=at)
    brought = who_brought(User.objects.get(pk=booking.user_id), code=referral_code, at=at)
    credit_partner(booking, brought)
    booking.comment = comment
    booking.save()
    write_seats(booking, offer, travellers)

    about = About(booking_id=booking.pk, agency_id=booking.agency_id)
    reserve_bonus(user_id=booking.user_id, amount=booking.bonus_used, about=about, by=by, at=at)

    _record(booking, by=by, at=at)
    if booking.referral_refusal:
        refusal = booking.referral_refusal
        code = referral_code.strip()
        record("booking.referral_refused", booking, by=by, at=at, reason=refusal, code=code)
    if session.tour.agency.auto_approve:
        seat_booking(booking, session, by=by, by_id=None, at=at)
    return booking


def new_booking(
    offer: Offer, session: TourSession, *, seats: int, by: Actor, at: datetime
) -> Booking:
    """A request at the offer's price, not saved yet. Building block."""
    price, tour = offer.price, session.tour
    answer_by = at + timedelta(minutes=config.HOLD_MINUTES)
    return Booking(
        user_id=by.person_id,
        agency_id=tour.agency_id,
        session=session,
        seats_reserved=seats,
        selected_transport=offer.transport,
        promo_code=offer.promo,
        promotion_id=price.promotion.key if price.promotion else None,
        unit_price=price.unit,
        child_discount=price.child_discount,
        transport_total=price.transport_total,
        subtotal=price.subtotal,
        promotion_discount=price.promotion_discount,
        promotion_funded_by=price.promotion.funded_by if price.promotion else "",
        promo_discount=price.promo_discount,
        promo_funded_by=price.promo.funded_by if price.promo else "",
        bonus_used=price.bonus_used,
        final_price=price.final,
        commission_percent=rate_for(agency_id=tour.agency_id, tour_id=tour.pk, day=local_date(at)),
        cancellation_policy=tour.cancellation_policy,
        created_at=at,
        expires_at=answer_by,
        answer_by=answer_by,
    )


def _record(booking: Booking, *, by: Actor, at: datetime) -> None:
    record(
        "booking.requested",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        seats=booking.seats_reserved,
        final_price=booking.final_price,
        session_id=booking.session_id,
        until=booking.expires_at,
    )


def write_seats(booking: Booking, offer: Offer, travellers: Sequence[Traveller]) -> None:
    """A row for every seat, the named ones first; the rest are named when it is known who goes."""
    BookingTraveller.objects.bulk_create(
        BookingTraveller(booking=booking, seat_price=price, **(asdict(who) if who else {}))
        for price, who in zip_longest(offer.price.seat_prices, travellers)
    )
