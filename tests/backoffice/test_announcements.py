"""Announcements from the admin: written, looked at, started, stopped."""

import pytest

from notifications.models import Announcement, Notification
from notifications.services.announcements import spread_announcements
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, add_page, list_of, page_of, said, seen_on
from tests.factories import NOW

FORM = {"title": "Mountains", "text_ru": "Горы\n\nждут", "text_uz": "", "text_en": "Come & see"}


@pytest.fixture
def desk(cast, sign_in):
    return sign_in(cast.support)


@pytest.fixture
def hikers(db):
    return [
        factories.user(interests=["hiking"], sphere="IT", language=language, last_name="Hiker")
        for language in ("ru", "ru", "en")
    ]


def write(desk, **fields):
    response = desk.post(add_page(Announcement), FORM | {"interests": ["hiking"]} | fields)
    return response, Announcement.objects.first()


def text_of(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_it_is_written_for_a_segment_and_looked_at_before_it_goes(desk, cast, hikers):
    response, row = write(
        desk,
        languages=["ru", "en"],
        spheres=["IT"],
        joined_since="2027-02-01",
    )

    assert response.url == page_of(row)
    assert row.segment == {
        "languages": ["ru", "en"],
        "spheres": ["IT"],
        "interests": ["hiking"],
        "joined_since": "2027-02-01",
    }
    page = text_of(desk.get(page_of(row)))
    assert "<dt>People</dt><dd><b>3</b></dd>" in page
    assert "<dt>Russian</dt><dd>2</dd>" in page
    assert page.count("Hiker</a>") == 3
    assert "Come &amp; see" in page
    assert page.count("<p>Горы</p>") == 2, "the Uzbek readers get the Russian text"

    fields = FORM | {"tour": cast.silk_tour.pk, "took": "paid", "city": "Tashkent"}
    assert desk.post(page_of(row), fields | seen_on(desk, row)).url == page_of(row)
    row.refresh_from_db()
    assert row.segment == {"tour": cast.silk_tour.pk, "took": "paid", "city": "Tashkent"}
    page = text_of(desk.get(page_of(row)))
    assert "Nobody belongs to this segment" in page
    seen = seen_on(desk, row)
    wrong = {"goes_from": "2027-05-02", "goes_to": "2027-05-01"}
    refused = desk.post(page_of(row), fields | wrong | seen)
    assert "The last day is before the first." in text_of(refused)
    long = text_of(desk.post(page_of(row), FORM | {"text_en": "x" * 4097} | seen))
    assert "Telegram takes 4096 characters; this has 4097." in long


def test_it_starts_with_the_number_that_was_seen_shows_how_far_it_is_and_stops(
    desk, hikers, cast, sign_in
):
    _response, row = write(desk)
    start = action_on(row, "start")
    assert "goes to <b>3</b> people" in text_of(desk.get(start))

    stale = desk.post(start, {"people": "2"})
    assert stale.url == start
    grown = "More people belong to the segment by now: 3. Please confirm once more."
    assert said(stale)[-1] == grown
    assert desk.post(start, {"people": "3"}).url == page_of(row)

    spread_announcements(at=NOW)
    first = Notification.objects.filter(announcement=row).first()
    first.claim(until=NOW)
    first.give_up(error="Bad Request: chat not found")
    first.save()
    page = text_of(desk.get(page_of(row)))
    failed = f"{list_of(Notification)}?announcement__id__exact={row.pk}&amp;state__exact=failed"
    assert f'href="{failed}"' in page
    assert desk.get(failed.replace("&amp;", "&")).context["cl"].result_count == 1
    assert 'hx-trigger="every 3s"' in page
    assert "0 of 3" in text_of(desk.get(list_of(Announcement)))
    assert desk.post(page_of(row), FORM).status_code == 403

    desk.post(action_on(row, "stop"), SUBMIT)
    row.refresh_from_db()
    assert row.status == "stopped"
    assert desk.get(f"{page_of(row)[:-7]}progress/").headers["HX-Refresh"] == "true"
    copied = desk.post(action_on(row, "copy"), SUBMIT)
    copy = Announcement.objects.first()
    assert copied.url == page_of(copy)
    assert (copy.status, copy.text_ru, copy.segment) == ("draft", row.text_ru, row.segment)
    for person in (cast.silk_owner, cast.accountant):
        assert sign_in(person).get(page_of(row)).status_code in (403, 404)
        start = sign_in(person).post(action_on(copy, "start"), {"people": "3"})
        assert start.status_code in (403, 404)


def test_when_everybody_has_it_there_is_nothing_to_stop(desk, hikers):
    _response, row = write(desk)
    desk.post(action_on(row, "start"), {"people": "3"})
    spread_announcements(at=NOW)
    assert action_on(row, "stop") in text_of(desk.get(page_of(row)))

    for message in Notification.objects.filter(announcement=row):
        message.claim(until=NOW)
        message.mark_sent(at=NOW, message_id=message.pk)
        message.save()

    page = text_of(desk.get(page_of(row)))
    assert action_on(row, "stop") not in page
    assert "every 3s" not in page
    refused = desk.post(action_on(row, "stop"), SUBMIT)
    assert said(refused)[-1] == "Only what is being sent can be stopped."


def test_the_author_tries_it_on_himself(desk, cast):
    _response, row = write(desk, interests=[])

    tried = desk.post(action_on(row, "try_it"), SUBMIT)
    assert said(tried)[-1] == "Look into your Telegram."
    messages = Notification.objects.all()
    assert [m.payload["text"] for m in messages] == ["Come & see", "Горы\n\nждут"]
    assert {m.recipient for m in messages} == {cast.support}

    cast.support.is_reachable = False
    cast.support.save()
    refused = desk.post(action_on(row, "try_it"), SUBMIT)
    assert said(refused)[-1].startswith("Your account has no Telegram")
