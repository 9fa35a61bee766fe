"""Who is told what: one message per event and address, in the reader's language."""

from datetime import timedelta

import pytest

from core.models import EventDelivery, EventLog
from notifications.handlers import HANDLERS, handle
from notifications.models import Notification
from notifications.services.deliver import deliver_events
from notifications.states import Kind
from notifications.templates import TEMPLATES, render
from sales.services.cancel import cancel_booking
from sales.services.holds import sweep_lapsed_holds
from sales.services.reject import reject_booking
from sales.services.take_back import cancel_payment
from tests import factories
from tests.cast import PAYME
from tests.factories import NOW

LATER = NOW + timedelta(minutes=5)


def tell(at=NOW):
    """Deliver what waits; the new messages as (kind, who), oldest first."""
    known = set(Notification.objects.values_list("pk", flat=True))
    deliver_events(at=at, handle=handle)
    rows = Notification.objects.exclude(pk__in=known).order_by("pk")
    return [(row.kind, row.recipient or row.chat_id) for row in rows]


@pytest.fixture
def desk(cast):
    """Silk Road has no managers' chat: its people are written to one by one."""
    return [cast.silk_manager, cast.silk_owner]


def to_desk(kind, desk):
    return [(kind, person) for person in desk]


def test_a_request_is_told_to_the_traveller_and_to_every_member_of_the_agency(cast, desk):
    cast.request()

    assert tell() == [("booking_requested", cast.traveller), ("agency_request", cast.silk_manager)]


def test_an_agency_with_a_chat_is_told_there_in_russian(cast):
    cast.request(session=cast.nomad_session)

    assert tell() == [("booking_requested", cast.traveller), ("agency_request", -4242)]
    message = Notification.objects.get(kind="agency_request")
    assert (message.language, message.agency, message.recipient) == ("ru", cast.nomad, None)


def test_a_request_decided_before_it_was_told_bothers_nobody_at_the_agency(cast):
    cast.approved()

    assert tell() == [("booking_requested", cast.traveller), ("booking_approved", cast.traveller)]


def test_an_agency_that_approves_by_itself_is_not_asked(cast):
    cast.request(session=cast.swift_session)

    assert [kind for kind, _ in tell()] == ["booking_requested", "booking_approved"]


def test_a_rejection_is_told_to_the_traveller_with_its_reason(cast):
    booking = cast.request()
    tell()
    reject_booking(
        booking_id=booking.pk, reason="Snow.", by=cast.silk_manager.actor("bot"), at=LATER
    )

    assert tell(LATER) == [("booking_rejected", cast.traveller)]
    assert "Snow." in text_of(Notification.objects.get(kind="booking_rejected"))


def test_a_payment_is_told_to_both_sides(cast, desk):
    booking = cast.approved()
    tell()
    cast.pay(booking, at=LATER)

    assert tell(LATER) == [("booking_paid", cast.traveller), *to_desk("agency_paid", desk)]
    told = Notification.objects.filter(kind="agency_paid").first()
    assert told.payload["agency_share"].startswith("900")


def test_an_expiry_is_told_to_both_sides(cast, desk):
    cast.approved()
    tell()
    at = NOW + timedelta(hours=1)
    sweep_lapsed_holds(at=at)

    assert tell(at) == [("booking_expired", cast.traveller), *to_desk("agency_cancelled", desk)]


def test_the_agency_hears_of_a_cancellation_that_is_not_its_own(cast, desk):
    mine, theirs = cast.approved(), cast.approved(by=cast.second_traveller)
    tell()
    cancel_booking(booking_id=mine.pk, by=cast.traveller.actor("api"), at=LATER)
    assert tell(LATER) == [
        ("booking_cancelled", cast.traveller),
        *to_desk("agency_cancelled", desk),
    ]

    cancel_booking(booking_id=theirs.pk, by=cast.silk_owner.actor("admin"), at=LATER)
    assert tell(LATER) == [("booking_cancelled", cast.second_traveller)]


def test_a_refund_at_the_provider_is_told_to_both_sides(cast, desk):
    payment = cast.paid().payments.get()
    tell()
    cancel_payment(provider_id=payment.payme_invoice_id, code=5, by=PAYME, at=LATER)

    assert tell(LATER) == [
        ("booking_refunded", cast.traveller),
        *to_desk("agency_cancelled", desk),
    ]


