"""The accountants' chat: what waits for a second pair of eyes, and who may say yes to it there."""

from datetime import timedelta

import pytest
from constance import config
from constance.test import override_config
from django.db import transaction

from catalog.models import TourChat
from core.models import EventLog
from finance.queries.doubts import payout_doubts
from finance.services.payouts import cancel_payout
from finance.services.withdrawals import (
    approve_withdrawal,
    cancel_withdrawal,
    reject_withdrawal,
)
from notifications.handlers import handle
from notifications.models import Notification
from notifications.services.deliver import deliver_events
from notifications.services.reach import group_moved
from notifications.templates import render, render_message
from partners.models import TravelAgency, User
from tests import factories
from tests.factories import MILLION, NOW
from tests.finance.card_desk import HUMO, CardDesk
from tests.finance.owed import Desk, earn, with_bank
from tests.notifications.talk import buttons, talk  # noqa: F401
from tests.outside.conftest import bot_api  # noqa: F401

pytestmark = pytest.mark.django_db
CHAT = -100_777
LATER = NOW + timedelta(hours=25)


@pytest.fixture
def cards(cast) -> CardDesk:
    return CardDesk(cast)


@pytest.fixture
def silk(cast) -> TravelAgency:
    """Silk Road, with bank details and a million to be paid out."""
    earn(with_bank(cast.silk), MILLION)
    return cast.silk


@pytest.fixture
def books(talk, cast):  # noqa: F811
    """``books(person)`` is somebody in the accountants' group, or in ``group``."""
    User.objects.update(language="en")

    def enter(person, group=CHAT):
        there = talk(person.telegram_id, person.first_name)
        there.chat = {"id": group, "type": "supergroup", "title": "Books"}
        return there

    with override_config(ACCOUNTANTS_CHAT_ID=CHAT):
        yield enter


def told(kind, at=LATER):
    """Deliver what waits; the messages of a kind in the accountants' chat, marked as sent."""
    deliver_events(at=at, handle=handle)
    rows = list(Notification.objects.filter(chat_id=CHAT, kind=kind).order_by("pk"))
    for row in rows:
        if row.state == "queued":
            row.claim(until=at)
            row.mark_sent(at=at, message_id=7)
            row.save()
    return rows


def words(row):
    return render(row.kind, row.payload, "en")


# --- cards


def test_a_withdrawal_is_asked_for_in_the_chat_with_its_doubts(cast, cards, books):
    cards.approved(cast.second_traveller)
    first = cards.asked(cast.blogger)
    reject_withdrawal(withdrawal_id=first.pk, reason="x", by=cards.second, at=NOW)
    told("withdrawal_waits")
    row = cards.asked(cast.blogger, card=HUMO)
    shared = cards.asked(cast.traveller)

    new, of_others = told("withdrawal_waits", NOW)

    assert f"<b>W-{row.pk}</b> waits: 100\xa0000\xa0soʻm to card •••• 1114, Madina." in words(new)
    assert "02.03.2027 11:00" in words(new), "until then the card cools down"
    assert ": 2." in words(of_others), "so many others have asked for money to the card"
    assert (new.subject, new.payload["withdrawal"]) == (f"withdrawal:{row.pk}", row.pk)
    assert new.payload["url"].endswith(f"/admin/finance/referralpayoutrequest/{row.pk}/change/")
    assert of_others.payload["withdrawal"] == shared.pk


def test_a_payout_is_asked_for_in_the_chat_with_its_doubts(cast, silk, books):
    desk = Desk(cast)
    desk.paid(silk)
    TravelAgency.objects.filter(pk=silk.pk).update(bank_account="20208000900000000001")
    earn(silk, MILLION)
    payout = desk.create(silk)
    factories.payment_details_change(agency=silk)

    [card] = told("payout_waits")

    text = words(card)
    assert f"Payout <b>№{payout.pk}</b> waits: 1\xa0000\xa0000\xa0soʻm to Silk Road Travel" in text
    assert f"for {payout.period_start:%d.%m.%Y} – {payout.period_end:%d.%m.%Y}" in text
    assert "asked for by Aziza (" in text
    assert text.count("⚠️") == 2
    doubts = [doubt.short for doubt in payout_doubts(payout, NOW)]
    assert doubts == ["new details", "another account"]
    assert (card.subject, card.payload["payout"]) == (f"payout:{payout.pk}", payout.pk)


