"""The agency's desk in Telegram: cards of waiting requests, and who is told when nobody answers."""

from datetime import timedelta

import pytest
from aiogram.filters.callback_data import CallbackQueryFilter
from constance import config
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from structlog.testing import capture_logs

from core.actor import job
from core.clock import now
from core.models import EventLog
from notifications.bot.app import DISPATCHER
from notifications.buttons import KEYBOARDS
from notifications.handlers import handle
from notifications.models import Notification, Preferences
from notifications.outbound import send_due
from notifications.rejections import REASONS
from notifications.services import escalate
from notifications.services.deliver import deliver_events
from notifications.services.desks import next_desk
from notifications.services.escalate import remind_agency, sweep_unanswered
from notifications.services.outbox import Address
from partners.models import TravelAgency, User
from sales.models import Booking, DateOffer
from sales.services.cancel import cancel_booking
from sales.services.holds import sweep_lapsed_holds
from tests import factories
from tests.factories import FIRST_DAY, LAST_DAY, NOW
from tests.notifications.talk import buttons, talk  # noqa: F401
from tests.outside.conftest import bot_api, refusal  # noqa: F401

pytestmark = pytest.mark.django_db
DESK = -4242
HALF_A_MINUTE = timedelta(seconds=31)


def work():
    """The worker comes by."""
    deliver_events(at=now(), handle=handle)
    send_due(at=now(), until=now() + timedelta(seconds=0.5))


def card(person_or_chat, booking):
    """The message that asks for the decision, as somebody has it."""
    known = {"chat_id": person_or_chat} if isinstance(person_or_chat, int) else {}
    known = known or {"recipient": person_or_chat}
    return Notification.objects.get(kind="agency_request", booking=booking, **known).message_id


def edits_of(bot_api):  # noqa: F811
    """What the messages were changed to, by their number."""
    calls = [fields for method, fields in bot_api.calls if method == "editMessageText"]
    return {int(fields["message_id"]): fields for fields in calls}


def status(booking):
    return Booking.objects.get(pk=booking.pk).status


def asks(booking):
    return [f"{verb}:{booking.pk}" for verb in ("approve", "reject", "offer")]


@pytest.fixture
def office(talk, cast):  # noqa: F811
    """Silk Road has two managers; everybody speaks English."""
    cast.timur = factories.staff(login="timur", first_name="Timur")
    factories.member(agency=cast.silk, user=cast.timur)
    User.objects.update(language="en")
    cast.chat = lambda person: talk(person.telegram_id, person.first_name)
    cast.malika = cast.chat(cast.silk_manager)
    return cast


@pytest.fixture
def nigora(office):
    """Nomad's manager, in its managers' group, whose language is Russian."""
    return office.chat(office.nomad_manager).within(DESK)


# --- a decision


def test_a_request_is_approved_by_a_tap_and_every_copy_shows_who_did(office, bot_api, clock):  # noqa: F811
    factories.booking(
        user=office.traveller,
        session=office.silk_session,
        status="cancelled",
        cancel_reason="traveller",
        cancelled_at=NOW,
    )
    been = {"date_start": FIRST_DAY.replace(year=2026), "date_end": LAST_DAY.replace(year=2026)}
    factories.booking(
        user=office.traveller,
        session=factories.session(tour=office.silk_tour, **been),
        status="paid",
        approved_at=NOW,
        paid_at=NOW,
    )
    booking = office.request(seats=2, comment="<b>window</b>", referral_code="MADINA")
    work()
    mine, his = card(office.silk_manager, booking), card(office.timur, booking)
    [asked] = bot_api.texts(office.timur.telegram_id)
    assert "Seats: 2, free: 20. Price: 2,000,000\xa0soʻm." in asked
    assert "With you before: requests 2, paid 1, cancelled by himself 1." in asked
    assert "Last trip: Chimgan, 1 June 2026 – 3 June 2026." in asked
    assert "«&lt;b&gt;window&lt;/b&gt;»" in asked
    assert "Madina" not in asked, "who brought him is not told"
    assert bot_api.texts(office.silk_owner.telegram_id) == []

    shown = office.malika.press(f"approve:{booking.pk}", mine)
    assert shown["method"] == "editMessageText"
    card_text, _nl, asks_last = asked.rpartition("\n")
    assert asks_last == "Please answer by 12:00."
    assert shown["text"] == f"{card_text}\n\n<b>✅ Approved by Malika, 11:00</b>"
    assert buttons(shown) == {"↩️ Undo": f"undo:{booking.pk}"}
    assert status(booking) == "approved"
    assert EventLog.objects.get(action="booking.approved").source == "bot"
    again = office.malika.hear(office.malika.presses(f"approve:{booking.pk}", mine))
    assert buttons(again[0]) == {"↩️ Undo": f"undo:{booking.pk}"}
    assert [call.get("text") for call in again[1:]] == [None], "nobody was quicker"

    late = office.chat(office.timur)
    edit, alert, _ = late.hear(late.presses(f"reject-why:{booking.pk}:seats", his))
    assert "Approved by Malika" in edit["text"]
    assert alert["text"] == "Too late: ✅ Approved by Malika, 11:00"
    assert status(booking) == "approved"

    bot_api.calls.clear()
    work()
    assert edits_of(bot_api) == {}, "not while it can be taken back"
    clock.shift(HALF_A_MINUTE)
    work()
    edits = edits_of(bot_api)
    assert edits.keys() == {mine, his}
    assert {edit["text"] for edit in edits.values()} == {shown["text"]}
    assert [buttons(edit) for edit in edits.values()] == [{}, {}]


