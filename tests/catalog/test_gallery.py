"""The pictures of a tour, in their order."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Tour, TourPhoto
from catalog.services.gallery import (
    MOST_PHOTOS,
    GalleryFull,
    GalleryMoved,
    LastPhoto,
    PhotoAlreadyThere,
    add_photos,
    order_photos,
    remove_photo,
)
from core.models import EventLog, Media
from core.refusals import NotAllowed, NotFound
from tests import factories
from tests.factories import NOW
from tests.sales.threads import run_together

OUTSIDERS = [
    ("nomad_owner", NotFound),
    ("traveller", NotAllowed),
    ("support", NotAllowed),
    ("accountant", NotAllowed),
]


def pictures(agency, count):
    return [factories.media(agency=agency).pk for _ in range(count)]


def add(cast, media_ids, *, by=None, tour=None):
    by = (by or cast.silk_manager).actor("admin")
    return add_photos(tour_id=(tour or cast.silk_tour).pk, media_ids=media_ids, by=by, at=NOW)


def remove(cast, photo_id, *, by=None):
    by = (by or cast.silk_manager).actor("admin")
    return remove_photo(tour_id=cast.silk_tour.pk, photo_id=photo_id, by=by, at=NOW)


def order(cast, photo_ids, *, by=None):
    by = (by or cast.silk_manager).actor("admin")
    return order_photos(tour_id=cast.silk_tour.pk, photo_ids=photo_ids, by=by, at=NOW)


def hanging(tour):
    """The pictures in the gallery, as they hang."""
    return list(tour.gallery.values_list("media_id", flat=True))


def photos(tour):
    return list(tour.gallery.values_list("pk", flat=True))


def told(action):
    return EventLog.objects.filter(action=action)


@pytest.fixture
def three(cast):
    """Three pictures hang in Silk Road's gallery."""
    ids = pictures(cast.silk, 3)
    add(cast, ids)
    return ids


# --- hanging


@pytest.mark.parametrize("who", ["silk_manager", "silk_owner", "admin"])
def test_pictures_hang_in_the_order_they_are_given(cast, who):
    first, second, third = pictures(cast.silk, 3)

    add(cast, [third, first], by=getattr(cast, who))
    add(cast, [second], by=getattr(cast, who))

    assert hanging(cast.silk_tour) == [third, first, second]
    event = told("tour.photos_added").first()
    assert (event.agency_id, event.user) == (cast.silk.pk, getattr(cast, who))


def test_a_picture_given_twice_hangs_once(cast):
    (picture,) = pictures(cast.silk, 1)

    add(cast, [picture, picture])

    assert hanging(cast.silk_tour) == [picture]


def test_a_new_picture_hangs_behind_the_last_although_one_was_taken_out(cast, three):
    remove(cast, photos(cast.silk_tour)[0])
    (new,) = pictures(cast.silk, 1)

    add(cast, [new])

    assert hanging(cast.silk_tour) == [*three[1:], new]


def test_a_picture_that_hangs_already_stops_them_all(cast, three):
    (new,) = pictures(cast.silk, 1)

    with pytest.raises(PhotoAlreadyThere):
        add(cast, [new, three[1]])

    assert hanging(cast.silk_tour) == three


def test_the_same_picture_hangs_in_two_tours(cast, three):
    other = factories.tour(agency=cast.silk)

    add(cast, three[:1], tour=other)

    assert hanging(other) == three[:1]


def test_a_gallery_is_filled_to_the_last_and_no_further(cast):
    ids = pictures(cast.silk, MOST_PHOTOS + 1)
    add(cast, ids[:29])

    with pytest.raises(GalleryFull) as refusal:
        add(cast, ids[29:])
    assert refusal.value.detail == "A gallery holds at most 30 photos."
    assert len(hanging(cast.silk_tour)) == 29

    add(cast, ids[29:30])
    assert len(hanging(cast.silk_tour)) == 30


def test_only_the_agencys_own_pictures_hang_and_only_pictures_for_tours(cast):
    own = pictures(cast.silk, 1)
    wrong = {
        "another agency's": pictures(cast.nomad, 1),
        "nobody's": [factories.media(agency=None).pk],
        "a logo": [factories.media(agency=cast.silk, type="logo").pk],
        "a face": [factories.media(agency=cast.silk, type="avatar").pk],
        "none": [0],
    }

    for ids in wrong.values():
        with pytest.raises(NotFound):
            add(cast, own + ids)
    with pytest.raises(NotFound):
        add(cast, [])

    assert hanging(cast.silk_tour) == []
    assert not told("tour.photos_added").exists()