def test_without_a_chat_nothing_is_asked_for_there(cast, cards, books):
    with override_config(ACCOUNTANTS_CHAT_ID=0):
        cards.asked(cast.blogger)
        deliver_events(at=NOW, handle=handle)

    assert not Notification.objects.filter(kind="withdrawal_waits").exists()


def test_however_it_is_decided_the_card_says_so(cast, cards, silk, books):
    approved, called_off = cards.asked(cast.blogger), cards.asked(cast.traveller)
    rejected, payout = cards.asked(cast.stranger), Desk(cast).create(silk)
    told("withdrawal_waits")
    told("payout_waits")
    early = cards.asked(cast.second_traveller)

    cancel_withdrawal(withdrawal_id=early.pk, by=cast.second_traveller.actor("api"), at=NOW)
    approve_withdrawal(withdrawal_id=approved.pk, by=cards.first, at=NOW)
    cancel_withdrawal(withdrawal_id=called_off.pk, by=cast.traveller.actor("api"), at=NOW)
    reject_withdrawal(withdrawal_id=rejected.pk, reason="<a>", by=cards.first, at=NOW)
    cancel_payout(payout_id=payout.pk, reason="Twice", by=cards.first, at=NOW)

    closed = {row.subject: render_message(row) for row in told("card_closed")}
    subjects = [f"withdrawal:{row.pk}" for row in (approved, called_off, rejected)]
    assert set(closed) == {*subjects, f"payout:{payout.pk}"}
    assert "&lt;a&gt; (Aziza, 11:00)" in closed[f"withdrawal:{rejected.pk}"]
    assert "(Dilnoza Karimova, 11:00)" in closed[f"withdrawal:{called_off.pk}"]
    assert len(told("withdrawal_waits")) == 3, "of what was over before it was told there is none"


# --- the press


def test_a_press_asks_first_and_the_second_one_approves(cast, cards, books):
    row = cards.asked(cast.blogger)
    aziza = books(cast.accountant)

    question = aziza.press(f"approve-withdrawal:{row.pk}")
    yes, no, page = buttons(question).values()
    back = aziza.press(no)
    row.refresh_from_db()
    assert row.status == "requested"
    done = aziza.press(yes)

    row.refresh_from_db()
    assert (row.status, row.approved_by) == ("approved", cast.accountant)
    assert f"W-{row.pk}: 100\xa0000\xa0soʻm" in question["text"].splitlines()[-1]
    assert page.endswith(f"{row.pk}/change/")
    assert list(buttons(back).values()) == [f"money:withdrawal:{row.pk}:ask:-1", page]
    assert "Aziza" in done["text"].splitlines()[-1]
    assert buttons(done) == {}
    assert EventLog.objects.get(action="withdrawal.approved").source == "bot"
    late, answer = aziza.hear(aziza.presses(yes))
    assert "this cannot be done with it now" in late["text"]
    assert (late["show_alert"], answer["method"]) == ("true", "answerCallbackQuery")


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("support", "Your role does not allow this."),
        ("silk_owner", "Your role does not allow this."),
        ("blogger", "Your role does not allow this."),
        ("accountant", "You made this yourself: somebody else has to decide it."),
    ],
)
def test_who_may_not_decide_it_gets_an_alert_and_the_card_stays(who, sentence, cast, silk, books):
    payout = Desk(cast).create(silk)
    somebody = books(cast.people[who])

    for data in (f"approve-payout:{payout.pk}", f"money:payout:{payout.pk}:yes:-1"):
        [alert, _answer] = somebody.hear(somebody.presses(data))
        assert (alert["method"], alert["text"]) == ("answerCallbackQuery", sentence)

    payout.refresh_from_db()
    assert payout.status == "created"


def test_what_the_act_refuses_the_press_refuses(cast, cards, silk, books):
    payout = Desk(cast).create(silk)
    factories.payment_details_change(agency=silk)
    first = cards.asked(cast.blogger)
    reject_withdrawal(withdrawal_id=first.pk, reason="x", by=cards.second, at=NOW)
    new = cards.asked(cast.blogger, card=HUMO)
    bobur = books(cast.second_accountant)

    refused = bobur.press(f"money:payout:{payout.pk}:yes:-1")
    cooling = bobur.press(f"money:withdrawal:{new.pk}:yes:0")
    forged = bobur.press(f"approve-withdrawal:{10**30}")

    assert "decide them first" in refused["text"]
    assert "it is paid to from 02.03.2027 11:00 on" in cooling["text"]
    assert forged["text"] == "Not found."


