"""The agency cannot take the traveller along on his date and offers another."""

from datetime import datetime, timedelta

from constance import config
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from catalog.models import TourSession
from catalog.services.locks import lock_promo_code, lock_session
from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.refusals import Conflict, Invalid, NotFound
from core.services.events import record
from finance.services.bonus import reserve_bonus
from finance.services.post import About
from partners.roles import require
from sales.access import check_decides
from sales.models import Booking, DateOffer
from sales.queries.offer import Offer, check_on_sale, make_offer, quote
from sales.queries.offered import days_of, wish_for
from sales.refusals import BookingExpired, BookingMoved
from sales.services.approve import seat_booking
from sales.services.holds import expire_lapsed, let_go, lock_deal
from sales.services.request import Traveller, new_booking, write_seats
from sales.states import BookingStatus


class NotAnotherDate(Invalid):
    message = _("Choose another date of the same tour.")
    field = "session"


class OfferOver(Conflict):
    code = "offer_over"
    message = _("This offer is over; ask for the date anew.")


class OfferDearer(Conflict):
    """A promo code, a discount or bonus that made the offered price is no longer there."""

    code = "offer_dearer"
    message = _("These seats now cost more than was offered; ask for the date anew.")


@act
def offer_date(*, booking_id: int, session_id: int, by: Actor, at: datetime) -> DateOffer:
    """Reject a request and offer its traveller the same seats on another date of the tour.

    Nothing is held on that date meanwhile. Refuses with NotFound, NotAllowed, BookingExpired,
    BookingMoved, NotAnotherDate, and with what a request for that date is refused with.
    """
    require(by, "sales.booking", "approve")
    require(by, "sales.booking", "reject")
    booking, session = lock_deal(booking_id, at=at)

    check_decides(booking, by)
    if booking.status == BookingStatus.EXPIRED:
        raise BookingExpired(booking=booking.code)
    if booking.status != BookingStatus.REQUESTED:
        raise BookingMoved.of(booking)
    other = _another_date(session, session_id)

    booking.reject(at=at, note=_note(booking, other))
    let_go(booking, session, seats=0, by=by, at=at)
    # Its own bonus and promo use, free only now, are part of the price.
    price = quote(wish_for(booking, other, at), user_id=booking.user_id, at=at).price
    offer = DateOffer.objects.create(
        booking=booking,
        session=other,
        price=price.final,
        offered_by_id=by.person_id,
        created_at=at,
        expires_at=min(at + timedelta(hours=config.OFFER_HOURS), other.sales_close_at),
    )

    record(
        "booking.date_offered",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        offer_id=offer.pk,
        session_id=other.pk,
        dates=days_of(other.date_start, other.date_end),
        final_price=offer.price,
        stands_until=offer.expires_at,
    )
    return offer


@act
def take_offer(*, offer_id: int, by: Actor, at: datetime) -> Booking:
    """The traveller takes the date he was offered: an approved booking there, to be paid.

    In the name of who offered it, at the offered price or less; a repeat answers the same booking.
    Refuses with NotFound, OfferOver, OfferDearer, SessionClosed, SeatsUnavailable, TransportFull.
    """
    offer, session = _lock_offer(offer_id, by)

    if offer.taken_booking is not None:
        return offer.taken_booking
    if offer.is_over(at):
        raise OfferOver
    check_on_sale(session, at)
    expire_lapsed(session, at=at)
    priced = _price(offer, session, at)

    booking = _book_instead(offer, priced, session, by=by, at=at)

    about = About(booking_id=booking.pk, agency_id=booking.agency_id)
    reserve_bonus(user_id=booking.user_id, amount=booking.bonus_used, about=about, by=by, at=at)

    record(
        "booking.offer_taken",
        booking,
        by=by,
        at=at,
        agency_id=booking.agency_id,
        seats=booking.seats_reserved,
        final_price=booking.final_price,
        session_id=session.pk,
        instead_of=offer.booking.code,
    )
    seat_booking(booking, session, by=by, by_id=offer.offered_by_id, at=at)
    return booking


def _another_date(session: TourSession, other_id: int) -> TourSession:
    dates = TourSession.objects.filter(tour_id=session.tour_id).exclude(pk=session.pk)
    other = dates.filter(pk=other_id).first()
    if other is None:
        raise NotAnotherDate
    return other


def _note(booking: Booking, other: TourSession) -> str:
    """Why it was rejected, in the traveller's language."""
    days = days_of(other.date_start, other.date_end)
    with override(booking.user.language):
        return gettext("Another date is offered: {dates}.").format(dates=days)


def _lock_offer(offer_id: int, by: Actor) -> tuple[DateOffer, TourSession]:
    """The traveller's own offer with the promo code, the session and the booking that it is made
    of, locked in order: nobody takes it twice, or withdraws it meanwhile."""
    mine = DateOffer.objects.filter(pk=offer_id, booking__user_id=by.person_id)
    known = mine.select_related("booking").first()
    if known is None:
        raise NotFound
    if known.booking.promo_code_id is not None:
        lock_promo_code(known.booking.promo_code_id)
    session = lock_session(known.session_id)
    lock_row(Booking, pk=known.booking_id)
    offer = mine.select_related("booking__promo_code", "taken_booking").first()
    if offer is None:
        raise NotFound
    return offer, session


def _price(offer: DateOffer, session: TourSession, at: datetime) -> Offer:
    """What the seats cost now. Refuses with OfferDearer when it is more than was offered."""
    was = offer.booking
    wish = wish_for(was, session, at)
    promo = was.promo_code if wish.promo_code else None
    priced = make_offer(wish, session=session, promo=promo, user_id=was.user_id, at=at)
    if priced.price.final > offer.price:
        raise OfferDearer
    return priced


def _book_instead(
    offer: DateOffer, priced: Offer, session: TourSession, *, by: Actor, at: datetime
) -> Booking:
    """A request for the date offered, with the people and the words of the one it replaces."""
    was = offer.booking
    booking = new_booking(priced, session, seats=was.seats_reserved, by=by, at=at)
    _count_for_the_same(booking, was)
    booking.comment = was.comment
    booking.save()
    rows = was.travellers.order_by("pk")
    people = [Traveller(row.first_name, row.last_name, row.kind) for row in rows]
    write_seats(booking, priced, people)
    offer.taken_booking = booking
    offer.save(update_fields=["taken_booking"])
    return booking


def _count_for_the_same(booking: Booking, was: Booking) -> None:
    """The partner who brought the traveller brought him to the other date, too."""
    booking.referral_partner_id = was.referral_partner_id
    booking.referral_percent = was.referral_percent
    booking.referral_source = was.referral_source
    booking.referral_refusal = was.referral_refusal
