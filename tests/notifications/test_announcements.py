"""Announcements: whom they are for, how they are spread, and that stopped is stopped."""

import threading
from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import connections, transaction

from core.actor import Source, job
from core.models import EventLog
from core.refusals import NotAllowed, TryAgain
from notifications import outbound
from notifications.models import Announcement, Notification, Preferences
from notifications.outbound import send_due
from notifications.queries.announcements import progress_of
from notifications.queries.segments import cities, count_by_language, interests, people_of, spheres
from notifications.services import announcements
from notifications.services.announcements import (
    STOPPED,
    CannotReachYou,
    DaysReversed,
    Draft,
    NobodyToTell,
    NotADraft,
    NoText,
    NotGoing,
    NoTitle,
    SegmentGrown,
    TooLong,
    change_announcement,
    spread_announcements,
    spread_piece,
    start_announcement,
    stop_announcement,
    try_announcement,
    write_announcement,
)
from notifications.shapes import Segment, Took
from notifications.states import Kind
from partners.models import User
from tests import factories
from tests.factories import NOW
from tests.notifications.talk import bot_api  # noqa: F401
from tests.outside.conftest import refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("waiting_moves_the_clock")]

DRAFT = Draft(title="News", text_ru="Горы ждут", text_uz="Togʻlar kutadi")
HIKERS = Segment(interests=("hiking",))


def by(person):
    return person.actor(Source.ADMIN)


def hikers(n, **fields):
    return [factories.user(interests=["hiking"], **fields) for _ in range(n)]


def started(cast, segment=HIKERS, people=1000, at=NOW, **draft):
    written = write_announcement(
        draft=Draft("News", "Горы ждут", **draft, segment=segment), by=by(cast.support), at=at
    )
    return start_announcement(
        announcement_id=written.pk, expected_people=people, by=by(cast.support), at=at
    )


def stop(row, cast):
    return stop_announcement(announcement_id=row.pk, by=by(cast.support), at=NOW)


def told(row):
    """Whom the outbox owes it, in the order of the outbox."""
    return list(row.messages.order_by("id").values_list("recipient_id", flat=True))


def states(row):
    return list(row.messages.order_by("id").values_list("state", flat=True))


# --- whom it is for


def test_each_criterion_finds_its_people_and_all_of_them_must_fit(cast):
    cast.silk_tour.meeting_point_ru = "Ташкент, метро"
    cast.silk_tour.save()
    dilnoza, jasur, olim = cast.traveller, cast.second_traveller, cast.stranger
    User.objects.filter(pk=dilnoza.pk).update(sphere="IT", interests=["горы", "plov"])
    User.objects.filter(pk=jasur.pk).update(sphere="Art", interests=["tea"])
    User.objects.filter(pk=olim.pk).update(date_joined=NOW + timedelta(days=3))
    # Twice, so that a join would find her twice.
    cast.paid(by=dilnoza)
    cast.request(by=dilnoza, session=factories.session(tour=cast.silk_tour))
    cast.request(by=jasur, session=cast.nomad_session)
    goes = cast.silk_session.date_start
    silk = {"tour": cast.silk_tour.pk}

    def found(**segment):
        return [person.first_name for person in people_of(Segment(**segment)).order_by("pk")]

    assert found(languages=["uz"]) == ["Dilnoza"]
    assert found(languages=["uz", "en"]) == ["Dilnoza", "Olim"]
    assert found(spheres=["IT", "Art"]) == ["Dilnoza", "Jasur"]
    assert found(interests=["plov", "chess"]) == ["Dilnoza"]
    assert found(**silk) == found(city="Ташкент") == found(**silk, took=Took.PAID) == ["Dilnoza"]
    assert found(agency=cast.nomad.pk) == ["Jasur"]
    assert found(took=Took.ANY) == ["Dilnoza", "Jasur"]
    assert found(took=Took.PAID) == ["Dilnoza"]
    assert found(goes_from=goes, goes_to=goes) == ["Dilnoza", "Jasur"]
    assert found(goes_to=goes - timedelta(days=1)) == found(goes_from=date(2031, 1, 1)) == []
    assert found(partners_only=True) == ["Madina"]
    assert found(joined_since=date(2027, 3, 2)) == ["Olim"]
    # Paid for one tour, asked for another: both must be of one booking.
    assert found(agency=cast.nomad.pk, took=Took.PAID) == []
    assert found(spheres=["IT"], languages=["ru"]) == []
    assert spheres() == ["Art", "IT"]
    assert interests() == ["plov", "tea", "горы"]
    assert cities() == ["Tashkent", "Ташкент"]


def test_only_those_are_counted_who_can_be_written_to_and_want_it(db):
    reader, *others = hikers(5)
    User.objects.filter(pk=others[0].pk).update(is_reachable=False)
    User.objects.filter(pk=others[1].pk).update(is_active=False)
    User.objects.filter(pk=others[2].pk).update(telegram_id=None, login="desk")
    Preferences.objects.create(user=others[3], muted=[Kind.ANNOUNCEMENT])
    Preferences.objects.create(user=reader, muted=[Kind.HOLD_ENDING])

    assert list(people_of(HIKERS)) == [reader]
    assert count_by_language(people_of(HIKERS)) == {"ru": 1}


