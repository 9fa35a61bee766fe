"""What is worth a look at a partner's: each kind with one case seen and one passed over."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sales.queries.partner_flags import FlagKind, flags_of
from tests import factories
from tests.factories import CARD
from tests.finance.card_desk import HUMO, CardDesk
from tests.sales.test_refunds import take_back


def bring(cast, by, times=1, **deal):
    return [cast.paid(by=by, referral_code="MADINA", **deal) for _ in range(times)]


def card(cast, shared):
    other = factories.referral_partner(code="OTHER")
    desk = CardDesk(cast)
    desk.asked(cast.blogger)
    desk.asked(other.user, card=CARD if shared else HUMO)


def one_traveller(cast, many):
    bring(cast, cast.traveller)
    bring(cast, cast.traveller if many else cast.second_traveller)
    bring(cast, cast.stranger)


def refunds(cast, many):
    people = (cast.traveller, cast.second_traveller, cast.stranger)
    bookings = [bring(cast, person)[0] for person in people]
    for booking in bookings[: 2 if many else 1]:
        take_back(booking)


def own_agency(cast, works):
    factories.member(agency=cast.silk, user=cast.blogger, is_active=works)
    bring(cast, cast.traveller)


def tricks(cast, tried):
    cast.request(by=cast.blogger if tried else cast.traveller, referral_code=" madina")
    refusal = "ring" if tried else "taken"
    factories.referral_touch(partner=cast.partner, user=cast.stranger, refusal=refusal)


def phone(cast, shared):
    cast.blogger.phone, cast.stranger.phone = "+998 90 111-22-33", "998901112233"
    if not shared:
        cast.stranger.phone = "998901112234"
    for person in (cast.blogger, cast.stranger):
        person.save(update_fields=["phone"])
    factories.referral_touch(partner=cast.partner, user=cast.stranger)
    bring(cast, cast.stranger)


@dataclass(frozen=True)
class Case:
    kind: FlagKind
    play: Callable
    facts: dict
    rows: int


CASES = [
    Case(FlagKind.SAME_CARD, card, {"card": f"•••• {CARD[-4:]}"}, 1),
    Case(FlagKind.ONE_TRAVELLER, one_traveller, {"count": 2, "of": 3, "share": 66}, 1),
    Case(
        FlagKind.MANY_REFUNDS,
        refunds,
        {"of": 3, "earned": 150_000, "back": 100_000, "share": 66},
        1,
    ),
    Case(FlagKind.OWN_AGENCY, own_agency, {"agency": "Silk Road Travel", "count": 1}, 2),
    Case(FlagKind.REFUSED, tricks, {"touches": 1, "bookings": 1}, 2),
    Case(FlagKind.SAME_PHONE, phone, {"count": 1}, 1),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.kind))
def test_it_is_seen_with_its_figures_and_rows(case, cast):
    case.play(cast, True)

    flags = flags_of([cast.partner.pk])

    (flag,) = flags[cast.partner.pk]
    assert (flag.kind, flag.facts, len(flag.where)) == (case.kind, case.facts, case.rows)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.kind))
def test_what_is_usual_is_passed_over(case, cast):
    case.play(cast, False)

    assert flags_of([cast.partner.pk]) == {}


def test_they_cost_the_same_for_one_partner_and_for_three(cast):
    card(cast, True)
    factories.referral_partner()
    ids = list(type(cast.partner).objects.values_list("pk", flat=True))

    with CaptureQueriesContext(connection) as one:
        flags_of(ids[:1])
    with CaptureQueriesContext(connection) as three:
        found = flags_of(ids)

    assert len(one) == len(three) == 7
    assert len(found) == 2
