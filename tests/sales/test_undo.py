"""A decision is taken back before it is told."""

from datetime import timedelta

import pytest
from constance.test import override_config

from catalog.models import TourSession
from catalog.services.seats import SeatsUnavailable
from core.models import EventLog
from core.refusals import NotAllowed, NotFound
from finance.services.bonus import BonusInsufficient
from sales.queries.decisions import can_be_undone, fresh_decisions
from sales.queries.promo import PromoExhausted
from sales.refusals import BookingExpired, BookingMoved
from sales.services.invoices import draft_invoice
from sales.services.offer_date import offer_date, take_offer
from sales.services.reject import reject_booking
from sales.services.undo import (
    NotDecidedByHand,
    OfferTaken,
    PaymentBegun,
    TooLate,
    undo_decision,
)
from tests import factories
from tests.factories import NOW

DECIDED = NOW + timedelta(minutes=7)
SOON = DECIDED + timedelta(seconds=29)
PROMISED = DECIDED + timedelta(seconds=30)


def undo(booking, by, at=SOON):
    return undo_decision(booking_id=booking.pk, by=by.actor("admin"), at=at)


def reject(cast, booking, at=DECIDED):
    by = cast.silk_manager.actor("admin")
    return reject_booking(booking_id=booking.pk, reason="Full.", by=by, at=at)


def taken(session):
    return TourSession.objects.get(pk=session.pk).seats_taken


@pytest.mark.parametrize("who", ["silk_manager", "silk_owner", "admin"])
def test_an_approval_taken_back_is_a_request_with_the_hour_it_had(cast, who):
    booking = cast.approve(cast.request(seats=3), at=DECIDED)
    assert can_be_undone(booking, SOON)
    assert list(fresh_decisions(cast.silk_manager, SOON)) == [booking]
    assert list(fresh_decisions(cast.silk_owner, SOON)) == []

    undo(booking, getattr(cast, who))

    booking.refresh_from_db()
    assert (booking.status, booking.expires_at) == ("requested", NOW + timedelta(minutes=60))
    assert (booking.approved_at, booking.approved_by) == (None, None)
    assert taken(cast.silk_session) == 0
    event = EventLog.objects.get(action="booking.decision_undone")
    assert (event.user, event.details["was"]) == (getattr(cast, who), "approved")
    assert list(fresh_decisions(cast.silk_manager, SOON)) == []
    # It can be decided again, and that taken back again.
    reject(cast, booking, at=SOON)
    assert undo(booking, cast.silk_manager).status == "requested"


def test_a_rejection_taken_back_holds_again_what_it_let_go(cast):
    factories.promo_code(code="ONCE", usage_limit=1, discount_percent=10)
    cast.give_bonus(cast.traveller, 1000)
    booking = cast.request(bonus="all", promo_code="ONCE")
    reject(cast, booking)
    assert cast.balance("bonus_available", cast.traveller) == 1000

    undo(booking, cast.silk_owner)

    booking.refresh_from_db()
    assert (booking.status, booking.expires_at) == ("requested", NOW + timedelta(minutes=60))
    assert (booking.cancel_reason, booking.cancel_note, booking.cancelled_at) == ("", "", None)
    assert cast.balance("bonus_available", cast.traveller) == 0
    assert cast.balance("bonus_reserved", cast.traveller) == 1000
    with pytest.raises(PromoExhausted):
        cast.request(by=cast.stranger, promo_code="ONCE")


def spend_bonus(cast):
    cast.request(session=cast.nomad_session, bonus="all", at=DECIDED)


def use_code(cast):
    cast.request(by=cast.stranger, promo_code="ONCE", at=DECIDED)


def take_seats(cast):
    cast.approve(cast.request(by=cast.stranger, seats=19, at=DECIDED), at=DECIDED)


