"""Another date is offered in place of the one asked for, and taken."""

from datetime import timedelta
from decimal import Decimal

import pytest

from catalog.models import PromoCode, TourSession
from catalog.services.seats import SeatsUnavailable
from core.models import EventLog
from core.refusals import NotAllowed, NotFound
from sales.models import Booking, DateOffer
from sales.queries.offer import SessionClosed
from sales.queries.offered import other_dates
from sales.queries.transport_room import TransportFull
from sales.refusals import BookingExpired, BookingMoved
from sales.services.offer_date import (
    NotAnotherDate,
    OfferDearer,
    OfferOver,
    offer_date,
    take_offer,
)
from sales.services.request import Traveller
from tests import factories
from tests.factories import MILLION, NOW

LATER = NOW + timedelta(minutes=5)
DAY = timedelta(days=1)
FAMILY = [Traveller("Dilnoza", "Karimova", "adult"), Traveller("Ali", "", "child")]


@pytest.fixture
def other(cast):
    """Another date of Silk Road's tour, a little dearer."""
    return factories.session(tour=cast.silk_tour, price=MILLION * 11 / 10)


def offer(cast, booking, session, *, by=None, at=LATER):
    by = (by or cast.silk_manager).actor("admin")
    return offer_date(booking_id=booking.pk, session_id=session.pk, by=by, at=at)


def take(offered, by, at=LATER):
    return take_offer(offer_id=offered.pk, by=by.actor("bot"), at=at)


def test_an_offer_rejects_the_request_and_says_what_the_other_date_costs(cast, other):
    cast.give_bonus(cast.traveller, 1000)
    booking = cast.request(seats=2, bonus="all")

    offered = offer(cast, booking, other)

    booking.refresh_from_db()
    assert (booking.status, booking.cancel_reason) == ("rejected", "agency")
    assert "01.06.2027 – 03.06.2027" in booking.cancel_note
    assert cast.balance("bonus_available", cast.traveller) == 1000
    assert (offered.price, offered.offered_by) == (MILLION * 22 / 10 - 1000, cast.silk_manager)
    assert offered.expires_at == LATER + DAY
    event = EventLog.objects.get(action="booking.date_offered")
    assert (event.object_id, event.details["offer_id"]) == (booking.pk, offered.pk)
    assert not EventLog.objects.filter(action="booking.rejected").exists()


def test_an_offer_ends_when_the_date_is_no_longer_sold(cast, other):
    TourSession.objects.filter(pk=other.pk).update(sales_close_at=LATER + timedelta(hours=2))

    assert offer(cast, cast.request(), other).expires_at == LATER + timedelta(hours=2)


def test_only_dates_that_can_be_sold_are_offered(cast, other):
    full = factories.session(tour=cast.silk_tour, capacity=5)
    cast.approved(by=cast.stranger, session=full, seats=4)
    shut = factories.session(tour=cast.silk_tour, status="closed")
    own = factories.session(tour=cast.silk_tour, is_private=True)
    past = factories.session(tour=cast.silk_tour, sales_close_at=LATER)
    booking = cast.request(seats=2)

    assert list(other_dates(booking, LATER)) == [other]
    refused = {
        full: SeatsUnavailable,
        shut: SessionClosed,
        own: NotFound,
        past: SessionClosed,
        cast.silk_session: NotAnotherDate,
        cast.nomad_session: NotAnotherDate,
    }
    for session, refusal in refused.items():
        with pytest.raises(refusal):
            offer(cast, booking, session)
    booking.refresh_from_db()
    assert (booking.status, DateOffer.objects.count()) == ("requested", 0)


def test_only_who_decides_offers_and_only_what_waits(cast, other):
    booking = cast.request()
    for who, refusal in (
        (cast.nomad_manager, NotFound),
        (cast.support, NotAllowed),
        (cast.traveller, NotAllowed),
    ):
        with pytest.raises(refusal):
            offer(cast, booking, other, by=who)
    late = NOW + timedelta(minutes=60)
    with pytest.raises(BookingExpired):
        offer(cast, booking, other, at=late)
    with pytest.raises(BookingMoved):
        offer(cast, cast.approved(by=cast.stranger), other)


