"""Profiles, the Circle of friends, agencies' cards."""

from datetime import timedelta

import pytest

from core.models import EventLog
from partners.models import AgencyStatus, Friendship, User
from tests import factories
from tests.api.phone import faulty_fields, problem
from tests.factories import NOW

UPDATE = "users/update/"
FRIENDS = "users/friends/"


# --- the profile


def test_a_profile_tells_bonus_and_agencies(cast, phone):
    cast.give_bonus(cast.silk_owner, 1500)

    answer = phone(cast.silk_owner).get("users/profile/").json()

    assert answer["bonus_balance"] == "1500.00"
    assert answer["agencies"] == [{"id": cast.silk.pk, "name": "Silk Road Travel", "role": "owner"}]


def test_a_past_membership_is_not_told(cast, phone):
    cast.silk_manager.memberships.update(is_active=False)

    assert phone(cast.silk_manager).get("users/profile/").json()["agencies"] == []


def test_the_given_fields_change_and_the_others_stay(cast, traveller):
    changes = {
        "first_name": "  Dilya ",
        "phone": "+998901234567",
        "interests": ["горы", "plov"],
        "sphere": "IT",
        "language": "en",
    }

    answer = traveller.patch(UPDATE, changes)

    assert answer.status_code == 200
    user = User.objects.get(pk=cast.traveller.pk)
    assert answer.json()["first_name"] == user.first_name == "Dilya"
    assert user.last_name == "Karimova"
    assert (user.phone, user.interests, user.language) == (
        "+998901234567",
        ["горы", "plov"],
        "en",
    )
    assert EventLog.objects.filter(action="user.updated", user=user).exists()


def test_nothing_given_changes_nothing(cast, traveller):
    before = traveller.get("users/profile/").json()

    assert traveller.patch(UPDATE, {}).json() == before
    assert traveller.patch(UPDATE, {"first_name": None}).json() == before


@pytest.mark.parametrize(
    "field",
    ["telegram_id", "platform_role", "is_active", "bonus_balance", "referred_by", "login", "id"],
)
def test_what_is_not_his_to_change_is_an_unknown_field(cast, traveller, field):
    assert faulty_fields(traveller.patch(UPDATE, {field: 1})) == [field]

    assert User.objects.get(pk=cast.traveller.pk).role == "traveller"


@pytest.mark.parametrize(
    "phone_number",
    ["998901234567", "+12345678", "+1234567890123456", "+99890123456a", "+٩٩٨٩٠١٢٣٤٥٦٧", "+998 90"],
)
def test_a_phone_is_a_plus_and_nine_to_fifteen_digits(traveller, phone_number):
    assert faulty_fields(traveller.patch(UPDATE, {"phone": phone_number})) == ["phone"]


@pytest.mark.parametrize("phone_number", ["+123456789", "+123456789012345", ""])
def test_a_phone_may_be_short_long_or_taken_away(traveller, phone_number):
    assert traveller.patch(UPDATE, {"phone": phone_number}).json()["phone"] == phone_number


@pytest.mark.parametrize("language", ["de", "", "RU", 1])
def test_a_language_is_one_of_three(traveller, language):
    assert faulty_fields(traveller.patch(UPDATE, {"language": language})) == ["language"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first_name": "x" * 81}, "first_name"),
        ({"first_name": "a\x00b"}, "first_name"),
        ({"first_name": ["a"]}, "first_name"),
        ({"sphere": "\ud800"}, "sphere"),
        ({"interests": "mountains"}, "interests"),
        ({"interests": ["x"] * 31}, "interests"),
        ({"interests": ["a\x00b"]}, "interests"),
        ({"interests": ["\ud800"]}, "interests.0"),
        ({"interests": [{"a": 1}]}, "interests.0"),
    ],
    ids=str,
)
def test_what_the_database_cannot_hold_is_invalid(traveller, changes, field):
    assert faulty_fields(traveller.patch(UPDATE, changes)) == [field]


# --- the Circle


