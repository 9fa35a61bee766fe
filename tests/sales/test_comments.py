"""A word about a booking."""

from datetime import timedelta

import pytest

from core.models import EventLog
from core.refusals import NotFound
from sales.models import BookingComment
from sales.services.comment import EmptyComment, add_comment
from tests.cast import PAYME
from tests.factories import NOW


def say(booking, by, text="Salom!", **rest):
    actor = by.actor("api") if by is not None else PAYME
    return add_comment(**{"booking_id": booking.pk, "text": text, "by": actor, "at": NOW, **rest})


@pytest.mark.parametrize(
    "who",
    ["traveller", "silk_manager", "silk_owner", "support", "accountant", "admin"],
)
def test_the_traveller_the_agency_and_the_platform_may_comment(cast, who):
    comment = say(cast.request(), getattr(cast, who), text="  Is there a child seat? ")

    assert comment.text == "Is there a child seat?"
    assert comment.author == getattr(cast, who)
    assert EventLog.objects.get(action="booking.commented").details == {"internal": False}


def test_a_second_press_of_the_button_says_nothing_twice(cast):
    booking = cast.request()
    first = say(booking, cast.silk_manager)

    assert say(booking, cast.silk_manager, at=NOW + timedelta(seconds=9)) == first
    assert say(booking, cast.silk_manager, at=NOW + timedelta(seconds=10)) != first
    inside = say(booking, cast.silk_manager, is_internal=True, at=NOW + timedelta(seconds=11))
    answer = say(booking, cast.traveller, at=NOW + timedelta(seconds=12))
    again = say(booking, cast.silk_manager, is_internal=True, at=NOW + timedelta(seconds=13))

    assert len({first, inside, answer, again}) == 4
    assert EventLog.objects.filter(action="booking.commented").count() == 5


@pytest.mark.parametrize("who", ["nomad_manager", "second_traveller", "stranger"])
def test_others_do_not_find_the_booking(cast, who):
    booking = cast.request()

    with pytest.raises(NotFound):
        say(booking, getattr(cast, who))

    assert not BookingComment.objects.exists()


def test_a_provider_and_a_missing_booking_are_not_found(cast):
    booking = cast.request()
    with pytest.raises(NotFound):
        say(booking, None)
    booking.pk = 0
    with pytest.raises(NotFound):
        say(booking, cast.traveller)


@pytest.mark.parametrize("text", ["", " \n "])
def test_nothing_is_not_a_comment(cast, text):
    with pytest.raises(EmptyComment):
        say(cast.request(), cast.traveller, text=text)


def test_the_traveller_does_not_see_internal_comments(cast):
    booking = cast.request()
    say(booking, cast.silk_manager, "He always pays late.", is_internal=True)
    say(booking, cast.silk_manager, "See you at Chorsu!")

    def seen_by(person):
        return [c.text for c in BookingComment.objects.for_user(person)]

    assert seen_by(cast.traveller) == ["See you at Chorsu!"]
    assert len(seen_by(cast.silk_owner)) == len(seen_by(cast.support)) == 2
    assert seen_by(cast.nomad_manager) == seen_by(cast.stranger) == []


def test_a_travellers_comment_is_never_internal(cast):
    assert say(cast.request(), cast.traveller, is_internal=True).is_internal is False