def test_a_ready_reason_is_kept_in_the_travellers_language_and_read_by_each_in_his(office):
    booking = office.request()
    User.objects.filter(pk=office.traveller.pk).update(language="ru")
    work()
    mine = card(office.silk_manager, booking)

    asked = office.malika.press(f"reject:{booking.pk}", mine)
    assert "Why is it rejected?" in asked["text"]
    assert len(buttons(asked)) == len(REASONS) + 2
    kept = office.malika.press(buttons(asked)["← Back"], mine)
    assert list(buttons(kept).values()) == asks(booking)
    assert status(booking) == "requested"
    shown = office.malika.press(buttons(asked)["No seats are left."], mine)

    with override("ru"):
        reason = str(REASONS["seats"])
    assert "❌ Rejected by Malika, 11:00: No seats are left." in shown["text"]
    assert "Please answer" not in shown["text"]
    assert Booking.objects.get(pk=booking.pk).cancel_note == reason
    assert "↩️ Undo" in buttons(shown)
    late = office.malika.press(f"reject:{booking.pk}", mine)
    assert "Why is it rejected?" not in late["text"]
    User.objects.filter(pk=office.timur.pk).update(language="uz")
    Notification.objects.filter(recipient=office.timur).update(language="uz")
    deliver_events(at=now(), handle=handle)
    rows = Notification.objects.filter(kind="card_closed")
    told = {row.recipient: row.payload["outcome"] for row in rows}
    with override("uz"):
        assert told[office.timur].endswith(f"11:00: {REASONS['seats']}")
    assert told[office.silk_manager].endswith("11:00: No seats are left.")


def test_a_reason_in_own_words_is_an_answer_to_the_bots_question(office, nigora):
    booking = office.request(session=office.nomad_session)
    work()
    there = card(DESK, booking)

    kept, question, _ = nigora.hear(nigora.presses(f"reject-own:{booking.pk}", there))
    assert list(buttons(kept).values()) == asks(booking)
    assert "force_reply" in question["reply_markup"]
    assert booking.code in question["text"]
    assert f"tg://user?id={office.nomad_manager.telegram_id}" in question["text"]

    stranger = office.chat(office.silk_manager).within(DESK)
    assert stranger.hear(stranger.answers(question, "Mine now."))[0]["text"] == "Not found."
    assert nigora.hear(nigora.answers({"text": "Something else."}, "Hello?")) == []
    assert status(booking) == "requested"
    said, edited = nigora.hear(nigora.answers(question, "The <bus> broke. " + "x" * 400))

    assert "The &lt;bus&gt; broke." in said["text"]
    assert (edited["method"], edited["message_id"]) == ("editMessageText", str(there))
    assert len(buttons(edited)) == 1
    assert len(Booking.objects.get(pk=booking.pk).cancel_note) == 300
    late = nigora.hear(nigora.presses(f"reject-own:{booking.pk}", there))
    assert [call["method"] for call in late] == ["editMessageText", "answerCallbackQuery"]


