"""Every operation of the API against every role.

``EXPECTED`` lists each operation by hand: a new path fails here until somebody has thought about
who may call it. The ids are always agency A's (Silk Road's) and its traveller's.
"""

import json

import pytest
from django.db import transaction

from api.app import api
from tests import factories
from tests.api.phone import Phone, problem
from tests.api.test_sign_in import init_data
from tests.finance.owed import earn, with_bank

ROLES = (
    "nobody",
    "traveller",
    "stranger",
    "silk_manager",
    "silk_owner",
    "nomad_manager",
    "nomad_owner",
    "accountant",
    "support",
    "admin",
)
#                 nobody trav. stra. A:man A:own B:man B:own acct  supp. admin
SIGNED_IN = "      401  200   200   200   200   200   200   200   200   200"
SIGNED_IN_201 = "  401  201   201   201   201   201   201   201   201   201"
SIGNED_IN_204 = "  401  204   204   204   204   204   204   204   204   204"
WORKS = "          401  403   403   200   200   200   200   200   200   200"
SIDES = "          401  200   404   200   200   404   404   200   200   200"
SIDES_201 = "      401  201   404   201   201   404   404   201   201   201"
SIDES_409 = "      401  409   404   409   409   404   404   409   409   409"  # not paid yet
DECIDES = "        401  403   403   200   200   404   404   403   403   200"
CANCELS = "        401  200   404   200   200   404   404   403   403   200"
DELETES = "        401  404   404   204   204   404   404   403   403   204"
TRAVELLER = "      401  200   404   404   404   404   404   404   404   404"
AUDITS = "         401  403   403   403   403   403   403   200   403   200"
#                 nobody trav. stra. A:man A:own B:man B:own acct  supp. admin
PAYOUTS = "        401  403   403   403   200   403   200   200   403   200"
ASKS_PAYOUT = "    401  403   403   403   201   403   404   201   403   201"
ONE_ASKED = "      401  200   404   404   404   404   404   404   404   404"
ONE_ASKED_204 = "  401  204   404   404   404   404   404   404   404   404"
#                 nobody trav. stra. A:man A:own B:man B:own acct  supp. admin
IS_PARTNER = "     401  200   404   404   404   404   404   404   404   404"
PARTNERS = "       401  200   404   404   404   404   404   200   200   200"
WITHDRAWS = "      401  201   401   401   401   401   401   401   401   401"  # her init data

EXPECTED = {
    "POST /api/users/register/": "401 401 401 401 401 401 401 401 401 401",  # junk init data
    "GET /api/users/profile/": SIGNED_IN,
    "PATCH /api/users/update/": SIGNED_IN,
    "POST /api/users/avatar/": "401 422 422 422 422 422 422 422 422 422",  # no file
    "POST /api/users/logout/": SIGNED_IN_204,
    "GET /api/users/friends/": SIGNED_IN,
    "POST /api/users/friends/": SIGNED_IN_201,
    "POST /api/users/friends/{friendship_id}/accept/": ONE_ASKED,
    "DELETE /api/users/friends/{friendship_id}/": ONE_ASKED_204,
    "GET /api/tours/categories/": SIGNED_IN,
    "GET /api/tours/list/": SIGNED_IN,
    "GET /api/tours/detail/{tour_id}/": SIGNED_IN,
    "GET /api/tours/sessions/": SIGNED_IN,
    "GET /api/tours/promotions/": SIGNED_IN,
    "GET /api/tours/promo-codes/": WORKS,
    "POST /api/tours/promo-codes/check/": SIGNED_IN,
    "POST /api/bookings/quote/": SIGNED_IN,
    "POST /api/bookings/": SIGNED_IN_201,
    "GET /api/bookings/my/": SIGNED_IN,
    "GET /api/bookings/pending/": WORKS,
    "GET /api/bookings/{booking_id}/": SIDES,
    "POST /api/bookings/{booking_id}/approve/": DECIDES,
    "POST /api/bookings/{booking_id}/reject/": DECIDES,
    "GET /api/bookings/{booking_id}/cancel/preview/": SIDES,
    "POST /api/bookings/{booking_id}/cancel/": CANCELS,
    "POST /api/bookings/{booking_id}/pay/": TRAVELLER,
    "GET /api/bookings/{booking_id}/voucher/": SIDES_409,
    "GET /api/bookings/{booking_id}/comments/": SIDES,
    "POST /api/bookings/{booking_id}/comments/": SIDES_201,
    "GET /api/payments/transactions/": SIGNED_IN,
    "GET /api/payments/payout-requests/": PAYOUTS,
    "POST /api/payments/payout-requests/": ASKS_PAYOUT,
    "GET /api/users/bonus/": SIGNED_IN,
    "GET /api/users/bonus/movements/": SIGNED_IN,
    "GET /api/referrals/partners/": PARTNERS,
    "POST /api/referrals/partners/": SIGNED_IN_201,
    "GET /api/referrals/partners/qr/": IS_PARTNER,
    "GET /api/referrals/bonuses/": SIGNED_IN,
    "GET /api/referrals/bookings/": SIGNED_IN,
    "GET /api/referrals/payout-requests/": SIGNED_IN,
    "POST /api/referrals/payout-requests/": WITHDRAWS,
    "POST /api/referrals/payout-requests/{withdrawal_id}/cancel/": IS_PARTNER,
    "GET /api/agencies/list/": SIGNED_IN,
    "GET /api/agencies/detail/{agency_id}/": SIGNED_IN,
    "GET /api/core/logs/": AUDITS,
    "POST /api/media/upload/": "401 422 422 422 422 422 422 422 422 422",  # no file
    "GET /api/media/list/": SIGNED_IN,
    "DELETE /api/media/delete/{media_id}/": DELETES,
}