def test_a_cancelled_booking_says_what_is_returned(cast):
    booking = cast.paid()
    tell()
    cancel_booking(booking_id=booking.pk, by=cast.silk_owner.actor("admin"), at=LATER)
    tell(LATER)

    assert Notification.objects.get(kind="booking_cancelled").payload["money_back"] != ""


def test_events_nobody_is_told_about_are_passed_over(cast):
    factories.event_delivery(event=factories.event(action="tour.published"))

    assert tell() == []
    assert not EventDelivery.objects.exists()


@pytest.mark.parametrize(
    "unreachable", [{"telegram_id": None, "login": "x"}, {"is_reachable": False}]
)
def test_who_cannot_be_reached_is_not_written_to(cast, unreachable):
    type(cast.traveller).objects.filter(pk=cast.traveller.pk).update(**unreachable)
    cast.request(session=cast.nomad_session)

    assert tell() == [("agency_request", -4242)]


def test_people_who_left_the_agency_are_not_written_to(cast):
    cast.silk_owner.memberships.update(is_active=False)
    cast.silk_manager.is_active = False
    cast.silk_manager.save()
    cast.request()

    assert tell() == [("booking_requested", cast.traveller)]


def test_the_same_event_twice_is_one_message(cast):
    cast.request()
    tell()
    event, known = EventLog.objects.get(action="booking.requested"), Notification.objects.count()

    handle(event)

    assert Notification.objects.count() == known


def test_everybody_reads_his_own_language(cast):
    for person in (cast.traveller, cast.second_traveller, cast.stranger):
        cast.request(by=person, session=cast.nomad_session)
    tell()

    told = Notification.objects.filter(kind="booking_requested").order_by("pk")
    assert [row.language for row in told] == ["uz", "ru", "en"]
    assert [row.payload["tour"] for row in told] == ["Xiva", "Хива", "Khiva"]
    assert "June" in told[2].payload["dates"]
    assert "июня" in told[1].payload["dates"]


# --- the templates


def text_of(row, language="en"):
    return render(row.kind, row.payload, language)


OF_OTHER_THINGS = {
    Kind.ANNOUNCEMENT,
    Kind.AGENCY_PAYOUT_PAID,
    Kind.AGENCY_PAYOUT_FAILED,
    Kind.EXPORT_READY,
    Kind.EXPORT_FAILED,
    Kind.BOOKS_PROVED,
    Kind.BOOKS_BROKEN,
    # Owed by the clock, by a press, by what happens to the tour: see their own tests.
    Kind.HOLD_ENDING,
    Kind.SESSION_CHANGED,
    Kind.REQUEST_WAITS,
    Kind.REQUEST_WAITS_PLATFORM,
    Kind.CARD_CLOSED,
    Kind.PAYOUT_WAITS,
    *(kind for kind in Kind if kind.startswith(("withdrawal_", "bonus_", "trip_", "chat_"))),
}


def test_every_kind_has_a_template_and_every_template_its_values(cast):
    """All events of a booking's life, rendered in all languages: no value is missing."""
    assert set(TEMPLATES) == set(Kind.values)
    booking = cast.paid()
    offer = {"offer_id": 1, "session_id": booking.session_id, "final_price": "5.00"}
    facts = {"refund": "5.00", "stands_until": "2027-03-02T06:00:00+00:00"} | offer
    facts["instead_of"] = "NONE"
    for action in HANDLERS:
        event = factories.event(action=action, object_id=booking.pk, details=facts)
        handle(event)
    type(booking).objects.filter(pk=booking.pk).update(status="requested", expires_at=NOW)
    handle(factories.event(action="booking.requested", object_id=booking.pk))

    rows = Notification.objects.all()
    assert {row.kind for row in rows} == set(Kind.values) - OF_OTHER_THINGS
    for row in rows:
        for language in ("ru", "uz", "en"):
            assert booking.code in text_of(row, language)


def test_what_people_typed_is_escaped_for_telegram():
    text = render(Kind.BOOKING_REJECTED, payload(reason="<b>a</b> & <script>"), "en")

    assert "&lt;b&gt;a&lt;/b&gt; &amp; &lt;script&gt;" in text


def test_braces_in_what_people_typed_are_not_a_format():
    text = render(Kind.BOOKING_REJECTED, payload(reason="{code.__class__} {0}"), "en")

    assert "{code.__class__} {0}" in text


def payload(**values):
    return {"code": "A", "tour": "T", "dates": "D", "reason": "R"} | values