def test_another_date_is_offered(office):
    booking = office.request(seats=2)
    work()
    mine = card(office.silk_manager, booking)
    none = office.malika.press(f"offer:{booking.pk}", mine)
    assert "so many free seats: 2." in none["text"]
    assert list(buttons(none)) == ["← Back"]

    week = timedelta(days=7)
    dates = {"date_start": FIRST_DAY + week, "date_end": LAST_DAY + week}
    other = factories.session(tour=office.silk_tour, price=1_200_000, capacity=5, **dates)
    factories.session(tour=office.silk_tour, capacity=1, **dates)
    asked = office.malika.press(f"offer:{booking.pk}", mine)
    [(date, sends), _back] = buttons(asked).items()
    assert date == "08–10.06 · 1,200,000\xa0soʻm · free: 5"
    factories.session(tour=office.silk_tour, price=1_200_000, capacity=5, guide="Rustam", **dates)
    alike = list(buttons(office.malika.press(f"offer:{booking.pk}", mine)))
    assert [label.split(" · ")[0] for label in alike] == [
        f"08–10.06, {other.code}",
        "08–10.06, Rustam",
        "← Back",
    ]
    shown = office.malika.press(sends, mine)

    assert DateOffer.objects.get().session == other
    assert "📅 Malika has offered another date, 11:00: 08.06.2027" in shown["text"]
    assert "↩️ Undo" in buttons(shown)


def test_who_has_no_right_is_told_so_and_changes_nothing(office, nigora):
    booking = office.request(session=office.nomad_session)
    work()
    there = card(DESK, booking)
    presses = [*asks(booking), f"reject-why:{booking.pk}:seats", f"offer-date:{booking.pk}:1"]
    presses += [f"undo:{booking.pk}", f"card:{booking.pk}", f"reject-own:{booking.pk}"]
    refused = {
        office.silk_manager: (presses, "Not found."),
        office.traveller: (presses[:2], "Your role does not allow this."),
        office.support: (presses[:2], "Your role does not allow this."),
    }

    for person, (tried, sentence) in refused.items():
        there_too = office.chat(person).within(DESK)
        for data in tried:
            alert, _ = there_too.hear(there_too.presses(data, there))
            assert (alert["method"], alert["text"]) == ("answerCallbackQuery", sentence)
    unknown = nigora.within(DESK)
    unknown.person = {"id": 999_999, "is_bot": False, "first_name": "Who", "language_code": "en"}
    assert unknown.press(f"approve:{booking.pk}")["text"].startswith("I do not know you yet.")
    assert nigora.press(f"approve:{10**17}", there)["text"] == "Not found."
    assert status(booking) == "requested"
    assert EventLog.objects.filter(object_id=booking.pk).count() == 1


# --- taking it back


def test_a_decision_is_taken_back_and_every_copy_asks_again(office, bot_api, clock):  # noqa: F811
    booking = office.request()
    work()
    mine, his = card(office.silk_manager, booking), card(office.timur, booking)
    office.malika.press(f"approve:{booking.pk}", mine)
    work()
    clock.shift(timedelta(seconds=20))

    shown = office.malika.press(f"undo:{booking.pk}", mine)
    assert status(booking) == "requested"
    assert "↩️ Malika has taken the decision back, 11:00" in shown["text"]
    assert list(buttons(shown).values()) == asks(booking)
    bot_api.calls.clear()
    work()
    clock.shift(HALF_A_MINUTE)
    work()
    edits = edits_of(bot_api)
    assert edits.keys() == {mine, his}, "and nothing of the approval"
    assert all(list(buttons(edit).values()) == asks(booking) for edit in edits.values())
    assert "approved" not in "".join(bot_api.texts(office.traveller.telegram_id))

    timur = office.chat(office.timur)
    timur.press(f"approve:{booking.pk}", his)
    clock.shift(HALF_A_MINUTE)
    assert timur.press(f"undo:{booking.pk}", his)["text"].startswith("Too late")
    bot_api.calls.clear()
    work()
    edits = edits_of(bot_api).values()
    assert ["Approved by Timur" in edit["text"] for edit in edits] == [True, True]
    assert [buttons(edit) for edit in edits] == [{}, {}]


