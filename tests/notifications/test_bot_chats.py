"""A tour's chat: who may bind it, who is let in and taken out, and the roll-call in it."""

from datetime import timedelta

import pytest
from constance import config
from constance.test import override_config

from catalog.models import TourChat
from catalog.services.chats import bind_chat, lose_chat, restore_chat, unbind_chat
from core.actor import job
from core.clock import now
from core.models import EventLog
from notifications.handlers import handle
from notifications.models import ChatMember, Notification
from notifications.outbound import send_due
from notifications.services.deliver import deliver_events
from notifications.states import Kind
from partners.models import User
from sales.models import BookingTraveller
from sales.services.cancel import cancel_booking
from tests import factories
from tests.factories import FIRST_DAY, NOW
from tests.notifications.group import (
    KICKED,
    LEFT,
    MEMBER,
    Group,
    administrator,
    in_private,
    link,
)
from tests.notifications.talk import buttons, talk  # noqa: F401
from tests.outside.conftest import bot_api, refusal  # noqa: F401

pytestmark = pytest.mark.django_db
GROUP, OTHER = -1_005_550_001, -1_005_550_002


@pytest.fixture
def group(talk, bot_api):  # noqa: F811
    """A group in which the bot is an administrator."""
    bot_api.results["getChatMember"] = administrator()
    for method in ("createChatInviteLink", "revokeChatInviteLink"):
        bot_api.results[method] = link("https://t.me/+first")
    return Group(talk, GROUP)


@pytest.fixture
def malika(cast, group):
    """Silk Road's manager, speaking in the group."""
    return group.voice(cast.silk_manager.telegram_id)


@pytest.fixture
def chat(cast):
    return factories.tour_chat(session=cast.silk_session, chat_id=GROUP, title="Чимган, июнь")


def tell():
    deliver_events(at=NOW, handle=handle)


def send():
    """What is owed to the chat's people; the rest is another test's."""
    Notification.objects.exclude(kind__in=(Kind.CHAT_INVITATION, Kind.CHAT_REMOVAL)).delete()
    send_due(at=now())


def rows(kind):
    found = Notification.objects.filter(kind=kind).order_by("pk")
    return [(row.recipient_id or row.chat_id, row.state) for row in found]


def state_of(user):
    return ChatMember.objects.get(user=user).state


def cancelled(cast, booking, at=NOW):
    by = cast.silk_manager.actor("admin")
    cancel_booking(booking_id=booking.pk, reason="Snow.", by=by, at=at)


# --- binding


def test_a_manager_puts_the_bot_in_and_names_one_of_his_coming_dates(cast, group, malika):
    taken = factories.session(
        tour=cast.silk_tour,
        date_start=FIRST_DAY + timedelta(days=9),
        date_end=FIRST_DAY + timedelta(days=9),
    )
    factories.tour_chat(session=taken)
    factories.session(tour=cast.silk_tour, status="cancelled")

    [welcome] = group.bot_is(MEMBER, by=cast.silk_manager.telegram_id)

    assert welcome["chat_id"] == str(GROUP)
    assert list(buttons(welcome).values()) == [f"bind:{cast.silk_session.pk}"]
    malika.api.results["getChatMember"] = MEMBER
    [_look, missing, _answer] = malika.hear(malika.presses(f"bind:{cast.silk_session.pk}"))
    assert list(buttons(missing).values()) == [f"bind:{cast.silk_session.pk}"]
    malika.api.results["getChatMember"] = administrator(restricts=False)
    malika.hear(malika.presses(f"bind:{cast.silk_session.pk}"))
    assert not TourChat.objects.filter(chat_id=GROUP).exists()

    malika.api.results["getChatMember"] = administrator()
    [_look, bound, _answer] = malika.hear(malika.presses(f"bind:{cast.silk_session.pk}"))
    malika.hear(malika.presses(f"bind:{cast.silk_session.pk}"))

    assert bound["method"] == "editMessageText"
    chat = TourChat.objects.get(chat_id=GROUP)
    assert (chat.session, chat.bound_by, chat.title) == (
        cast.silk_session,
        cast.silk_manager,
        "Чимган, июнь",
    )
    event = EventLog.objects.get(action="chat.bound")
    assert (event.source, event.agency_id) == ("bot", cast.silk.pk)


