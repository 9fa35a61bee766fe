"""Seats, transport, titles, and who sees which of what is sold."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from catalog.models import Promotion, Tour, TourChat, TourSession
from catalog.queries.discounts import find_promo_code
from catalog.queries.transport import TransportInvalid, find_transport
from catalog.services.seats import SeatsUnavailable, give_back_seats, take_seats
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_seats_are_taken_to_the_last_and_given_back():
    session = factories.session(capacity=3)

    take_seats(session, 3)
    with pytest.raises(SeatsUnavailable):
        take_seats(session, 1)
    give_back_seats(session, 2)

    session.refresh_from_db()
    assert (session.seats_taken, session.available_seats) == (1, 2)


def test_more_seats_are_never_given_back_than_were_taken():
    session = factories.session(capacity=3, seats_taken=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        give_back_seats(session, 2)


def test_a_transport_is_frozen_with_its_price_in_two_places():
    tour = factories.tour(transport_options=[{"code": "car", "title": "Car", "price": 1000}])

    assert find_transport(tour, "car") == {"code": "car", "title": "Car", "price": "1000.00"}
    assert find_transport(tour, None) is find_transport(tour, "") is None
    with pytest.raises(TransportInvalid):
        find_transport(tour, "bus")


def test_a_promo_code_is_found_in_any_case():
    code = factories.promo_code(code="Навруз26")

    assert find_promo_code(" навруз26 ") == code
    assert find_promo_code("НАВРУЗ26") == code
    assert find_promo_code("навруз") is None


def test_titles_are_in_the_readers_language_and_in_russian_without_a_translation():
    tour = factories.tour(title_ru="Тур", title_uz="Sayohat", title_en="")

    titles = {}
    for language in ("ru", "uz", "en"):
        with override(language):
            titles[language] = (tour.title, str(tour))

    assert titles == {
        "ru": ("Тур", "Тур"),
        "uz": ("Sayohat", "Sayohat"),
        "en": ("Тур", "Тур"),
    }


def test_sales_close_when_the_first_day_begins_unless_said_otherwise():
    by_itself, by_hand = factories.session(), factories.session(sales_close_at=NOW)

    assert by_itself.sales_close_at.isoformat() == "2027-06-01T00:00:00+05:00"
    assert by_hand.sales_close_at == NOW


def test_what_is_on_sale(cast):
    factories.session(tour=cast.silk_tour, status="closed")
    factories.session(tour=cast.silk_tour, sales_close_at=NOW)
    factories.session(tour=factories.tour(agency=cast.silk, status="draft"))
    factories.session(tour=factories.tour(agency=factories.agency(status="blocked")))

    on_sale = {cast.silk_session, cast.nomad_session, cast.swift_session}
    assert set(TourSession.objects.on_sale(NOW)) == on_sale
    assert set(Tour.objects.on_sale()) == {cast.silk_tour, cast.nomad_tour, cast.swift_tour}


def test_an_agency_sees_its_own_and_the_platform_all(cast):
    rows = {
        Tour: (cast.silk_tour, cast.nomad_tour),
        TourSession: (cast.silk_session, cast.nomad_session),
        Promotion: tuple(
            factories.promotion(tour=tour) for tour in (cast.silk_tour, cast.nomad_tour)
        ),
        TourChat: tuple(
            factories.tour_chat(session=session)
            for session in (cast.silk_session, cast.nomad_session)
        ),
    }

    for model, (silks, nomads) in rows.items():
        assert set(model.objects.for_user(cast.silk_manager)) == {silks}
        assert set(model.objects.for_user(cast.nomad_owner)) == {nomads}
        assert set(model.objects.for_user(cast.support)) >= {silks, nomads}
        assert not model.objects.for_user(cast.traveller).exists()


def test_available_seats_follow_the_capacity_in_the_database():
    session = factories.session(capacity=10, seats_taken=4)
    session.capacity = 12
    session.price = Decimal(1)
    session.save()

    assert TourSession.objects.get(available_seats=8) == session