def test_what_ends_elsewhere_closes_the_cards_too(office, clock):
    people = (office.traveller, office.second_traveller, office.stranger)
    by_staff, by_himself, by_nobody = (office.request(by=person) for person in people)
    deliver_events(at=now(), handle=handle)
    Notification.objects.update(state="sent", sent_at=NOW)
    office.approve(by_staff, by=office.silk_owner)
    cancel_booking(booking_id=by_himself.pk, by=people[1].actor("api"), at=now())
    deliver_events(at=now(), handle=handle)
    # What becomes of an approved booking later leaves its cards alone.
    cancel_booking(booking_id=by_staff.pk, by=people[0].actor("api"), at=now())
    clock.shift(timedelta(hours=1))
    sweep_lapsed_holds(at=now())
    deliver_events(at=now(), handle=handle)

    rows = Notification.objects.filter(kind="card_closed").order_by("booking", "pk")
    assert [row.payload["outcome"] for row in rows.filter(booking=by_staff)] == [
        "✅ Approved by Sherzod, 11:00"
    ] * 2
    assert [row.payload["outcome"] for row in rows.filter(booking=by_himself)] == [
        "🚫 Cancelled by the traveller, 11:00"
    ] * 2
    assert [row.payload["outcome"] for row in rows.filter(booking=by_nobody)] == [
        "⌛ Nobody has answered in time"
    ] * 2


def test_a_copy_that_the_outbox_does_not_know_is_closed_with_the_others(office):
    booking = office.request()
    assert "Approved" in office.malika.press(f"approve:{booking.pk}", 77_777)["text"]
    deliver_events(at=now(), handle=handle)

    assert Notification.objects.get(kind="card_closed").edits.message_id == 77_777


# --- who is asked


def quiet(person, first="10:00", last="12:00"):
    Preferences.objects.create(user=person, quiet_from=first, quiet_to=last)


def told(kind="agency_request"):
    deliver_events(at=now(), handle=handle)
    rows = Notification.objects.filter(kind=kind).order_by("recipient_id")
    found = [row.recipient or row.chat_id for row in rows]
    rows.update(kind="announcement")
    return found


def test_managers_are_asked_then_owners_and_who_sleeps_is_passed_over(office):
    managers = [office.silk_manager, office.timur]
    office.request()
    assert told() == managers
    quiet(office.timur)
    office.request()
    assert told() == [office.silk_manager]
    quiet(office.silk_manager)
    office.request()
    assert told() == [office.silk_owner]
    quiet(office.silk_owner)
    office.request()
    assert told() == managers, "all of them, without a sound"
    User.objects.filter(pk__in=[each.pk for each in managers]).update(is_reachable=False)
    office.request()
    assert told() == [office.silk_owner]


def test_a_request_that_nobody_answers_goes_on_to_the_next_and_to_the_platform(office, clock):
    mine = office.request()
    theirs = office.request(session=office.nomad_session)
    decided = office.approved()
    deliver_events(at=now(), handle=handle)

    clock.shift(timedelta(minutes=39))
    assert sweep_unanswered(at=now()) == 0
    clock.shift(timedelta(minutes=1))
    assert (sweep_unanswered(at=now()), sweep_unanswered(at=now())) == (2, 0)
    assert remind_agency(booking_id=mine.pk, by=job(), at=now()) == 0, "another worker's sweep"
    assert remind_agency(booking_id=decided.pk, by=job(), at=now()) == 0
    rows = Notification.objects.filter(kind="request_waits")
    owners = {row.recipient for row in rows.filter(booking=mine)}
    assert owners == {office.silk_owner}, "the managers know"
    people = {row.recipient for row in rows.filter(booking=theirs)}
    assert people == {office.nomad_owner, office.nomad_manager}, "only their chat knew"
    clock.shift(timedelta(minutes=10))
    assert (sweep_unanswered(at=now()), sweep_unanswered(at=now())) == (2, 0)
    rows = Notification.objects.filter(kind="request_waits_platform", booking=mine)
    assert {row.recipient for row in rows} == {office.support, office.admin}
    assert not Notification.objects.filter(
        kind__startswith="request_waits", booking=decided
    ).exists()

    office.approve(mine)
    deliver_events(at=now(), handle=handle)
    # Two managers, the owner, support and an admin: nothing of it had left yet.
    asked = Notification.objects.cards(f"booking:{mine.pk}")
    assert [row.state for row in asked] == ["dropped"] * 5


