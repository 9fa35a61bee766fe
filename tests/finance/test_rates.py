"""Commission rates: under four eyes, never for the past, frozen on each booking."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core.actor import Source, job
from core.models import EventLog
from core.refusals import NotAllowed, NotFound
from core.services.proposals import AlreadyDecided, OwnProposal
from finance.models import CommissionRate
from finance.queries.rates import rate_for
from finance.services.rates import (
    ForeignTour,
    RateEndsTooEarly,
    RateOutOfRange,
    RetroactiveRate,
    WhyThisRate,
    decide_rate,
    propose_rate,
)
from tests import factories
from tests.factories import NOW

TODAY = date(2027, 3, 1)


def propose(cast, percent="8", *, by=None, at=NOW, **fields):
    defaults = {"agency_id": cast.silk.pk, "valid_from": TODAY, "reason": "Contract 7"}
    actor = (by or cast.accountant).actor(Source.ADMIN)
    return propose_rate(**defaults | fields, percent=Decimal(percent), by=actor, at=at)


def decide(cast, rate, *, approve=True, by=None, at=NOW):
    actor = (by or cast.second_accountant).actor(Source.ADMIN)
    return decide_rate(rate_id=rate.pk, approve=approve, note="Seen", by=actor, at=at)


def agree(cast, percent, **fields):
    return decide(cast, propose(cast, percent, **fields))


def frozen(cast, *, day=TODAY, **request):
    """The rate of a booking asked for at noon of ``day``."""
    at = NOW + (day - TODAY)
    return cast.request(at=at, **request).commission_percent


def test_a_rate_counts_once_somebody_else_has_approved_it(cast):
    rate = propose(cast, "8")
    before = frozen(cast)
    decided = decide(cast, rate)

    assert (before, frozen(cast)) == (10, 8)
    assert (decided.decided_by, decided.decision_note) == (cast.second_accountant, "Seen")
    actions = EventLog.objects.filter(object_type="finance.commissionrate")
    assert [e.action for e in actions.order_by("pk")] == ["rate.proposed", "rate.approved"]


def test_a_rejected_rate_never_counts(cast):
    decide(cast, propose(cast, "8"), approve=False)

    assert frozen(cast) == 10


def test_a_tour_s_own_rate_goes_before_the_agency_s_and_for_that_tour_only(cast):
    other = factories.session(tour=factories.tour(agency=cast.silk))
    agree(cast, "5", tour_id=cast.silk_tour.pk)
    agree(cast, "8")

    assert frozen(cast) == 5
    assert frozen(cast, session=other) == 8
    assert frozen(cast, session=cast.nomad_session) == Decimal("12.50")


def test_of_two_rates_the_one_that_began_last_counts_and_an_ended_one_no_more(cast):
    agree(cast, "8")
    agree(cast, "7", valid_from=TODAY + timedelta(days=10), valid_to=TODAY + timedelta(days=12))

    found = [frozen(cast, day=TODAY + timedelta(days=n)) for n in (0, 9, 10, 12, 13)]

    assert found == [8, 8, 7, 7, 8]


def test_of_two_that_began_on_one_day_the_later_agreement_counts(cast):
    agree(cast, "8")
    agree(cast, "6")

    assert frozen(cast) == 6


def test_a_booking_keeps_the_rate_it_was_asked_for_under(cast):
    booking = cast.approved()
    agree(cast, "30")
    cast.pay(booking)

    booking.refresh_from_db()
    assert booking.commission_percent == 10
    assert cast.balance("agency_pending", cast.silk) == 900_000


@pytest.mark.parametrize(
    ("refusal", "field", "changes"),
    [
        (RateOutOfRange, "percent", {"percent": "100.01"}),
        (RateOutOfRange, "percent", {"percent": "-1"}),
        (RetroactiveRate, "valid_from", {"valid_from": TODAY - timedelta(days=1)}),
        (RateEndsTooEarly, "valid_to", {"valid_to": TODAY - timedelta(days=1)}),
        (WhyThisRate, "reason", {"reason": "  "}),
        (NotFound, None, {"agency_id": 0}),
    ],
)
def test_what_is_wrong_with_a_proposal_is_said_at_its_field(cast, refusal, field, changes):
    with pytest.raises(refusal) as refused:
        propose(cast, **changes)

    assert refused.value.field == field
    assert not CommissionRate.objects.exists()


def test_a_tour_of_another_agency_is_refused(cast):
    with pytest.raises(ForeignTour):
        propose(cast, tour_id=cast.nomad_tour.pk)


def test_nobody_decides_what_he_proposed_or_what_is_decided(cast):
    rate = propose(cast)

    with pytest.raises(OwnProposal):
        decide(cast, rate, by=cast.accountant)
    decide(cast, rate)
    with pytest.raises(AlreadyDecided):
        decide(cast, rate, approve=False)


def test_the_database_insists_on_two_people(cast):
    rate = propose(cast)

    with pytest.raises(IntegrityError, match="maker_is_not_checker"), transaction.atomic():
        CommissionRate.objects.filter(pk=rate.pk).update(
            **{"status": "approved"}, decided_by=cast.accountant, decided_at=NOW
        )


def test_a_first_day_that_passed_before_the_decision_is_refused(cast):
    rate = propose(cast)

    with pytest.raises(RetroactiveRate):
        decide(cast, rate, at=NOW + timedelta(days=1))
    assert decide(cast, rate, approve=False, at=NOW + timedelta(days=1)).status == "rejected"


def test_only_the_books_propose_and_decide(cast):
    for person in (cast.silk_owner, cast.silk_manager, cast.support):
        with pytest.raises(NotAllowed):
            propose(cast, by=person)
    with pytest.raises(NotAllowed):
        decide_rate(rate_id=propose(cast).pk, approve=True, by=job(), at=NOW)


def test_the_day_is_tashkent_s(cast):
    """19:30 UTC is half past midnight there: the new day's rate."""
    agree(cast, "8", valid_from=TODAY + timedelta(days=1))
    late = NOW.replace(hour=19, minute=30)

    assert cast.request(at=late).commission_percent == 8
    assert rate_for(agency_id=cast.silk.pk, tour_id=cast.silk_tour.pk, day=TODAY) == 10