def test_only_who_may_binds_and_only_his_own_agencys_date(cast, group, malika, talk):  # noqa: F811
    traveller = group.voice(cast.traveller.telegram_id)
    rival = group.voice(cast.nomad_manager.telegram_id)
    unknown = group.voice(1)
    session = cast.silk_session

    for voice in (traveller, rival, unknown):
        calls = voice.hear(voice.presses(f"bind:{session.pk}"))
        assert calls[-2]["method"] == "answerCallbackQuery"
        assert calls[-2]["show_alert"] == "true"
    assert unknown.hear(unknown.says("/start s-" + session.code)) != []
    rival.hear(rival.says(f"/start s-{session.code}"))
    assert "sendMessage" in {call["method"] for call in traveller.hear(traveller.says("/bind"))}
    assert not TourChat.objects.exists()

    malika.hear(malika.says(f"/start s-{session.code}"))

    assert TourChat.objects.get().session == session
    assert group.bot_is(MEMBER, by=1)[0]["method"] == "sendMessage"
    assert "reply_markup" not in Group(talk, OTHER).bot_is(MEMBER, by=1)[0]


def test_what_cannot_be_bound_says_why(cast, group, malika, chat, settings):
    past = factories.session(tour=cast.silk_tour, status="completed")
    free = factories.session(tour=cast.silk_tour)
    other = Group(group.talk, OTHER).voice(cast.silk_manager.telegram_id)
    desk = Group(group.talk, -4242).voice(cast.nomad_manager.telegram_id)

    def alert(voice, session):
        *_, answer, _spinner = voice.hear(voice.presses(f"bind:{session.pk}"))
        return answer.get("text", "")

    assert "Чимган, июнь" in alert(other, cast.silk_session)
    assert str(cast.silk_session) in alert(malika, free)
    assert alert(other, past)
    assert cast.nomad.name in alert(desk, cast.nomad_session)
    assert list(TourChat.objects.all()) == [chat]


def test_a_group_that_was_let_go_is_free_for_another_date_and_the_date_for_another_group(
    cast, group, malika, chat
):
    traveller = group.voice(cast.traveller.telegram_id)
    free = factories.session(tour=cast.silk_tour)
    [asked] = malika.hear(malika.says("/unbind"))
    assert buttons(asked) == {"Да, отвязать": f"unbind:{chat.pk}"} or len(buttons(asked)) == 1
    assert traveller.hear(traveller.presses(f"unbind:{chat.pk}"))[0]["show_alert"] == "true"
    chat.refresh_from_db()
    assert chat.status == "bound"

    malika.press(f"unbind:{chat.pk}")
    malika.press(f"unbind:{chat.pk}")
    malika.hear(malika.presses(f"bind:{free.pk}"))
    other = Group(group.talk, OTHER).voice(cast.silk_manager.telegram_id)
    other.hear(other.presses(f"bind:{cast.silk_session.pk}"))

    chat.refresh_from_db()
    assert chat.status == "closed"
    standing = TourChat.objects.standing()
    assert standing.get(chat_id=GROUP).session == free
    assert standing.get(chat_id=OTHER).session == cast.silk_session
    assert EventLog.objects.filter(action="chat.unbound").count() == 1


def test_many_dates_are_turned_over(cast, malika):
    for _ in range(8):
        factories.session(tour=cast.silk_tour)

    [first] = malika.hear(malika.says("/bind"))
    second = malika.press("bind-dates:1")

    assert len(buttons(first)) <= 9
    assert "bind-dates:1" in buttons(first).values()
    assert "bind-dates:0" in buttons(second).values()


def test_the_bot_is_put_out_and_comes_back(cast, group, chat):
    who = cast.silk_manager.telegram_id
    cast.paid()

    assert group.bot_is(KICKED, by=who, before=administrator()) == []
    assert group.bot_is(LEFT, by=who, before=administrator()) == []
    chat.refresh_from_db()
    assert chat.status == "lost"
    tell()
    assert rows(Kind.CHAT_INVITATION) == []
    [words] = group.bot_is(MEMBER, by=who)
    assert words is not None
    assert len(group.bot_is(administrator(), by=who, before=MEMBER)) == 1
    assert group.bot_is(administrator(), by=who, before=administrator()) == []

    chat.refresh_from_db()
    assert chat.status == "bound"
    tell()
    assert rows(Kind.CHAT_INVITATION) == [(cast.traveller.pk, "queued")]
    assert EventLog.objects.filter(action="chat.lost").count() == 1


