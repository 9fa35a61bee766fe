"""A traveller's bookings in the bot, what he wants to be told, and links with a booking's code."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from core.models import EventLog
from notifications.handlers import handle
from notifications.models import Notification, Preferences
from notifications.outbound import send_due
from notifications.services.deliver import deliver_events
from notifications.vouchers import voucher_for
from partners.models import User
from sales.models import Booking
from tests.factories import NOW
from tests.notifications.talk import buttons, talk  # noqa: F401
from tests.outside.conftest import bot_api  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def dilnoza(talk, cast):  # noqa: F811
    """She speaks English here."""
    User.objects.filter(pk=cast.traveller.pk).update(language="en")
    return talk(cast.traveller.telegram_id)


# --- /bookings


def test_who_has_booked_nothing_is_shown_into_the_app(dilnoza, settings):
    [call] = dilnoza.hear(dilnoza.says("/bookings"))

    assert "no bookings yet" in call["text"]
    assert buttons(call) == {"Open Circle": settings.MINI_APP_URL}


def test_the_bookings_are_listed_the_live_ones_first_with_what_can_be_done(dilnoza, cast):
    ended = cast.request()
    Booking.objects.filter(pk=ended.pk).update(
        status="cancelled", cancelled_at=NOW, expires_at=None, cancel_note="<b>Snow</b>"
    )
    paid, approved, asked = cast.paid(), cast.approved(), cast.request()
    cast.paid(by=cast.stranger)

    [call] = dilnoza.hear(dilnoza.says("/bookings"))
    shown = buttons(call)

    first = [booking.code for booking in (asked, approved, paid)]
    assert sorted(first, key=call["text"].index) == first
    assert ended.code not in call["text"]
    assert "The agency answers by 12:00" in call["text"]
    assert "Meeting point: Tashkent, Chorsu" in call["text"]
    assert [text for text in shown if "Voucher" in text] == ["3. Voucher"]
    assert shown["2. Pay"].startswith("https://checkout.paycom.uz/")
    assert shown["1. In the app"].endswith(f"startapp={asked.code}")
    later = dilnoza.press(shown["More →"])
    assert f"<b>{ended.code}</b> – cancelled" in later["text"]
    assert "Reason: &lt;b&gt;Snow&lt;/b&gt;" in later["text"]
    assert set(buttons(later)) == {"4. In the app", "← Back"}


def test_cancelling_asks_first_says_what_comes_back_and_asks_anew_when_that_changes(
    dilnoza, cast, clock
):
    booking = cast.paid()
    [call] = dilnoza.hear(dilnoza.says("/bookings"))

    asked = dilnoza.press(buttons(call)["1. Cancel"])
    assert "Comes back: 1,000,000\xa0soʻm (100 %)" in asked["text"]
    clock.shift(timedelta(days=80))
    again = dilnoza.press(buttons(asked)["Yes, cancel it"])
    assert "(50 %)" in again["text"]
    booking.refresh_from_db()
    assert booking.status == "paid"

    done = dilnoza.press(buttons(again)["Yes, cancel it"])
    booking.refresh_from_db()
    assert (booking.status, booking.cancel_reason) == ("cancelled", "traveller")
    assert f"<b>{booking.code}</b> – cancelled" in done["text"]
    assert EventLog.objects.get(action="booking.cancelled").source == "bot"
    assert "– cancelled" in dilnoza.press(buttons(again)["Yes, cancel it"])["text"]


def test_the_voucher_comes_into_the_chat_and_with_the_news_of_the_payment(dilnoza, cast, bot_api):  # noqa: F811
    booking = cast.paid()
    deliver_events(at=NOW, handle=handle)
    rows = Notification.objects.filter(recipient=cast.traveller)
    rows.exclude(kind="booking_paid").delete()
    [call] = dilnoza.hear(dilnoza.says("/bookings"))

    sent = dilnoza.press(buttons(call)["1. Voucher"])
    assert (sent["method"], sent["name"]) == ("sendDocument", f"circle-{booking.code}.pdf")
    assert sent["document"].startswith(b"%PDF")
    bot_api.calls.clear()
    send_due(at=NOW)
    [paid] = [fields for _, fields in bot_api.calls if "is paid" in fields.get("caption", "")]
    assert paid["name"] == f"circle-{booking.code}.pdf"
    foreign = cast.paid(by=cast.stranger)
    assert "Not found" in dilnoza.press(f"voucher:{foreign.pk}")["text"]


def test_a_voucher_that_cannot_be_made_does_not_keep_the_message(cast, settings):
    booking = cast.paid()
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [], "APP_DIRS": False}]

    assert voucher_for(SimpleNamespace(booking_id=booking.pk, payload={"code": "X"})) is None
    assert voucher_for(SimpleNamespace(booking_id=cast.request().pk, payload={})) is None


# --- /notifications


def test_what_one_does_without_is_turned_off_and_on_by_a_press(dilnoza, cast):
    [call] = dilnoza.hear(dilnoza.says("/notifications"))
    shown = buttons(call)

    assert "✅ Reminder, the day before" in shown
    assert not [text for text in shown if "agency" in text or "onus" in text]
    off = dilnoza.press(shown["✅ Reminder, the day before"])
    assert "🔕 Reminder, the day before" in buttons(off)
    assert Preferences.objects.get(user=cast.traveller).muted == ["trip_tomorrow"]
    event = EventLog.objects.get(action="user.notifications_changed")
    assert (event.source, event.details["muted"]) == ("bot", ["trip_tomorrow"])
    on = dilnoza.press(buttons(off)["🔕 Reminder, the day before"])
    assert buttons(on) == shown
    always = dilnoza.press("tell-me:booking_paid:0")
    assert "always told" in always["text"]


def test_an_agencys_people_and_partners_have_their_own_kinds(talk, cast):  # noqa: F811
    User.objects.filter(pk__in=[cast.silk_manager.pk, cast.blogger.pk]).update(language="en")
    manager, madina = talk(cast.silk_manager.telegram_id), talk(cast.blogger.telegram_id)

    [call] = manager.hear(manager.says("/notifications"))
    assert "✅ Booking paid, for the agency" in buttons(call)
    [call] = madina.hear(madina.says("/notifications"))
    assert "✅ Bonus earned" in buttons(call)
    assert "✅ Booking paid, for the agency" not in buttons(call)


# --- links


def test_a_link_with_a_bookings_code_shows_it_to_its_own_people_only(dilnoza, talk, cast):  # noqa: F811
    booking = cast.request(comment="secret wish")
    people = (cast.silk_manager, cast.nomad_manager, cast.stranger)
    User.objects.filter(pk__in=[each.pk for each in people]).update(language="en")
    manager, foreign, stranger = (talk(each.telegram_id) for each in people)

    [own] = dilnoza.hear(dilnoza.says(f"/start {booking.code.lower()}"))
    assert f"<b>{booking.code}</b> – requested" in own["text"]
    assert "Cancel" in buttons(own)
    [desk] = manager.hear(manager.says(f"/start {booking.code}"))
    assert "secret wish" in desk["text"]
    assert buttons(desk)["✅ Approve"] == f"approve:{booking.pk}"
    assert buttons(desk)["Open"].endswith(f"/sales/booking/{booking.pk}/change/")
    cast.approve(booking)
    [later] = manager.hear(manager.says(f"/start {booking.code}"))
    assert list(buttons(later)) == ["Open"]
    assert "Dilnoza" in later["text"]

    for other in (foreign, stranger):
        assert other.write(f"/start {booking.code}") == other.write("/start NOSUCHCD")


def test_a_new_person_with_a_bookings_code_is_greeted_as_ever(talk, cast):  # noqa: F811
    booking = cast.request()
    olga = talk(555_000_778, "Olga", language_code="en")

    assert "Hello, Olga!" in olga.write(f"/start {booking.code}")
    user = User.objects.get(telegram_id=555_000_778)
    assert user.referred_by is None