def test_a_short_hour_leaves_half_of_it_to_whom_was_asked_first(office, clock):
    config.HOLD_MINUTES = 12
    config.PLATFORM_CHAT_ID = -900
    office.silk_manager.memberships.update(is_active=False)
    User.objects.filter(pk=office.silk_owner.pk).update(is_reachable=False)
    booking = office.request()
    counts = []
    for _minute in range(11):
        deliver_events(at=now(), handle=handle)
        sweep_unanswered(at=now())
        counts.append(Notification.objects.cards(f"booking:{booking.pk}").count())
        clock.shift(timedelta(minutes=1))

    assert counts == [1] * 6 + [2] * 3 + [3] * 2
    again = Notification.objects.get(kind="request_waits")
    assert again.recipient == office.timur, "there is nobody else"
    assert Notification.objects.get(kind="request_waits_platform").chat_id == -900


def test_a_request_that_cannot_be_told_of_holds_up_no_other(office, clock, monkeypatch):
    bad, good = office.request(), office.request(by=office.second_traveller)
    clock.shift(timedelta(minutes=55))

    # The first is refused by PostgreSQL itself, which spoils the transaction it comes in.
    desks = iter([[Address(None, 10**30, "ru")]])
    monkeypatch.setattr(escalate, "next_desk", lambda *of: next(desks, None) or next_desk(*of))
    # As it was saved before there were bounds: nobody of the platform can be told.
    config.PLATFORM_CHAT_ID = 10**30

    with capture_logs() as logs:
        told = sweep_unanswered(at=now())

    reminded = Notification.objects.filter(kind="request_waits")
    assert (told, {row.booking for row in reminded}) == (1, {good})
    failed = [(each["booking"], each["log_level"]) for each in logs]
    assert failed == [(bad.pk, "error"), (bad.pk, "error"), (good.pk, "error")]


def test_the_sweep_asks_the_same_however_many_wait(office, clock):
    def count():
        with CaptureQueriesContext(connection) as queries:
            sweep_unanswered(at=now())
        return len(queries)

    office.request()
    clock.shift(timedelta(minutes=55))
    sweep_unanswered(at=now())
    one = count()
    for person in (office.second_traveller, office.stranger):
        office.request(by=person, at=NOW)
    sweep_unanswered(at=now())

    assert count() == one <= 6


# --- /pending


def test_pending_shows_the_agencys_requests_as_cards_that_are_closed_too(office, bot_api, clock):  # noqa: F811
    assert office.malika.write("/pending") == "No request waits. Well done!"
    assert "agencies' managers" in office.chat(office.traveller).write("/pending")
    later = office.request(at=NOW + timedelta(minutes=5))
    first = office.request(by=office.stranger)
    office.request(session=office.nomad_session)

    title, one, two = office.malika.hear(office.malika.says("/pending"))
    assert title["text"] == "Requests that wait for an answer: 2"
    assert one["text"].startswith("<b>⏳ Minutes left: 60</b>\n")
    assert [list(buttons(each).values()) for each in (one, two)] == [asks(first), asks(later)]
    kept = Notification.objects.get(kind="agency_request", booking=first)
    assert (kept.state, kept.recipient) == ("sent", office.silk_manager)
    clock.shift(timedelta(minutes=2))
    office.approve(first, at=now())
    clock.shift(HALF_A_MINUTE)
    bot_api.calls.clear()
    work()
    edits = edits_of(bot_api)
    assert "Approved by Malika" in edits[kept.message_id]["text"]

    for _ in range(5):
        office.request(by=factories.user(), at=now())
    title, *cards = office.malika.hear(office.malika.says("/pending"))
    assert len(cards) == 5
    assert "/admin/sales/bookingrequest/" in "".join(buttons(title).values())


def test_pending_in_a_group_shows_what_is_that_desks(office, nigora):
    factories.member(agency=office.silk, user=office.nomad_manager)
    office.request()
    theirs = office.request(session=office.nomad_session)

    _title, only = nigora.hear(nigora.says("/pending"))
    assert list(buttons(only).values()) == asks(theirs)
    elsewhere = nigora.within(-1)
    assert elsewhere.write("/pending") == "This group is no agency's desk. Ask me in private."


# --- /quiet