# --- /waiting


def test_an_accountant_reads_what_waits_and_approves_from_the_list(
    cast,
    cards,
    silk,
    books,
    talk,  # noqa: F811
):
    assert "Payouts: 0" in talk(cast.accountant.telegram_id).write("/waiting")
    payout = Desk(cast).create(silk)
    people = [factories.user(first_name="Ann", last_name=str(n)) for n in range(5)]
    rows = [cards.asked(person, 100_000 + n) for n, person in enumerate(people)]
    bobur = talk(cast.second_accountant.telegram_id)

    [shown] = bobur.hear(bobur.says("/waiting"))
    last = bobur.press("waiting:99")
    question = bobur.press(buttons(shown)[f"✅ W-{rows[0].pk} · 100,000\xa0soʻm"])
    back = bobur.press(buttons(question)["Back"])
    assert "/waiting" in bobur.write("/help")
    after = bobur.press(buttons(question)["✅ Yes, approve"])

    assert "Payouts: 1, 1,000,000\xa0soʻm (since 01.03.2027)" in shown["text"]
    assert "Withdrawals: 5, 500,010\xa0soʻm (since 01.03.2027)" in shown["text"]
    assert f"№{payout.pk} · 1,000,000\xa0soʻm · Silk Road Travel" in shown["text"]
    assert "⚠️ card of others: 4" in shown["text"]
    assert len(buttons(shown)) == 6
    assert list(buttons(last)) == [f"✅ W-{rows[4].pk} · 100,004\xa0soʻm", "←"]
    assert back["text"] == shown["text"]
    assert "Withdrawals: 4, 400,010\xa0soʻm" in after["text"]
    assert "→" not in buttons(after)


@pytest.mark.parametrize(
    ("who", "group"),
    [("traveller", None), ("support", CHAT), ("silk_owner", CHAT), ("accountant", -4242)],
)
def test_others_and_other_groups_are_told_kindly_that_it_is_not_for_them(who, group, cast, books):
    somebody = books(cast.people[who], group)
    if group is None:
        somebody.chat = {"id": cast.people[who].telegram_id, "type": "private"}

    assert "is for Circle's accountants" in somebody.write("/waiting")


# --- whose group it is


def test_an_admin_makes_a_group_the_accountants(cast, books):
    anvar = books(cast.admin, -100_999)

    assert "the daily proof of the books comes here" in anvar.write("/accountants")
    assert "requests that no agency answers" in anvar.write("/platform")
    anvar.write("/platform")

    first, second = EventLog.objects.filter(action="setting.changed").order_by("pk")
    assert (first.object_name, first.details) == (
        "ACCOUNTANTS_CHAT_ID",
        {"before": CHAT, "after": -100_999},
    )
    assert (second.object_name, second.source) == ("PLATFORM_CHAT_ID", "bot")
    with transaction.atomic():
        group_moved(old_id=-100_999, new_id=-100_555)
    assert (config.ACCOUNTANTS_CHAT_ID, config.PLATFORM_CHAT_ID) == (-100_555, -100_555)
    assert EventLog.objects.filter(action="setting.changed", role="system").count() == 2


def test_no_group_that_others_read_becomes_the_platforms(cast, books):
    factories.tour_chat(chat_id=-100_333)
    assert TourChat.objects.standing().count() == 1

    tour = books(cast.admin, -100_333).write("/accountants")
    agency = books(cast.admin, -4242).write("/platform")
    not_his = books(cast.accountant, -100_999).write("/accountants")
    private = books(cast.admin, None)
    private.chat = {"id": cast.admin.telegram_id, "type": "private"}

    assert "This group is a tour's chat" in tour
    assert "This group is the chat of Nomad Tours" in agency
    assert not_his == "Your role does not allow this."
    assert private.write("/accountants") == "Say this in the group that it is about."
    assert config.ACCOUNTANTS_CHAT_ID == CHAT