def test_a_group_is_renamed_and_moves_to_another_id(cast, group, malika, chat):
    cast.paid()
    tell()
    stranger = group.voice(77)

    assert stranger.hear(stranger.says("", new_chat_title="Чимган!")) == []
    moved = stranger.hear(stranger.says("", migrate_to_chat_id=OTHER))

    chat.refresh_from_db()
    assert [call["method"] for call in moved] == ["getChatMember"]
    assert (chat.title, chat.chat_id, chat.status) == ("Чимган!", OTHER, "bound")
    assert Notification.objects.get(kind=Kind.CHAT_INVITATION).payload["group"] == OTHER


def test_who_blocks_the_bot_is_written_to_no_more_until_he_lets_it_in(cast, talk):  # noqa: F811
    dilnoza = cast.traveller
    waiting = factories.notification(recipient=dilnoza)

    in_private(talk, dilnoza.telegram_id, KICKED, MEMBER)
    in_private(talk, 123_456, KICKED, MEMBER)

    waiting.refresh_from_db()
    assert (waiting.state, User.objects.get(pk=dilnoza.pk).is_reachable) == ("dropped", False)
    in_private(talk, dilnoza.telegram_id, MEMBER, KICKED)
    assert User.objects.get(pk=dilnoza.pk).is_reachable


# --- travellers


def test_who_has_paid_is_invited_let_in_and_taken_out_again(
    cast,
    group,
    chat,
    bot_api,  # noqa: F811
):
    first = cast.paid()
    second = cast.paid()
    cast.approved(by=cast.second_traveller)
    dilnoza = cast.traveller
    tell()
    assert rows(Kind.CHAT_INVITATION) == [(dilnoza.pk, "queued")]
    send()

    member = ChatMember.objects.get()
    assert (member.user, member.state, member.link) == (dilnoza, "invited", "https://t.me/+first")
    [made] = [fields for method, fields in bot_api.calls if method == "createChatInviteLink"]
    assert (made["chat_id"], made["creates_join_request"]) == (str(GROUP), "true")

    for answer in (True, refusal(400, "Bad Request: USER_ALREADY_PARTICIPANT")):
        bot_api.results["approveChatJoinRequest"] = answer
        [approved] = group.asks_in(dilnoza.telegram_id)
        assert approved["method"] == "approveChatJoinRequest"
    assert state_of(dilnoza) == "joined"
    assert EventLog.objects.filter(action="booking.chat_joined").count() == 1

    cancelled(cast, first)
    tell()
    assert rows(Kind.CHAT_REMOVAL) == []
    cancelled(cast, second)
    tell()
    deliver_events(at=NOW, handle=handle)
    assert rows(Kind.CHAT_REMOVAL) == [(GROUP, "queued")]
    assert state_of(dilnoza) == "removed"
    before = len(bot_api.calls)
    send()
    calls = [call for call in bot_api.calls[before:] if call[1].get("chat_id") == str(GROUP)]
    assert [method for method, _ in calls] == [
        "banChatMember",
        "unbanChatMember",
        "revokeChatInviteLink",
    ]
    assert calls[-1][1]["invite_link"] == "https://t.me/+first"

    cast.paid()
    tell()
    assert [state for _, state in rows(Kind.CHAT_INVITATION)] == ["sent", "queued"]
    assert state_of(dilnoza) == "invited"


def test_an_invitation_that_has_not_left_is_dropped_when_the_booking_ends(cast, chat):
    booking = cast.paid()
    tell()
    cancelled(cast, booking)
    tell()

    assert rows(Kind.CHAT_INVITATION) == [(cast.traveller.pk, "dropped")]
    assert rows(Kind.CHAT_REMOVAL) == []
    assert state_of(cast.traveller) == "removed"


