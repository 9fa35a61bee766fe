"""The Circle: asking, accepting, declining, leaving; and one's own profile."""

import pytest

from core.actor import job
from core.refusals import NotFound
from partners.models import Friendship
from partners.services.friends import (
    AlreadyAsked,
    NotYourself,
    accept_friend,
    ask_friend,
    leave_friend,
)
from partners.services.profile import update_profile
from tests.factories import NOW


def ask(by, whom):
    return ask_friend(user_id=whom.pk, by=by.actor("api"), at=NOW)


def accept(friendship, by):
    return accept_friend(friendship_id=friendship.pk, by=by.actor("api"), at=NOW)


def leave(friendship, by):
    return leave_friend(friendship_id=friendship.pk, by=by.actor("api"), at=NOW)


@pytest.fixture
def dilnoza(cast):
    return cast.traveller


@pytest.fixture
def jasur(cast):
    return cast.second_traveller


def friend_ids(person) -> list[int]:
    """Who is in the person's Circle, from either side."""
    pairs = Friendship.objects.of(person.pk).filter(status="accepted")
    return [p.to_user_id if p.from_user_id == person.pk else p.from_user_id for p in pairs]


def test_friends_are_two_who_agreed(dilnoza, jasur):
    friendship = ask(dilnoza, jasur)
    assert (friendship.status, friend_ids(jasur)) == ("requested", [])

    accepted = accept(friendship, jasur)

    assert (accepted.status, accepted.answered_at) == ("accepted", NOW)
    assert friend_ids(dilnoza) == [jasur.pk]
    assert friend_ids(jasur) == [dilnoza.pk]


def test_nobody_befriends_himself(dilnoza):
    with pytest.raises(NotYourself):
        ask(dilnoza, dilnoza)


@pytest.mark.parametrize("state", ["requested", "accepted"])
def test_a_pair_is_asked_once_from_either_side(dilnoza, jasur, state):
    friendship = ask(dilnoza, jasur)
    if state == "accepted":
        accept(friendship, jasur)

    for one, other in ((dilnoza, jasur), (jasur, dilnoza)):
        with pytest.raises(AlreadyAsked):
            ask(one, other)


def test_only_the_one_who_was_asked_accepts_and_only_once(cast, dilnoza, jasur):
    friendship = ask(dilnoza, jasur)
    for other in (dilnoza, cast.stranger):
        with pytest.raises(NotFound):
            accept(friendship, other)
    accept(friendship, jasur)

    with pytest.raises(AlreadyAsked):
        accept(friendship, jasur)


def test_a_declined_request_may_be_asked_again(dilnoza, jasur):
    friendship = ask(dilnoza, jasur)
    leave(friendship, jasur)
    friendship.refresh_from_db()
    assert (friendship.status, friendship.answered_at) == ("declined", NOW)

    assert ask(dilnoza, jasur).status == "requested"
    assert Friendship.objects.count() == 1


@pytest.mark.parametrize("who", ["dilnoza", "jasur"])
def test_either_leaves_a_friendship(request, dilnoza, jasur, who):
    friendship = ask(dilnoza, jasur)
    accept(friendship, jasur)

    leave(friendship, request.getfixturevalue(who))

    assert not Friendship.objects.exists()


def test_one_takes_ones_own_request_back_but_not_anothers(cast, dilnoza, jasur):
    friendship = ask(dilnoza, jasur)
    with pytest.raises(NotFound):
        leave(friendship, cast.stranger)

    leave(friendship, dilnoza)

    assert not Friendship.objects.exists()


def test_people_who_are_not_there_are_not_found(cast, dilnoza):
    cast.stranger.is_active = False
    cast.stranger.save()
    with pytest.raises(NotFound):
        ask(dilnoza, cast.stranger)
    cast.stranger.pk = 0
    with pytest.raises(NotFound):
        ask(dilnoza, cast.stranger)


def test_each_sees_his_own_and_the_platform_all(cast, dilnoza, jasur):
    friendship = ask(dilnoza, jasur)

    for person in (dilnoza, jasur, cast.support):
        assert list(Friendship.objects.for_user(person)) == [friendship]
    for person in (cast.stranger, cast.silk_owner):
        assert not Friendship.objects.for_user(person).exists()


# --- the profile


def test_a_person_edits_his_own_profile(dilnoza):
    changes = {"first_name": "Dila", "interests": ["mountains"], "language": "en"}

    user = update_profile(changes=changes, by=dilnoza.actor("api"), at=NOW)

    user.refresh_from_db()
    assert (user.first_name, user.interests, user.language) == ("Dila", ["mountains"], "en")


def test_what_is_not_the_persons_to_edit_is_left_alone(dilnoza):
    changes = {"platform_role": "admin", "telegram_id": 1, "first_name": "Dila", "nonsense": 1}

    user = update_profile(changes=changes, by=dilnoza.actor("api"), at=NOW)

    user.refresh_from_db()
    assert (user.platform_role, user.telegram_id) == ("", dilnoza.telegram_id)
    assert user.first_name == "Dila"


def test_a_clock_has_no_profile(db):
    with pytest.raises((NotFound, RuntimeError)):
        update_profile(changes={"first_name": "X"}, by=job(), at=NOW)