@pytest.mark.parametrize(
    "junk",
    [{"age": 40}, {"languages": ["de"]}, {"tour": "x"}, {"took": "maybe"}, {"spheres": [""]}, []],
)
def test_a_segment_of_another_shape_is_refused(junk):
    with pytest.raises(ValueError, match="validation error"):
        Segment.read(junk)


def test_a_segment_is_stored_as_it_was_meant():
    segment = Segment(languages=["uz"], tour=12, took="paid", joined_since=date(2027, 1, 1))

    stored = {"languages": ["uz"], "tour": 12, "took": "paid", "joined_since": "2027-01-01"}
    assert segment.as_json() == stored
    assert Segment.read(stored) == segment
    assert Segment().as_json() == {}


# --- writing


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        (Draft(" ", "Да"), NoTitle),
        (Draft("News", "\n", text_uz="Ha"), NoText),
        # Telegram counts an emoji as two.
        (Draft("News", "Да", text_uz="🏔" * 2049), TooLong),
        (
            Draft("N", "Да", segment=Segment(goes_from="2027-05-02", goes_to="2027-05-01")),
            DaysReversed,
        ),
    ],
)
def test_what_cannot_be_sent_is_not_written(draft, why, cast):
    with pytest.raises(why):
        write_announcement(draft=draft, by=by(cast.support), at=NOW)

    assert not Announcement.objects.exists()


def test_the_platform_alone_writes_and_changes_drafts_alone(cast):
    with pytest.raises(NotAllowed):
        write_announcement(draft=DRAFT, by=by(cast.silk_owner), at=NOW)
    row = write_announcement(draft=DRAFT, by=by(cast.support), at=NOW)

    other = Draft("News", "Два\r\n\r\nабзаца  ", segment=HIKERS)
    change_announcement(announcement_id=row.pk, draft=other, by=by(cast.admin), at=NOW)

    row.refresh_from_db()
    assert (row.text_ru, row.text_uz, row.segment) == (
        "Два\n\nабзаца",
        "",
        {"interests": ["hiking"]},
    )
    changed = EventLog.objects.get(action="announcement.changed")
    assert changed.details["fields"] == ["text (ru)", "text (uz)", "segment"]
    hikers(1)
    start_announcement(announcement_id=row.pk, expected_people=1, by=by(cast.support), at=NOW)
    with pytest.raises(NotADraft):
        change_announcement(announcement_id=row.pk, draft=DRAFT, by=by(cast.support), at=NOW)


def test_the_author_gets_each_language_he_wrote_and_nobody_else_anything(cast, bot_api):  # noqa: F811
    row = write_announcement(draft=DRAFT, by=by(cast.support), at=NOW)

    try_announcement(announcement_id=row.pk, by=by(cast.support), at=NOW)
    send_due(at=NOW, until=NOW + timedelta(minutes=1))

    assert bot_api.texts(cast.support.telegram_id) == ["Горы ждут", "Togʻlar kutadi"]
    assert len(bot_api.sent) == 2
    assert progress_of([row])[row.pk].sent == 0
    User.objects.filter(pk=cast.admin.pk).update(telegram_id=None)
    with pytest.raises(CannotReachYou):
        try_announcement(announcement_id=row.pk, by=by(cast.admin), at=NOW)


# --- starting and spreading


def test_what_was_confirmed_is_what_is_started(cast):
    hikers(11)
    row = write_announcement(
        draft=Draft("News", "Горы ждут", segment=HIKERS), by=by(cast.support), at=NOW
    )

    def start(people, person=cast.support):
        return start_announcement(
            announcement_id=row.pk, expected_people=people, by=by(person), at=NOW
        )

    with pytest.raises(SegmentGrown) as grown:
        start(9)
    assert grown.value.facts == {"people": 11}
    with pytest.raises(NotAllowed):
        start(11, cast.silk_owner)
    assert start(10).people == 11
    with pytest.raises(NotADraft):
        start(11)
    with pytest.raises(NobodyToTell):
        started(cast, Segment(spheres=("nobody's",)))


def test_everybody_reads_his_language_and_it_is_done_when_all_have_it(cast, bot_api):  # noqa: F811
    uzbek, english = hikers(1, language="uz") + hikers(1, language="en")
    row = started(cast, text_uz="Togʻlar & <b>")

    spread_announcements(at=NOW)
    row.refresh_from_db()
    assert (row.status, progress_of([row])[row.pk].waiting) == ("sending", 2)
    bot_api.answer(english.telegram_id, refusal(403, "Forbidden: bot was blocked by the user"))
    send_due(at=NOW, until=NOW + timedelta(minutes=1))
    spread_announcements(at=NOW)

    row.refresh_from_db()
    progress = progress_of([row])[row.pk]
    assert bot_api.texts(uzbek.telegram_id) == ["Togʻlar &amp; &lt;b&gt;"]
    assert bot_api.texts(english.telegram_id) == ["Горы ждут"]
    assert (row.status, row.ended_at) == ("done", NOW)
    assert (progress.sent, progress.failed, progress.waiting, progress.percent) == (1, 1, 0, 100)
    assert set(row.messages.values_list("is_bulk", flat=True)) == {True}


