"""A tour's way onto the shelf and off it; a session closed for sale and opened again."""

from datetime import timedelta

import pytest

from catalog.models import Tour
from catalog.services.publish import TourIncomplete, TourMoved, archive_tour, publish_tour
from catalog.services.sales_window import SessionMoved, close_session, reopen_session
from core.models import EventLog
from core.refusals import NotAllowed, NotFound
from sales.queries.offer import SessionClosed
from tests import factories
from tests.factories import NOW


@pytest.fixture
def draft(cast):
    """A draft of Silk Road that has everything a traveller would look for."""
    tour = factories.tour(agency=cast.silk, status="draft", published_at=None)
    factories.tour_photo(tour=tour)
    factories.session(tour=tour)
    return tour


def publish(tour, by, at=NOW):
    return publish_tour(tour_id=tour.pk, by=by.actor("admin"), at=at)


def archive(tour, by, at=NOW):
    return archive_tour(tour_id=tour.pk, by=by.actor("admin"), at=at)


@pytest.mark.parametrize("who", ["silk_manager", "silk_owner", "admin"])
def test_a_complete_draft_is_published(cast, draft, who):
    publish(draft, getattr(cast, who))

    draft.refresh_from_db()
    assert (draft.status, draft.published_at) == ("published", NOW)
    event = EventLog.objects.get(action="tour.published")
    assert (event.user, event.agency_id) == (getattr(cast, who), cast.silk.pk)


@pytest.mark.parametrize(
    ("field", "named"),
    [
        ("title_ru", "a title in Russian"),
        ("description_ru", "a description in Russian"),
        ("meeting_point_ru", "a meeting point"),
        ("cancellation_policy", "a cancellation policy"),
    ],
)
def test_an_incomplete_draft_is_refused_and_told_what_is_missing(cast, draft, field, named):
    setattr(draft, field, type(getattr(draft, field))())
    draft.save()

    with pytest.raises(TourIncomplete) as refusal:
        publish(draft, cast.silk_manager)

    assert named in refusal.value.detail
    draft.refresh_from_db()
    assert draft.status == "draft"


@pytest.mark.parametrize(("relation", "named"), [("gallery", "a photo"), ("sessions", "a session")])
def test_a_draft_without_photos_or_dates_is_refused(cast, draft, relation, named):
    getattr(draft, relation).all().delete()

    with pytest.raises(TourIncomplete) as refusal:
        publish(draft, cast.silk_manager)

    assert refusal.value.detail == f"Before publishing, add: {named}."


@pytest.mark.parametrize("given", [{}, {"level": "wild"}, {"level": "easy", "bears": 1}])
def test_a_draft_answers_what_its_category_asks_before_it_is_published(cast, draft, given):
    draft.category.parameters_schema = {
        "type": "object",
        "properties": {"level": {"type": "string", "enum": ["easy", "hard"]}},
        "required": ["level"],
        "additionalProperties": False,
    }
    draft.category.save()
    Tour.objects.filter(pk=draft.pk).update(parameters=given)

    with pytest.raises(TourIncomplete) as refusal:
        publish(draft, cast.silk_manager)
    assert refusal.value.detail == "Before publishing, add: the parameters of its category."

    Tour.objects.filter(pk=draft.pk).update(parameters={"level": "easy"})
    assert publish(draft, cast.silk_manager).status == "published"


def test_all_that_is_missing_is_named_at_once(cast):
    bare = factories.tour(agency=cast.silk, status="draft", published_at=None, meeting_point_ru="")

    with pytest.raises(TourIncomplete) as refusal:
        publish(bare, cast.silk_manager)

    assert refusal.value.detail.endswith("a meeting point, a photo, a session.")


def test_what_is_published_is_not_published_again(cast, draft):
    publish(draft, cast.silk_manager)

    with pytest.raises(TourMoved) as refusal:
        publish(draft, cast.silk_manager)

    assert "published" in refusal.value.detail


def test_a_published_tour_is_said_to_be_so_even_if_it_lacks_something_now(cast, draft):
    publish(draft, cast.silk_manager)
    Tour.objects.filter(pk=draft.pk).update(meeting_point_ru="")

    with pytest.raises(TourMoved):
        publish(draft, cast.silk_manager)


def test_publishing_does_not_stop_who_has_the_tour_open(cast, draft):
    seen = draft.updated_at
    publish(draft, cast.silk_manager, at=NOW + timedelta(minutes=1))

    draft.refresh_from_db()
    assert draft.updated_at == seen


def test_an_archived_tour_comes_back(cast, draft):
    publish(draft, cast.silk_manager)
    assert archive(draft, cast.silk_owner).status == "archived"
    with pytest.raises(TourMoved):
        archive(draft, cast.silk_owner)

    assert publish(draft, cast.silk_manager).status == "published"


def test_bookings_of_an_archived_tour_go_on(cast):
    booking = cast.request()
    archive(cast.silk_tour, cast.silk_owner)

    cast.pay(cast.approve(booking))

    booking.refresh_from_db()
    assert booking.status == "paid"


@pytest.mark.parametrize("move", [publish, archive])
@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("nomad_owner", NotFound),
        ("traveller", NotAllowed),
        ("support", NotAllowed),
        ("accountant", NotAllowed),
    ],
)
def test_nobody_else_moves_a_tour(cast, draft, move, who, refusal):
    with pytest.raises(refusal):
        move(draft, getattr(cast, who))


# --- the sales window


def close(session, by):
    return close_session(session_id=session.pk, by=by.actor("admin"), at=NOW)


def reopen(session, by):
    return reopen_session(session_id=session.pk, by=by.actor("admin"), at=NOW)


def test_a_closed_session_takes_no_requests_until_it_is_opened_again(cast):
    close(cast.silk_session, cast.silk_manager)
    with pytest.raises(SessionClosed):
        cast.request()

    reopen(cast.silk_session, cast.silk_manager)
    assert cast.request().status == "requested"
    assert set(EventLog.objects.values_list("action", flat=True)) >= {
        "session.closed",
        "session.reopened",
    }


def test_bookings_of_a_closed_session_go_on(cast):
    booking = cast.request()
    close(cast.silk_session, cast.silk_manager)

    assert cast.approve(booking).status == "approved"


def test_a_session_is_closed_once_and_reopened_once(cast):
    with pytest.raises(SessionMoved) as refusal:
        reopen(cast.silk_session, cast.silk_manager)
    assert "open" in refusal.value.detail
    close(cast.silk_session, cast.silk_manager)
    with pytest.raises(SessionMoved):
        close(cast.silk_session, cast.silk_manager)


@pytest.mark.parametrize(("who", "refusal"), [("nomad_owner", NotFound), ("traveller", NotAllowed)])
def test_nobody_else_closes_a_session(cast, who, refusal):
    with pytest.raises(refusal):
        close(cast.silk_session, getattr(cast, who))


def test_closing_does_not_touch_the_seats(cast):
    cast.approved(seats=3)

    close(cast.silk_session, cast.silk_manager)

    cast.silk_session.refresh_from_db()
    assert (cast.silk_session.status, cast.silk_session.seats_taken) == ("closed", 3)