def test_without_telegram_or_behind_a_block_nothing_fails(cast, group, chat):
    User.objects.filter(pk=cast.traveller.pk).update(is_reachable=False)
    booking = cast.paid()
    tell()
    assert rows(Kind.CHAT_INVITATION) == []
    assert state_of(cast.traveller) == "invited"
    assert group.asks_in(cast.traveller.telegram_id)[0]["method"] == "approveChatJoinRequest"
    User.objects.filter(pk=cast.traveller.pk).update(telegram_id=None, login="web")
    cancelled(cast, booking)
    tell()

    assert rows(Kind.CHAT_REMOVAL) == []


def test_nobody_else_is_let_in_and_who_asked_learns_why(cast, group, chat, bot_api):  # noqa: F811
    cast.paid(by=cast.second_traveller, session=cast.nomad_session)
    cast.approved(by=cast.traveller)

    for person in (cast.second_traveller, cast.traveller, cast.nomad_manager):
        declined, told = group.asks_in(person.telegram_id)
        assert declined["method"] == "declineChatJoinRequest"
        assert (told["method"], told["chat_id"]) == ("sendMessage", str(person.telegram_id))
        assert "Чимган, июнь" in told["text"]
    assert [call["method"] for call in group.asks_in(99, language_code="en")] == [
        "declineChatJoinRequest",
        "sendMessage",
    ]
    bot_api.answer(98, refusal(403, "Forbidden: bot can't initiate conversation with a user"))
    assert group.asks_in(98)[0]["method"] == "declineChatJoinRequest"
    bot_api.results["declineChatJoinRequest"] = refusal(400, "Bad Request: HIDE_REQUESTER_MISSING")
    assert len(group.asks_in(98)) == 1
    assert not ChatMember.objects.exists()

    assert group.asks_in(cast.silk_owner.telegram_id)[0]["method"] == "approveChatJoinRequest"
    assert Group(group.talk, OTHER).asks_in(cast.traveller.telegram_id) == []
    assert not ChatMember.objects.exists()


def test_a_group_that_shuts_the_bot_out_is_lost_and_not_its_reader(
    cast,
    chat,
    bot_api,  # noqa: F811
):
    bot_api.results["createChatInviteLink"] = refusal(403, "Forbidden: bot was kicked")
    cast.paid()
    tell()
    send()

    chat.refresh_from_db()
    assert chat.status == "lost"
    assert rows(Kind.CHAT_INVITATION) == [(cast.traveller.pk, "failed")]
    assert User.objects.get(pk=cast.traveller.pk).is_reachable


# --- the roll-call


def test_the_roll_call_marks_who_is_there(cast, group, malika, chat, clock):
    cast.paid(seats=2)
    seat, other = BookingTraveller.objects.order_by("pk")
    seat.first_name, seat.last_name = "Dilnoza", "Karimova"
    seat.save()
    session = cast.silk_session

    [early] = malika.hear(malika.says("/rollcall"))
    assert "31.05.2027" in early["text"]
    assert "\n☐ Dilnoza K." in early["text"]
    assert list(buttons(early).values()) == [f"roll:{session.pk}:0"]
    press = f"mark:{seat.pk}:{session.pk}:0:1"
    again, alert, _spinner = malika.hear(malika.presses(press))
    assert again["text"] == early["text"]
    assert alert["show_alert"] == "true"
    assert not BookingTraveller.objects.filter(checked_in_at__isnull=False).exists()

    clock.move_to(NOW.replace(month=6, day=1))
    shown = malika.press(press)
    malika.press(press)

    assert buttons(shown)["✅ Dilnoza K."] == f"mark:{seat.pk}:{session.pk}:0:0"
    seat.refresh_from_db()
    assert seat.checked_in_by == cast.silk_manager
    assert EventLog.objects.filter(action="booking.checked_in").count() == 1
    for person in (cast.traveller, cast.nomad_manager):
        voice = group.voice(person.telegram_id)
        assert voice.press(f"mark:{other.pk}:{session.pk}:0:1")["show_alert"] == "true"
        assert voice.press(f"roll:{session.pk}:0")["show_alert"] == "true"
        assert "reply_markup" not in voice.hear(voice.says("/rollcall"))[0]
    malika.press(f"mark:{seat.pk}:{session.pk}:0:0")
    assert not BookingTraveller.objects.filter(checked_in_at__isnull=False).exists()
    seat.booking.session = session
    cancelled(cast, seat.booking)
    gone, alert, _spinner = malika.hear(malika.presses(press))
    assert list(buttons(gone).values()) == [f"roll:{session.pk}:0"]
    assert seat.booking.code in alert["text"]


