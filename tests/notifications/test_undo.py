"""A decision that was taken back is told to nobody, however late its undoing is handled."""

from datetime import timedelta

import pytest
from django.db import transaction

from catalog.models import TourSession
from notifications.handlers import handle
from notifications.models import Notification
from notifications.outbound import send_due
from notifications.services.deliver import deliver_events
from notifications.states import Kind
from notifications.templates import render_message
from sales.models import Booking
from sales.services.offer_date import offer_date, take_offer
from sales.services.reject import reject_booking
from sales.services.undo import undo_decision
from tests import factories
from tests.factories import NOW
from tests.notifications.talk import bot_api, talk  # noqa: F401
from tests.sales.threads import in_thread

SOON = NOW + timedelta(seconds=29)
DUE = NOW + timedelta(seconds=30)


def tell(at=NOW):
    deliver_events(at=at, handle=handle)


def approve(cast, booking, at=NOW):
    cast.approve(booking, at=at)


def reject(cast, booking, at=NOW):
    by = cast.silk_manager.actor("bot")
    reject_booking(booking_id=booking.pk, reason="Full.", by=by, at=at)


def offer(cast, booking, at=NOW):
    other = TourSession.objects.filter(tour=cast.silk_tour).last()
    by = cast.silk_manager.actor("bot")
    offer_date(booking_id=booking.pk, session_id=other.pk, by=by, at=at)


KINDS = {
    approve: Kind.BOOKING_APPROVED,
    reject: Kind.BOOKING_REJECTED,
    offer: Kind.DATE_OFFERED,
}


def undo(cast, booking):
    by = cast.silk_owner.actor("admin")
    undo_decision(booking_id=booking.pk, by=by, at=SOON)


def told(api, person, after=0):
    return [each["text"] for each in api.sent if each["chat_id"] == person.telegram_id][after:]


@pytest.mark.django_db
@pytest.mark.usefixtures("waiting_moves_the_clock")
@pytest.mark.parametrize("decide", [approve, reject, offer])
def test_the_sender_comes_before_the_handler_of_the_undo(cast, bot_api, decide):  # noqa: F811
    factories.session(tour=cast.silk_tour)
    undone = cast.request()
    stands = cast.request(by=cast.second_traveller)
    tell()
    send_due(at=NOW)
    decide(cast, undone)
    decide(cast, stands)
    tell()
    undo(cast, undone)
    before = len(bot_api.sent)

    send_due(at=DUE, until=DUE + timedelta(seconds=10))

    assert told(bot_api, cast.traveller, after=1) == []
    assert len(told(bot_api, cast.second_traveller)) == 2
    assert not [each for each in bot_api.sent[before:] if undone.code in each["text"]]
    rows = Notification.objects.filter(booking=undone, state="dropped")
    assert KINDS[decide] in {row.kind for row in rows}
    assert {row.last_error for row in rows} == {"The decision was taken back."}


@pytest.mark.django_db
@pytest.mark.usefixtures("waiting_moves_the_clock")
def test_a_second_decision_does_not_make_the_first_one_true(cast, bot_api):  # noqa: F811
    booking = cast.request()
    approve(cast, booking)
    tell()
    undo(cast, booking)
    approve(cast, booking, at=SOON)

    send_due(at=DUE, until=DUE + timedelta(seconds=10))

    assert Notification.objects.get(kind=Kind.BOOKING_APPROVED).state == "dropped"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("waiting_moves_the_clock")
def test_while_somebody_undoes_it_the_message_waits_for_what_becomes_of_it(cast, bot_api):  # noqa: F811
    booking = cast.approved()
    tell()
    send_due(at=NOW, until=NOW + timedelta(seconds=5))

    def hold(ready, done):
        with transaction.atomic():
            Booking.objects.select_for_update().get(pk=booking.pk)
            ready.set()
            done.wait(10)

    with in_thread(hold):
        send_due(at=DUE, until=DUE)
        row = Notification.objects.get(kind=Kind.BOOKING_APPROVED)
        assert (row.state, row.next_attempt_at) == ("queued", DUE + timedelta(seconds=1))
    send_due(at=row.next_attempt_at)

    assert Notification.objects.get(kind=Kind.BOOKING_APPROVED).state == "sent"


@pytest.mark.django_db
def test_an_offer_is_told_once_with_what_it_costs_and_taken_by_its_button(cast):
    factories.session(tour=cast.silk_tour, price=500_000)
    booking = cast.request()
    tell()
    offer(cast, booking)
    tell()

    [row] = Notification.objects.filter(booking=booking, recipient=cast.traveller).exclude(
        kind=Kind.BOOKING_REQUESTED
    )
    assert (row.kind, row.next_attempt_at) == (Kind.DATE_OFFERED, DUE)
    text = render_message(row)
    assert booking.code in text
    assert "11:00" in text
    new = take_offer(offer_id=row.payload["offer"], by=cast.traveller.actor("bot"), at=DUE)
    tell(DUE)
    [row] = Notification.objects.filter(booking=new)
    assert (row.kind, row.recipient, row.next_attempt_at) == (
        Kind.BOOKING_APPROVED,
        cast.traveller,
        DUE,
    )