def test_a_friendship_is_asked_and_accepted(cast, phone):
    dilnoza, jasur = phone(cast.traveller), phone(cast.second_traveller)

    asked = dilnoza.post(FRIENDS, {"user": cast.second_traveller.pk})
    assert asked.status_code == 201
    assert asked.json() == {
        "id": asked.json()["id"],
        "status": "requested",
        "asked_by_me": True,
        "created_at": "2027-03-01T06:00:00Z",
        "user": {
            "id": cast.second_traveller.pk,
            "username": "",
            "first_name": "Jasur",
            "last_name": "Aliyev",
            "sphere": "",
            "specialization": "",
        },
        "goes": None,
    }

    accepted = jasur.post(f"{FRIENDS}{asked.json()['id']}/accept/")
    assert accepted.status_code == 200
    assert accepted.json()["status"] == "accepted"
    assert accepted.json()["asked_by_me"] is False
    assert accepted.json()["user"]["id"] == cast.traveller.pk
    for one in (dilnoza, jasur):
        assert [row["status"] for row in one.get(FRIENDS).json()["results"]] == ["accepted"]


def test_friends_do_not_see_each_others_phone(cast, traveller):
    factories.friendship(from_user=cast.traveller, to_user=cast.second_traveller)
    User.objects.filter(pk=cast.second_traveller.pk).update(phone="+998901112233")

    assert b"+998901112233" not in traveller.get(FRIENDS).content


def test_asking_twice_or_back_is_a_conflict(cast, phone):
    phone(cast.traveller).post(FRIENDS, {"user": cast.second_traveller.pk})

    again = phone(cast.traveller).post(FRIENDS, {"user": cast.second_traveller.pk})
    back = phone(cast.second_traveller).post(FRIENDS, {"user": cast.traveller.pk})

    problem(again, 409, "invalid_transition")
    problem(back, 409, "invalid_transition")


def test_nobody_is_his_own_friend(cast, traveller):
    assert faulty_fields(traveller.post(FRIENDS, {"user": cast.traveller.pk})) == ["user"]


@pytest.mark.parametrize("who", [2**62, 2**63 - 1])
def test_asking_somebody_who_is_not_there_is_404(cast, traveller, who):
    problem(traveller.post(FRIENDS, {"user": who}), 404, "not_found")


def test_asking_a_deactivated_person_is_404(cast, traveller):
    User.objects.filter(pk=cast.stranger.pk).update(is_active=False)

    problem(traveller.post(FRIENDS, {"user": cast.stranger.pk}), 404, "not_found")


@pytest.mark.parametrize("who", [0, -1, 2**63, "x", None, 1.5])
def test_a_friend_is_named_by_an_id(traveller, who):
    assert faulty_fields(traveller.post(FRIENDS, {"user": who})) == ["user"]


def test_only_the_person_asked_may_accept(cast, phone):
    row = factories.friendship(from_user=cast.traveller, to_user=cast.second_traveller)
    accept = f"{FRIENDS}{row.pk}/accept/"

    problem(phone(cast.traveller).post(accept), 404, "not_found")
    problem(phone(cast.stranger).post(accept), 404, "not_found")
    problem(phone(cast.stranger).delete(f"{FRIENDS}{row.pk}/"), 404, "not_found")
    assert phone(cast.second_traveller).post(accept).status_code == 200
    problem(phone(cast.second_traveller).post(accept), 409, "invalid_transition")


def test_a_declined_request_disappears_and_may_be_asked_again(cast, phone):
    row = factories.friendship(from_user=cast.traveller, to_user=cast.second_traveller)

    declined = phone(cast.second_traveller).delete(f"{FRIENDS}{row.pk}/")

    assert declined.status_code == 204
    assert Friendship.objects.get(pk=row.pk).status == "declined"
    assert phone(cast.traveller).get(FRIENDS).json()["results"] == []
    assert (
        phone(cast.traveller).post(FRIENDS, {"user": cast.second_traveller.pk}).status_code == 201
    )


def test_a_friend_may_leave_and_a_request_be_taken_back(cast, phone):
    mine = factories.friendship(from_user=cast.traveller, to_user=cast.second_traveller)
    friend = factories.friendship(
        from_user=cast.stranger, to_user=cast.traveller, status="accepted", answered_at=NOW
    )
    dilnoza = phone(cast.traveller)

    assert dilnoza.delete(f"{FRIENDS}{mine.pk}/").status_code == 204
    assert dilnoza.delete(f"{FRIENDS}{friend.pk}/").status_code == 204
    assert not Friendship.objects.exists()
    problem(dilnoza.delete(f"{FRIENDS}{friend.pk}/"), 404, "not_found")