def test_the_roll_call_in_private_is_of_the_dates_of_today_and_tomorrow(cast, talk, clock):  # noqa: F811
    malika = talk(cast.silk_manager.telegram_id)
    dilnoza = talk(cast.traveller.telegram_id)
    [none] = malika.hear(malika.says("/rollcall"))
    assert "reply_markup" not in none
    clock.move_to(NOW.replace(month=5, day=31))
    cast.paid(seats=2, at=NOW)

    [one] = malika.hear(malika.says("/rollcall"))
    second = factories.session(tour=factories.tour(agency=cast.silk))
    [two] = malika.hear(malika.says("/rollcall"))

    assert len(buttons(one)) == 3
    assert next(iter(buttons(two))).startswith("01–03.06 · ")
    assert list(buttons(two).values()) == [
        f"roll:{session.pk}:0" for session in (cast.silk_session, second)
    ]
    assert "reply_markup" not in dilnoza.hear(dilnoza.says("/rollcall"))[0]


def test_a_long_list_is_turned_over(cast, malika, chat, clock):
    cast.paid(seats=20, at=NOW)
    clock.move_to(NOW.replace(month=6, day=1))
    [one] = malika.hear(malika.says("/rollcall"))
    assert len(buttons(one)) == 21
    session = factories.session(tour=cast.silk_tour, capacity=40)
    cast.paid(seats=20, session=session, at=NOW)
    cast.paid(seats=1, session=session, at=NOW)

    last = malika.press(f"roll:{session.pk}:9")

    assert list(buttons(last).values())[1:] == [f"roll:{session.pk}:0", f"roll:{session.pk}:1"]


# --- what goes otherwise than it should


def a_paid_seat(session, user):
    """Without the events of its way there."""
    times = {"approved_at": NOW, "paid_at": NOW}
    return factories.booking(session=session, user=user, status="paid", **times)


def failed(kind):
    row = Notification.objects.filter(kind=kind).latest("pk")
    Notification.objects.filter(pk=row.pk).update(state="failed", last_error="Bad Gateway")
    return row


def test_what_failed_is_tried_again_only_while_it_is_right(cast, chat):
    booking = cast.paid()
    tell()
    ChatMember.objects.update(state="joined", joined_at=NOW, link="https://t.me/+his")
    failed(Kind.CHAT_INVITATION)
    cancelled(cast, booking)
    tell()
    assert rows(Kind.CHAT_INVITATION) == [(cast.traveller.pk, "dropped")]

    # He is inside still when the bot is back.
    first = failed(Kind.CHAT_REMOVAL)
    for _ in range(2):
        lose_chat(chat_id=GROUP, by=job(), at=NOW)
        tell()
        restore_chat(chat_id=GROUP, by=job(), at=NOW)
        tell()
    assert rows(Kind.CHAT_REMOVAL) == [(GROUP, "dropped"), (GROUP, "queued")]
    assert Notification.objects.latest("pk").payload == first.payload

    failed(Kind.CHAT_REMOVAL)
    booking = cast.paid()
    tell()
    assert [state for _, state in rows(Kind.CHAT_REMOVAL)] == ["dropped", "dropped"]
    assert rows(Kind.CHAT_INVITATION)[1:] == [(cast.traveller.pk, "queued")]
    # And nobody ever took him out.
    cancelled(cast, booking)
    tell()
    assert rows(Kind.CHAT_REMOVAL)[2:] == [(GROUP, "queued")]


def test_who_had_blocked_the_bot_gets_his_ways_in_when_he_is_back(cast, talk, chat):  # noqa: F811
    dilnoza = cast.traveller
    second = factories.session(tour=cast.silk_tour)
    past = factories.session(tour=cast.silk_tour, status="completed")
    for each in (past, second):
        factories.tour_chat(session=each)
    for each in (past, second, cast.silk_session):
        a_paid_seat(each, dilnoza)
    User.objects.filter(pk=dilnoza.pk).update(is_reachable=False)

    for _ in range(2):
        in_private(talk, dilnoza.telegram_id, MEMBER, KICKED)
        tell()

    assert rows(Kind.CHAT_INVITATION) == [(dilnoza.pk, "queued")] * 2
    handle(EventLog.objects.get(action="user.reachable_again"))
    assert len(rows(Kind.CHAT_INVITATION)) == 2