class KilledError(Exception):
    pass


def test_killed_between_any_two_pieces_it_goes_on_without_doubles(cast, monkeypatch):
    monkeypatch.setattr(announcements, "PIECE", 2)
    monkeypatch.setattr(announcements, "PIECES_A_TURN", 1)
    people = [each.pk for each in hikers(5)]
    row = started(cast)
    spread_announcements(at=NOW)
    assert told(row) == people[:2]

    with suppress(KilledError), transaction.atomic():
        assert spread_piece(announcement_id=row.pk, by=job(), at=NOW) == 2
        raise KilledError
    assert told(row) == people[:2]
    # As if an older worker did not know how far it was.
    Announcement.objects.update(reached_id=people[0])
    Preferences.objects.create(user_id=people[3], muted=[Kind.ANNOUNCEMENT])
    newcomer = hikers(1, date_joined=NOW + timedelta(seconds=1))
    for _turn in range(4):
        spread_announcements(at=NOW)

    assert told(row) == [*people[:3], people[4]]
    assert newcomer[0].pk not in told(row)


def test_one_that_cannot_be_carried_on_holds_up_no_other(cast):
    hikers(1)
    broken, good = started(cast), started(cast)
    Announcement.objects.filter(pk=broken.pk).update(segment={"age": 40})

    spread_announcements(at=NOW)

    assert (told(broken), len(told(good))) == ([], 1)


# --- stopping


def test_nothing_of_what_was_stopped_leaves_any_more(cast, bot_api):  # noqa: F811
    people = hikers(3)
    row = started(cast)
    spread_announcements(at=NOW)
    other = factories.notification()
    bot_api.answer(people[0].telegram_id, refusal(502, "Bad Gateway"))
    send_due(at=NOW, until=NOW)  # the first is put back
    with pytest.raises(NotAllowed):
        stop_announcement(announcement_id=row.pk, by=by(cast.silk_owner), at=NOW)

    stop(row, cast)
    before = len(bot_api.sent)
    # The worker has not dropped them yet: the outbox itself looks.
    send_due(at=NOW + timedelta(hours=1), until=NOW + timedelta(hours=1))

    assert {sent["chat_id"] for sent in bot_api.sent[before:]} <= {other.chat_id}
    assert "queued" not in states(row)
    assert set(row.messages.filter(state="dropped").values_list("last_error", flat=True)) == {
        STOPPED
    }
    again = row.messages.filter(state="dropped").first()
    again.send_again(at=NOW)
    again.save()
    send_due(at=NOW + timedelta(hours=2), until=NOW + timedelta(hours=2))
    again.refresh_from_db()
    assert again.state == "dropped"
    with pytest.raises(NotGoing):
        stop(row, cast)


def test_the_worker_drops_what_waits_and_spreads_no_further(cast, monkeypatch):
    monkeypatch.setattr(announcements, "PIECE", 2)
    monkeypatch.setattr(announcements, "PIECES_A_TURN", 1)
    hikers(5)
    row = started(cast)
    spread_announcements(at=NOW)
    stop(row, cast)

    spread_announcements(at=NOW)
    spread_announcements(at=NOW)

    row.refresh_from_db()
    progress = progress_of([row])[row.pk]
    assert (row.status, states(row)) == ("stopped", ["dropped"] * 2)
    assert (progress.people, progress.left_out, progress.waiting) == (5, 5, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("servers_wait_shortly")
def test_a_stop_waits_for_the_claim_that_is_being_made(cast, bot_api):  # noqa: F811
    """Else the claim could be written after the stop, by a worker that did not see it."""
    hikers(2)
    row = started(cast)
    spread_announcements(at=NOW)
    outcome = []

    def stop_meanwhile():
        try:
            outcome.append(stop(row, cast).status)
        except TryAgain as refused:
            outcome.append(refused.code)
        finally:
            connections.close_all()

    with transaction.atomic():
        claimed, is_taken = outbound._take_next(NOW)
        assert is_taken
        thread = threading.Thread(target=stop_meanwhile)
        thread.start()
        thread.join()
    assert outcome == ["try_again"]

    stop_meanwhile()

    send_due(at=NOW + timedelta(days=1), until=NOW + timedelta(days=1))
    assert outcome == ["try_again", "stopped"]
    assert bot_api.sent == []
    assert not Notification.objects.exclude(pk=claimed.pk).exclude(state="dropped").exists()