@pytest.mark.parametrize(
    ("meanwhile", "refusal"),
    [
        (spend_bonus, BonusInsufficient),
        (use_code, PromoExhausted),
        (take_seats, SeatsUnavailable),
    ],
)
def test_what_others_have_had_meanwhile_is_not_held_again(cast, meanwhile, refusal):
    factories.promo_code(code="ONCE", usage_limit=1, discount_percent=10)
    cast.give_bonus(cast.traveller, 1000)
    booking = cast.request(seats=2, bonus="all", promo_code="ONCE")
    reject(cast, booking)
    meanwhile(cast)

    with pytest.raises(refusal):
        undo(booking, cast.silk_manager)

    booking.refresh_from_db()
    assert booking.status == "rejected"


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("nomad_manager", NotFound),
        ("traveller", NotAllowed),
        ("support", NotAllowed),
        ("accountant", NotAllowed),
    ],
)
def test_who_may_not_decide_may_not_take_it_back(cast, who, refusal):
    booking = cast.approve(cast.request(), at=DECIDED)

    with pytest.raises(refusal):
        undo(booking, getattr(cast, who))

    booking.pk = 0
    with pytest.raises(NotFound):
        undo(booking, cast.silk_manager)


def test_when_it_may_have_been_told_it_stands(cast, clock):
    approved = cast.approve(cast.request(), at=DECIDED)
    rejected = reject(cast, cast.request(by=cast.stranger))

    for booking in (approved, rejected):
        assert not can_be_undone(booking, PROMISED)
        with pytest.raises(TooLate) as refusal:
            undo(booking, cast.silk_manager, at=PROMISED)
        assert "30" in refusal.value.detail
    # The button was pressed in time, but the locks came too late.
    clock.move_to(PROMISED)
    with pytest.raises(TooLate):
        undo(approved, cast.silk_manager, at=SOON)
    clock.move_to(NOW)
    with override_config(UNDO_SECONDS=60):
        assert undo(approved, cast.silk_manager, at=PROMISED).status == "requested"


def test_a_request_whose_hour_has_passed_does_not_come_back(cast):
    last = NOW + timedelta(minutes=59, seconds=50)
    booking = cast.approve(cast.request(), at=last)

    with pytest.raises(BookingExpired):
        undo(booking, cast.silk_manager, at=last + timedelta(seconds=10))

    booking.refresh_from_db()
    assert (booking.status, taken(cast.silk_session)) == ("approved", 1)
    assert undo(booking, cast.silk_manager, at=last + timedelta(seconds=9)).status == "requested"


def test_nobody_undoes_what_nobody_decided(cast):
    waiting = cast.request()
    by_itself = cast.request(session=cast.swift_session, at=DECIDED)

    assert not can_be_undone(by_itself, SOON)
    with pytest.raises(NotDecidedByHand):
        undo(by_itself, cast.swift_owner)
    with pytest.raises(BookingMoved):
        undo(waiting, cast.silk_manager)


def test_who_has_begun_to_pay_keeps_his_seats(cast):
    begun = cast.approve(cast.request(), at=DECIDED)
    cast.open(begun, at=DECIDED)
    billed = cast.approve(cast.request(by=cast.stranger), at=DECIDED)
    by = cast.support.actor("admin")
    draft_invoice(booking_id=billed.pk, phone="901234567", by=by, at=DECIDED)

    for booking in (begun, billed):
        assert not can_be_undone(booking, SOON)
        with pytest.raises(PaymentBegun):
            undo(booking, cast.silk_manager)

    cast.pay(cast.approve(paid := cast.request(by=cast.second_traveller), at=DECIDED), at=DECIDED)
    with pytest.raises(BookingMoved):
        undo(paid, cast.silk_manager)


def test_an_offer_of_another_date_is_withdrawn_unless_it_was_taken(cast):
    other = factories.session(tour=cast.silk_tour)
    by = cast.silk_manager.actor("admin")
    bookings = [cast.request(), cast.request(by=cast.stranger)]
    offers = [offer_date(booking_id=b.pk, session_id=other.pk, by=by, at=DECIDED) for b in bookings]
    seated = take_offer(offer_id=offers[1].pk, by=cast.stranger.actor("bot"), at=DECIDED)

    assert undo(bookings[0], cast.silk_owner).status == "requested"
    with pytest.raises(NotFound):
        take_offer(offer_id=offers[0].pk, by=cast.traveller.actor("bot"), at=SOON)
    for booking, refusal in ((bookings[1], OfferTaken), (seated, NotDecidedByHand)):
        assert not can_be_undone(booking, SOON)
        with pytest.raises(refusal):
            undo(booking, cast.silk_owner)