def test_the_platform_hangs_no_other_agencys_pictures_either(cast):
    with pytest.raises(NotFound):
        add(cast, pictures(cast.nomad, 1), by=cast.admin)


# --- taking out


def test_a_picture_taken_out_stays_among_the_agencys(cast, three):
    remove(cast, photos(cast.silk_tour)[1])

    assert hanging(cast.silk_tour) == [three[0], three[2]]
    assert Media.objects.filter(pk=three[1]).exists()
    assert told("tour.photos_removed").get().details["media"] == [three[1]]


def test_a_published_tour_keeps_one_photo(cast, three):
    first, second, last = photos(cast.silk_tour)
    remove(cast, first)
    remove(cast, second)

    with pytest.raises(LastPhoto):
        remove(cast, last)
    assert hanging(cast.silk_tour) == [three[2]]

    Tour.objects.filter(pk=cast.silk_tour.pk).update(status="archived")
    remove(cast, last)
    assert hanging(cast.silk_tour) == []


def test_what_does_not_hang_there_is_not_found(cast, three):
    elsewhere = factories.tour_photo(tour=factories.tour(agency=cast.silk))
    first = photos(cast.silk_tour)[0]
    remove(cast, first)

    for photo_id in (elsewhere.pk, first, 0):
        with pytest.raises(NotFound):
            remove(cast, photo_id)

    assert TourPhoto.objects.filter(pk=elsewhere.pk).exists()
    assert told("tour.photos_removed").count() == 1


# --- order


def test_the_first_of_the_new_order_is_the_cover(cast, three):
    first, second, third = photos(cast.silk_tour)

    order(cast, [third, first, second])

    assert hanging(cast.silk_tour) == [three[2], three[0], three[1]]
    assert told("tour.photos_ordered").get().details["media"][0] == three[2]


def test_the_same_order_changes_and_tells_nothing(cast, three):
    with CaptureQueriesContext(connection) as queries:
        order(cast, photos(cast.silk_tour))

    assert not [query for query in queries if query["sql"].startswith(("UPDATE", "INSERT"))]
    assert not told("tour.photos_ordered").exists()


def test_an_order_of_another_gallery_than_there_is_is_refused(cast, three):
    first, second, third = photos(cast.silk_tour)
    elsewhere = factories.tour_photo(tour=factories.tour(agency=cast.silk)).pk

    for ids in (
        [third, first],
        [third, first, first],
        [third, second, first, elsewhere],
        [third, first, elsewhere],
        [],
    ):
        with pytest.raises(GalleryMoved):
            order(cast, ids)

    assert hanging(cast.silk_tour) == three


# --- whose it is


@pytest.mark.parametrize(("who", "refusal"), OUTSIDERS)
def test_nobody_else_touches_the_gallery(cast, three, who, refusal):
    by = getattr(cast, who)
    ids = photos(cast.silk_tour)

    with pytest.raises(refusal):
        add(cast, pictures(cast.silk, 1), by=by)
    with pytest.raises(refusal):
        remove(cast, ids[0], by=by)
    with pytest.raises(refusal):
        order(cast, ids[::-1], by=by)

    assert hanging(cast.silk_tour) == three


# --- two at once


@pytest.mark.django_db(transaction=True)
def test_two_who_take_out_the_last_two_photos_at_once_leave_one(cast):
    add(cast, pictures(cast.silk, 2))
    ids = photos(cast.silk_tour)

    results = run_together([lambda photo_id=each: remove(cast, photo_id) for each in ids])

    assert sorted(type(result).__name__ for result in results) == ["LastPhoto", "Tour"]
    assert len(hanging(cast.silk_tour)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_fill_the_gallery_at_once_do_not_overfill_it(cast):
    ids = pictures(cast.silk, MOST_PHOTOS + 1)
    add(cast, ids[:29])

    results = run_together([lambda one=each: add(cast, [one]) for each in ids[29:]])

    assert sorted(type(result).__name__ for result in results) == ["GalleryFull", "Tour"]
    positions = cast.silk_tour.gallery.values_list("position", flat=True)
    assert sorted(positions) == list(range(MOST_PHOTOS))
