"""What has become untrue before its turn is not said; nor does one message keep the others back."""

from datetime import timedelta

import pytest
from constance import config
from constance.test import override_config

from core.models import EventDelivery, EventLog
from notifications.handlers import handle
from notifications.models import WHOLE_BOT, ChatPace, Notification
from notifications.outbound import GIVE_UP_AFTER, LONGEST_PAUSE, send_due
from notifications.services.deliver import deliver_events
from notifications.services.retry import NotFailed, retry_message
from notifications.states import Kind
from partners.models import AgencyMember
from sales.services.cancel import cancel_booking
from sales.services.offer_date import offer_date, take_offer
from tests import factories
from tests.factories import NOW
from tests.notifications.talk import bot_api  # noqa: F401
from tests.outside.conftest import refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("waiting_moves_the_clock")]

GROUP = -100_500
HALF_AN_HOUR = timedelta(minutes=30)


def told(row) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.last_error


def tell():
    deliver_events(at=NOW + HALF_AN_HOUR, handle=handle)


def test_nobody_is_asked_to_pay_what_he_has_paid_though_the_approval_is_told_late(bot_api, cast):  # noqa: F811
    booking = cast.paid()
    approval = EventLog.objects.get(action="booking.approved", object_id=booking.pk)
    late = EventDelivery.objects.filter(event=approval)
    late.update(next_attempt_at=NOW + timedelta(days=1))
    tell()
    late.update(next_attempt_at=NOW)
    tell()

    send_due(at=NOW, until=NOW + timedelta(minutes=2))

    [row] = Notification.objects.filter(kind=Kind.BOOKING_APPROVED)
    assert told(row) == ("dropped", "It was paid before this could be sent.")
    assert Notification.objects.get(kind=Kind.BOOKING_PAID).state == "sent"


def test_who_took_the_other_date_is_not_offered_it(cast):
    other = factories.session(tour=cast.silk_tour, price=500_000)
    by = cast.silk_manager.actor("bot")
    asked = cast.request()
    offered = offer_date(booking_id=asked.pk, session_id=other.pk, by=by, at=NOW)
    tell()
    take_offer(offer_id=offered.pk, by=cast.traveller.actor("api"), at=NOW)
    tell()

    [row] = Notification.objects.filter(kind=Kind.DATE_OFFERED)
    assert told(row) == ("dropped", "The other date was taken before this could be sent.")


@pytest.mark.parametrize(("who", "hears"), [("admin", True), ("silk_manager", False)])
def test_the_agency_hears_of_an_end_that_is_not_its_own_doing(cast, who, hears):
    by = getattr(cast, who).actor("admin")
    cancel_booking(booking_id=cast.paid().pk, by=by, at=NOW, reason="no bus")
    tell()

    assert Notification.objects.filter(kind=Kind.AGENCY_CANCELLED).exists() is hears


def test_a_question_that_was_answered_is_asked_nobody_again(bot_api, cast):  # noqa: F811
    cast.request()
    tell()
    cards = Notification.objects.filter(kind=Kind.AGENCY_REQUEST)
    for card in cards:
        bot_api.answer(card.chat_id, refusal(400, "Bad Request: chat is deactivated"))
    send_due(at=NOW)
    assert {card.state for card in cards.all()} == {"failed"}

    booking = cards[0].booking
    cancel_booking(booking_id=booking.pk, by=cast.traveller.actor("api"), at=NOW, reason="")
    tell()

    assert told(cards[0]) == ("dropped", "It was decided before this could be sent.")
    with pytest.raises(NotFailed):
        retry_message(message_id=cards[0].pk, by=cast.admin.actor("admin"), at=NOW)


def test_who_left_the_agency_or_circle_is_not_asked(bot_api, cast):  # noqa: F811
    cast.request()
    tell()
    [card] = Notification.objects.filter(kind=Kind.AGENCY_REQUEST)
    [hello] = Notification.objects.filter(kind=Kind.BOOKING_REQUESTED)
    AgencyMember.objects.filter(user=card.recipient).update(is_active=False)
    type(hello.recipient).objects.filter(pk=hello.recipient_id).update(is_active=False)

    send_due(at=NOW)

    assert told(card) == ("dropped", "The person no longer works for the agency.")
    assert told(hello) == ("dropped", "The person's account is closed.")
    assert bot_api.sent == []


@pytest.mark.parametrize(
    "answer", ["Bad Request: chat not found", "Bad Request: not enough rights"]
)
def test_a_group_in_which_nothing_can_be_said_is_nobodys_any_more(bot_api, cast, answer):  # noqa: F811
    nomad = cast.nomad
    with override_config(PLATFORM_CHAT_ID=GROUP):
        for chat in (GROUP, nomad.manager_chat_id):
            bot_api.answer(chat, refusal(400, answer))
            factories.notification(chat_id=chat, recipient=None)
        send_due(at=NOW)

        assert config.PLATFORM_CHAT_ID == 0
    nomad.refresh_from_db()
    assert nomad.manager_chat_id is None


def test_a_group_that_moves_at_the_last_attempt_stops_nobody(bot_api):  # noqa: F811
    row = factories.notification(chat_id=GROUP, recipient=None, attempts=GIVE_UP_AFTER - 1)
    other = factories.notification()
    moved = refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1_007)
    bot_api.answer(GROUP, moved)

    send_due(at=NOW)
    send_due(at=NOW + HALF_AN_HOUR)

    assert told(row)[0] == "failed"
    assert told(other)[0] == "sent"


def test_a_token_that_is_none_and_a_path_that_is_wrong_are_not_the_messages_fault(
    bot_api,  # noqa: F811
    settings,
):
    rows = [factories.notification() for _ in range(2)]
    bot_api.answer(rows[0].chat_id, refusal(404, "Not Found"))
    send_due(at=NOW)
    settings.TELEGRAM_BOT_TOKEN = "typo"
    rows.append(factories.notification())
    send_due(at=NOW)

    assert [told(row)[0] for row in rows] == ["queued", "sent", "queued"]


def test_a_clock_that_ran_ahead_silences_nobody_for_long(bot_api):  # noqa: F811
    row = factories.notification()
    for chat_id in (WHOLE_BOT, row.chat_id):
        ahead = NOW + LONGEST_PAUSE + timedelta(minutes=1)
        ChatPace.objects.update_or_create(pk=chat_id, defaults={"free_at": ahead})

    send_due(at=NOW)

    assert told(row)[0] == "sent"
    assert ChatPace.objects.get(pk=WHOLE_BOT).free_at < NOW + timedelta(seconds=1)
