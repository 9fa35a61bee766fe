"""The date that an agency offers instead is taken by one press."""

import pytest

from notifications.buttons import press
from sales.models import Booking
from sales.services.offer_date import offer_date
from tests import factories
from tests.factories import NOW
from tests.notifications.talk import buttons, talk  # noqa: F401
from tests.outside.conftest import bot_api  # noqa: F401

pytestmark = pytest.mark.django_db


def test_the_traveller_takes_the_offered_date_once_and_is_asked_to_pay(talk, cast):  # noqa: F811
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
    shown = [traveller.press(button), traveller.press(button)]

    [taken] = Booking.objects.filter(session=other)
    assert (taken.status, taken.user) == ("approved", cast.traveller)
    assert all(taken.code in call["text"] for call in shown)
    assert any("paycom.uz" in value for value in buttons(shown[1]).values())