def test_friends_see_who_of_them_goes_and_others_do_not(cast, phone):
    cast.paid(by=cast.second_traveller)
    cast.paid(by=cast.stranger)
    cast.approved(by=cast.blogger)
    for person in (cast.second_traveller, cast.blogger):
        factories.friendship(
            from_user=cast.traveller, to_user=person, status="accepted", answered_at=NOW
        )
    factories.friendship(from_user=cast.stranger, to_user=cast.traveller)

    def goes(**query):
        rows = phone(cast.traveller).get(FRIENDS, **query).json()["results"]
        return {row["user"]["first_name"]: row["goes"] for row in rows}

    assert goes(tour_session=cast.silk_session.pk) == {
        "Jasur": True,
        "Madina": False,  # has not paid
        "Olim": None,  # has merely asked
    }
    assert set(goes(tour_session=cast.nomad_session.pk).values()) == {False, None}
    assert set(goes().values()) == {None}


def test_the_list_of_friends_is_walked_by_cursor(cast, traveller):
    for _ in range(5):
        factories.friendship(from_user=cast.traveller)

    rows = traveller.walk(FRIENDS, page_size=2)

    ids = [row["id"] for row in rows]
    assert len(set(ids)) == len(ids) == 5
    assert ids == sorted(ids, reverse=True)


def test_the_list_of_friends_takes_the_same_queries_for_one_and_for_three(
    cast, traveller, django_assert_num_queries
):
    factories.friendship(from_user=cast.traveller)
    with django_assert_num_queries(2):
        traveller.get(FRIENDS)
    factories.friendship(from_user=cast.traveller)
    factories.friendship(to_user=cast.traveller)
    with django_assert_num_queries(2):
        traveller.get(FRIENDS)


# --- agencies


def test_an_agencys_card_is_public_and_says_nothing_of_money(cast, traveller):
    answer = traveller.get(f"agencies/detail/{cast.silk.pk}/")

    assert answer.status_code == 200
    assert answer.json().keys() == {
        "id",
        "name",
        "slug",
        "description",
        "phone",
        "email",
        "telegram",
        "address",
        "logo",
    }


def test_a_blocked_agency_is_not_there(cast, traveller):
    cast.nomad.status = AgencyStatus.BLOCKED
    cast.nomad.save()

    problem(traveller.get(f"agencies/detail/{cast.nomad.pk}/"), 404, "not_found")
    names = [row["name"] for row in traveller.get("agencies/list/").json()["results"]]
    assert names == ["Swift Trips", "Silk Road Travel"]


def test_agencies_are_walked_by_cursor(cast, traveller):
    rows = traveller.walk("agencies/list/", page_size=1)

    assert [row["slug"] for row in rows] == ["swift", "nomad", "silk-road"]


# --- the event log


def test_the_log_is_for_admins_and_accountants_and_narrows(cast, phone):
    booking = cast.request()
    accountant = phone(cast.accountant)

    rows = accountant.get("core/logs/", object=f"sales.booking:{booking.pk}").json()["results"]

    assert [row["action"] for row in rows] == ["booking.requested"]
    assert rows[0]["user"] == cast.traveller.pk
    assert rows[0]["source"] == "api"
    assert phone(cast.admin).get("core/logs/").status_code == 200
    assert accountant.get("core/logs/", action="nothing.such").json()["results"] == []
    assert accountant.get("core/logs/", user=cast.admin.pk).json()["results"] == []
    day = NOW.date()
    assert accountant.get("core/logs/", date_from=day, date_to=day).json()["results"]
    assert not accountant.get("core/logs/", date_to=day - timedelta(days=1)).json()["results"]


def test_an_event_with_odd_details_does_not_hide_the_log(cast, phone):
    factories.event(details=["put in by hand"])

    (row,) = phone(cast.admin).get("core/logs/").json()["results"]

    assert row["details"] == {}


@pytest.mark.parametrize(
    "junk", ["a\x00b", "sales.booking:x", ":", "::", "sales.booking:" + "9" * 40]
)
def test_a_junk_filter_of_the_log_is_harmless(cast, phone, junk):
    assert phone(cast.admin).get("core/logs/", object=junk).status_code in (200, 422)
    assert phone(cast.admin).get("core/logs/", action=junk).status_code in (200, 422)