def operations() -> list[str]:
    """``METHOD path`` of everything the schema knows."""
    paths = api.get_openapi_schema()["paths"]
    return [f"{method.upper()} {path}" for path, found in paths.items() for method in found]


def test_every_operation_has_been_thought_about():
    assert sorted(operations()) == sorted(EXPECTED)


@pytest.fixture
def stage(cast):
    """Agency A's booking, and what the operations' bodies and ids are taken from."""
    factories.promo_code(code="SPRING")
    earn(with_bank(cast.silk), factories.MILLION)
    request, approved = cast.request(), cast.approved()
    factories.referral_partner(user=cast.traveller)
    cast.give_bonus(cast.traveller, factories.MILLION)
    ended = factories.withdrawal(user=cast.traveller, status="cancelled", ended_at=factories.NOW)
    vouched = init_data(user={"id": cast.traveller.telegram_id})
    asked = factories.friendship(from_user=cast.blogger, to_user=cast.traveller)
    wish = {"session": cast.silk_session.pk, "seats": 1}
    return {
        "bodies": {
            "POST /api/users/register/": {"init_data": "junk"},
            "PATCH /api/users/update/": {"sphere": "IT"},
            "POST /api/users/friends/": {"user": factories.user().pk},
            "POST /api/tours/promo-codes/check/": wish | {"code": "SPRING"},
            "POST /api/bookings/quote/": wish,
            "POST /api/bookings/": wish,
            "POST /api/bookings/{booking_id}/reject/": {"reason": "No."},
            "POST /api/bookings/{booking_id}/comments/": {"text": "Hi"},
            "POST /api/payments/payout-requests/": {"agency": cast.silk.pk},
            "POST /api/referrals/payout-requests/": {
                "amount": "100000.00",
                "card_number": factories.CARD,
                "init_data": vouched,
            },
        },
        "ids": {
            "booking_id": request.pk,
            "tour_id": cast.silk_tour.pk,
            "agency_id": cast.silk.pk,
            "friendship_id": asked.pk,
            "withdrawal_id": ended.pk,
            "media_id": factories.media(agency=cast.silk).pk,
        },
        "approved": {"booking_id": approved.pk},
    }


@pytest.mark.parametrize("operation", EXPECTED)
def test_each_role_gets_what_it_may_and_no_more(cast, stage, operation):
    method, path = operation.split()
    ids = stage["ids"] | (stage["approved"] if path.endswith("/pay/") else {})
    body = stage["bodies"].get(operation)
    seen = {}

    for role in ROLES:
        with transaction.atomic():
            caller = Phone(None if role == "nobody" else getattr(cast, role))
            response = caller.send(method, path.removeprefix("/api/").format(**ids), body)
            transaction.set_rollback(True)
        seen[role] = response.status_code
        if response.status_code >= 400:
            code = json.loads(response.content)["code"]
            problem(response, response.status_code, code)

    expected = dict(zip(ROLES, map(int, EXPECTED[operation].split()), strict=True))
    assert seen == expected


# --- what lists show

LISTS = [o.removeprefix("GET /api/") for o in EXPECTED if o.startswith("GET") and "{" not in o]


@pytest.mark.parametrize("path", LISTS)
def test_no_list_shows_one_agency_anything_of_anothers_deals(cast, path):
    factories.promo_code(code="NOMADSECRET", agency=cast.nomad, funded_by="agency")
    cast.second_traveller.phone = "+998907654321"
    cast.second_traveller.save()
    theirs = [
        cast.request(session=cast.nomad_session, by=cast.second_traveller, comment="secret wish"),
        cast.paid(session=cast.nomad_session, by=cast.second_traveller),
    ]
    secrets = [booking.code for booking in theirs]
    secrets += ["NOMADSECRET", "secret wish", "+998907654321", "Aliyev"]

    for person in (cast.silk_manager, cast.silk_owner, cast.traveller):
        shown = Phone(person).get(path).content.decode()
        assert not [secret for secret in secrets if secret in shown], person


def test_the_same_list_shows_it_to_its_own(cast):
    """The control of the test above: the secrets would be seen if they were shown."""
    booking = cast.request(
        session=cast.nomad_session, by=cast.second_traveller, comment="secret wish"
    )

    shown = Phone(cast.nomad_manager).get("bookings/pending/").content.decode()

    assert booking.code in shown
    assert "secret wish" in shown


def test_who_works_for_both_sees_both(cast):
    factories.member(agency=cast.nomad, user=cast.silk_manager)
    mine, theirs = cast.request(), cast.request(session=cast.nomad_session)

    rows = Phone(cast.silk_manager).get("bookings/pending/").json()["results"]

    assert {row["id"] for row in rows} == {mine.pk, theirs.pk}


def test_an_owner_there_is_a_traveller_here(cast):
    """Roles belong to agencies: B's owner who books with A decides nothing about it."""
    booking = cast.request(by=cast.nomad_owner)
    owner = Phone(cast.nomad_owner)

    assert owner.get(f"bookings/{booking.pk}/").json()["allowed_actions"] == ["cancel", "comment"]
    problem(owner.post(f"bookings/{booking.pk}/approve/"), 404, "not_found")
    problem(owner.post(f"bookings/{booking.pk}/reject/", {"reason": "x"}), 404, "not_found")
    assert owner.post(f"bookings/{booking.pk}/cancel/").status_code == 200