def test_who_is_put_out_of_a_staff_chat_or_put_into_an_office_says_nothing(cast, group):
    who = cast.silk_manager.telegram_id
    desk = Group(group.talk, cast.nomad.manager_chat_id)
    with override_config(ACCOUNTANTS_CHAT_ID=GROUP):
        assert [each.bot_is(MEMBER, by=who) for each in (group, desk)] == [[], []]

        group.bot_is(KICKED, by=who, before=MEMBER)

        assert config.ACCOUNTANTS_CHAT_ID == 0
    assert len(group.bot_is(MEMBER, by=who)) == 1


def test_another_group_in_place_of_a_lost_one_lets_that_go(cast, chat):
    cast.paid()
    tell()
    lose_chat(chat_id=GROUP, by=job(), at=NOW)
    by = cast.silk_manager.actor("bot")
    bind_chat(session_id=cast.silk_session.pk, chat_id=OTHER, title="New", by=by, at=NOW)
    tell()

    unbound = EventLog.objects.get(action="chat.unbound")
    assert (unbound.object_id, unbound.details["title"]) == (chat.pk, "Чимган, июнь")
    assert [state for _, state in rows(Kind.CHAT_INVITATION)] == ["dropped", "queued"]


def test_in_a_group_that_has_become_another_no_old_message_is_changed(bot_api):  # noqa: F811
    old = factories.notification(chat_id=GROUP, recipient=None, state="sent", sent_at=NOW)
    Notification.objects.update(message_id=5)
    edits = [factories.notification(chat_id=GROUP, recipient=None, edits=old) for _ in range(2)]
    other = factories.notification(chat_id=GROUP, recipient=None)
    moved = refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=OTHER)
    bot_api.answer(GROUP, moved)

    send_due(at=NOW)

    why = "The group has become another, where this message is not."
    for edit in edits:
        edit.refresh_from_db()
        assert (edit.state, edit.last_error) == ("dropped", why)
    other.refresh_from_db()
    assert (other.state, other.chat_id) == ("queued", OTHER)


def test_who_comes_and_goes_without_asking_is_noticed(cast, group, chat):
    dilnoza = cast.traveller
    booking = a_paid_seat(chat.session, dilnoza)
    for person in (dilnoza.telegram_id, cast.silk_owner.telegram_id, 99):
        assert group.person_is(person, "member", before="left") == []
    assert [(m.user, m.state) for m in ChatMember.objects.all()] == [(dilnoza, "joined")]

    for person in (dilnoza.telegram_id, cast.silk_owner.telegram_id, 99):
        assert group.person_is(person, "left", before="member") == []
    group.person_is(dilnoza.telegram_id, "kicked", before="member", until_date=0)

    assert [(m.user, m.state) for m in ChatMember.objects.all()] == [(dilnoza, "left")]
    assert EventLog.objects.get(action="booking.chat_left").object_id == booking.pk
    assert group.asks_in(dilnoza.telegram_id)[0]["method"] == "approveChatJoinRequest"
    assert state_of(dilnoza) == "joined"


def test_who_asks_into_a_group_that_was_let_go_learns_why(cast, group, chat):
    a_paid_seat(chat.session, cast.traveller)
    unbind_chat(tour_chat_id=chat.pk, by=cast.silk_manager.actor("bot"), at=NOW)
    ours = link("https://t.me/+first")
    theirs = ours | {"creator": {"id": 5, "is_bot": False, "first_name": "Guide"}}

    declined, told = group.asks_in(cast.traveller.telegram_id, by_link=ours)

    assert declined["method"] == "declineChatJoinRequest"
    assert (told["method"], "Чимган, июнь" in told["text"]) == ("sendMessage", True)
    assert group.asks_in(cast.traveller.telegram_id, by_link=theirs) == []
    assert not ChatMember.objects.exists()