def test_quiet_hours_are_chosen_or_written(office):
    malika, her = office.malika, office.silk_manager
    [asked] = malika.hear(malika.says("/quiet"))
    assert "You have no quiet hours." in asked["text"]

    assert "22:00–08:00" in malika.press(buttons(asked)["22:00–08:00"])["text"]
    assert "<b>21:30–08:05</b>" in malika.write("/quiet 21:30 - 8:05")
    for junk in ("21:30", "25-8", "late", "8-8:61"):
        assert malika.write(f"/quiet {junk}").startswith("Write the hours like this")
    assert "different times" in malika.write("/quiet 8-08:00")
    assert Preferences.objects.get(user=her).quiet_hours == "21:30–08:05"
    off = malika.press("quiet:off")
    assert "no quiet hours" in off["text"]
    assert "quiet:off" not in buttons(off).values()
    assert "colleague" in off["text"]
    assert "colleague" not in office.chat(office.traveller).write("/quiet")
    assert EventLog.objects.filter(action="user.notifications_changed").count() == 3


# --- /desk


def test_an_owner_makes_a_group_the_desk_and_ends_it(office):
    booking = office.request()
    deliver_events(at=now(), handle=handle)
    sherzod = office.chat(office.silk_owner)
    assert "add me to the group" in sherzod.write("/desk")
    group = sherzod.within(-77)
    manager = office.malika.within(-77)

    assert manager.write("/desk") == "Your role does not allow this."
    assert "Requests to Silk Road Travel arrive here now" in group.write("/desk")
    office.silk.refresh_from_db()
    assert office.silk.manager_chat_id == -77
    deliver_events(at=now(), handle=handle)
    waiting = Notification.objects.filter(booking=booking, chat_id=-77)
    assert [row.kind for row in waiting] == ["agency_request"], "what waits is asked here too"
    assert "none of your agencies" in manager.write("/desk_off")
    assert "Silk Road Travel: requests go" in group.write("/desk_off")
    office.silk.refresh_from_db()
    assert office.silk.manager_chat_id is None
    actions = EventLog.objects.filter(action__startswith="agency.").values_list("action", flat=True)
    assert sorted(actions) == ["agency.chat_set", "agency.chat_unset"]


def test_who_has_several_agencies_is_asked_which_and_the_press_is_checked(office):
    factories.member(agency=office.swift, user=office.silk_owner, role="owner")
    factories.member(agency=office.nomad, user=office.silk_owner, role="manager")
    group = office.chat(office.silk_owner).within(-77)
    [asked] = group.hear(group.says("/desk"))
    assert list(buttons(asked)) == ["Silk Road Travel", "Swift Trips"]

    forged = group.press(f"desk:{office.nomad.pk}")
    other = office.chat(office.nomad_owner).within(-77).press(f"desk:{office.swift.pk}")
    assert forged["text"] == other["text"] == "Not found."
    group.press(f"desk:{office.swift.pk}")
    factories.tour_chat(session=office.silk_session, chat_id=-78)
    tour = office.chat(office.silk_owner).within(-78)
    assert "travellers would read" in tour.press(f"desk:{office.silk.pk}")["text"]

    desks = TravelAgency.objects.order_by("pk").values_list("name", "manager_chat_id")
    assert list(desks) == [("Silk Road Travel", None), ("Nomad Tours", DESK), ("Swift Trips", -77)]


def test_a_desk_that_puts_the_bot_out_is_one_no_longer(office, bot_api):  # noqa: F811
    bot_api.answer(DESK, refusal(403, "Forbidden: bot was kicked from the supergroup chat"))
    booking = office.request(session=office.nomad_session)
    work()
    work()

    office.nomad.refresh_from_db()
    assert office.nomad.manager_chat_id is None
    assert EventLog.objects.get(action="agency.chat_lost").source == "job"
    [asked] = bot_api.texts(office.nomad_manager.telegram_id)
    assert booking.code in asked, "what the group did not hear"


# --- buttons


def test_every_button_of_the_outbox_is_read_by_a_router():
    payload = dict.fromkeys(("booking", "offer", "withdrawal", "payout", "member"), 12)
    payload |= {"url": "https://x", "pay_url": "https://x", "price": "1", "asks": "request_waits"}
    sent = {
        button.press
        for kind, make in KEYBOARDS.items()
        for row in make(payload)
        for button in row
        if button.press
    }
    known = [
        part.callback.callback_data
        for router in DISPATCHER.chain_tail
        for handler in router.callback_query.handlers
        for part in handler.filters or ()
        if isinstance(part.callback, CallbackQueryFilter)
    ]

    by_prefix = {each.__prefix__: each for each in known}
    assert len(by_prefix) == len(known), "a prefix is one router's"
    for data in sent:
        assert len(data.encode()) <= 64
        assert by_prefix[data.partition(":")[0]].unpack(data).pack() == data
