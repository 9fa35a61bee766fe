"""The date that an agency offers instead is taken by one press."""

from datetime import timedelta

import pytest

from notifications.buttons import press
from partners.models import User
from sales.models import Booking
from sales.services.offer_date import offer_date
from tests import factories
from tests.factories import NOW
from tests.notifications.talk import buttons, talk  # noqa: F401
from tests.outside.conftest import bot_api  # noqa: F401

pytestmark = pytest.mark.django_db


def test_the_traveller_takes_the_offered_date_once_from_his_bookings(talk, cast, clock):  # noqa: F811
    User.objects.filter(pk=cast.traveller.pk).update(language="en")
    other = factories.session(tour=cast.silk_tour, price=500_000)
    booking = cast.request()
    by = cast.silk_manager.actor("bot")
    offered = offer_date(booking_id=booking.pk, session_id=other.pk, by=by, at=NOW)
    button = press("take-offer", offered.pk)

    somebody = talk(cast.stranger.telegram_id, language_code="en")
    [refused, _answer] = somebody.hear(somebody.presses(button))
    assert refused["method"] == "sendMessage"
    assert not Booking.objects.filter(session=other).exists()

    traveller = talk(cast.traveller.telegram_id)
    later = cast.request(session=cast.nomad_session)
    gone = {"status": "expired", "cancelled_at": NOW, "expires_at": None}
    Booking.objects.filter(pk=later.pk).update(**gone)
    [listed] = traveller.hear(traveller.says("/bookings"))
    assert listed["text"].index(booking.code) < listed["text"].index(later.code)
    assert "offered until 2 March, 11:00: 1 June 2027 – 3 June 2027" in listed["text"]
    assert buttons(listed)["1. Take these seats"] == button
    shown = [traveller.press(button), traveller.press(button)]

    [taken] = Booking.objects.filter(session=other)
    assert (taken.status, taken.user) == ("approved", cast.traveller)
    assert all(taken.code in call["text"] for call in shown)
    assert buttons(shown[1]) == {"My bookings": "bookings:0"}
    listed = traveller.press("bookings:0")
    assert f"instead: 1 June 2027 – 3 June 2027, booking {taken.code}." in listed["text"]
    assert button not in buttons(listed).values()
    clock.shift(timedelta(days=2))
    assert "time is over" in traveller.press(button)["text"]


def test_an_offer_that_is_over_is_not_offered_among_the_bookings(talk, cast, clock):  # noqa: F811
    User.objects.filter(pk=cast.traveller.pk).update(language="en")
    other = factories.session(tour=cast.silk_tour)
    booking = cast.request()
    by = cast.silk_manager.actor("bot")
    offer_date(booking_id=booking.pk, session_id=other.pk, by=by, at=NOW)
    clock.shift(timedelta(days=2))

    traveller = talk(cast.traveller.telegram_id)
    [listed] = traveller.hear(traveller.says("/bookings"))

    assert "The offer is over." in listed["text"]
    assert list(buttons(listed)) == ["1. In the app"]