def test_the_traveller_takes_it_and_can_pay_at_once(cast, other):
    factories.promo_code(code="CODE", usage_limit=1, discount_percent=10)
    cast.give_bonus(cast.traveller, 1000)
    wish = {"promo_code": "CODE", "bonus": "all", "referral_code": "MADINA"}
    booking = cast.request(seats=3, travellers=FAMILY, comment="Window, please.", **wish)
    offered = offer(cast, booking, other)

    new = take(offered, cast.traveller)

    assert take(offered, cast.traveller, at=LATER + 2 * DAY) == new
    new.refresh_from_db()
    booking.refresh_from_db()
    other.refresh_from_db()
    assert (new.status, new.session, other.seats_taken) == ("approved", other, 3)
    assert (new.approved_by, new.taken_offer.booking) == (cast.silk_manager, booking)
    assert new.final_price == offered.price
    assert (new.promo_code.code, new.bonus_used) == ("CODE", 1000)
    assert (new.referral_partner, new.comment) == (cast.partner, "Window, please.")
    named = [(t.first_name, t.kind) for t in new.travellers.order_by("pk")]
    assert named == [("Dilnoza", "adult"), ("Ali", "child"), ("", "adult")]
    assert cast.balance("bonus_reserved", cast.traveller) == 1000
    event = EventLog.objects.get(action="booking.offer_taken")
    assert (event.object_id, event.details["instead_of"]) == (new.pk, booking.code)
    cast.pay(new, at=LATER)
    assert Booking.objects.get(pk=new.pk).status == "paid"


def test_a_code_that_is_not_for_the_other_date_is_not_promised(cast, other):
    session = cast.silk_session
    factories.promo_code(code="JUNE", session=session, tour=None, discount_percent=10)
    booking = cast.request(promo_code="JUNE")

    offered = offer(cast, booking, other)

    assert offered.price == other.price
    assert take(offered, cast.traveller).promo_code is None


def dearer(cast, other):
    TourSession.objects.filter(pk=other.pk).update(price=other.price + 1)


def code_gone(cast, other):
    PromoCode.objects.update(is_active=False)


def bonus_gone(cast, other):
    cast.request(session=cast.nomad_session, bonus="all")


def seats_gone(cast, other):
    cast.approved(by=cast.stranger, session=other, seats=other.capacity - 1)


def bus_gone(cast, other):
    cast.silk_tour.transport_options[0]["seats"] = 1
    cast.silk_tour.save()


def closed(cast, other):
    TourSession.objects.filter(pk=other.pk).update(status="closed")


@pytest.mark.parametrize(
    ("meanwhile", "refusal"),
    [
        (dearer, OfferDearer),
        (code_gone, OfferDearer),
        (bonus_gone, OfferDearer),
        (seats_gone, SeatsUnavailable),
        (bus_gone, TransportFull),
        (closed, SessionClosed),
    ],
)
def test_what_is_no_longer_so_is_refused_and_never_dearer(cast, other, meanwhile, refusal):
    factories.promo_code(code="CODE", discount_percent=10)
    cast.give_bonus(cast.traveller, 1000)
    wish = {"promo_code": "CODE", "bonus": "all", "transport": "bus"}
    offered = offer(cast, cast.request(seats=2, **wish), other)
    meanwhile(cast, other)

    with pytest.raises(refusal):
        take(offered, cast.traveller)

    offered.refresh_from_db()
    assert offered.taken_booking is None


def test_a_date_that_has_become_cheaper_is_sold_cheaper(cast, other):
    offered = offer(cast, cast.request(), other)
    TourSession.objects.filter(pk=other.pk).update(price=Decimal(500))

    assert take(offered, cast.traveller).final_price == 500


def test_only_the_traveller_himself_takes_it_and_in_time(cast, other):
    offered = offer(cast, cast.request(), other)

    with pytest.raises(NotFound):
        take(offered, cast.stranger)
    with pytest.raises(OfferOver):
        take(offered, cast.traveller, at=LATER + DAY)
    assert take(offered, cast.traveller, at=LATER + DAY - timedelta(seconds=1))
