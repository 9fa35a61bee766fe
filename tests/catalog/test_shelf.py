"""Tours as their agency sees them in a list, and the facts beside each."""

from datetime import date, timedelta

import pytest

from catalog.models import Tour
from catalog.queries.shelf import with_shelf, without_dates
from catalog.queries.tour_faults import missing_for_publishing
from tests import factories

TODAY = date(2027, 3, 1)
YESTERDAY = TODAY - timedelta(days=1)


def shelf(tour):
    return with_shelf(Tour.objects.filter(pk=tour.pk), TODAY).get()


def on(tour, day, **rest):
    return factories.session(tour=tour, date_start=day, date_end=day, **rest)


@pytest.fixture
def tour(db):
    return factories.tour()


def test_a_bare_tour_has_nothing_and_no_dates(tour):
    row = shelf(tour)

    assert (row.cover_file, row.has_photos, row.has_sessions) == (None, False, False)
    assert (row.next_start, row.next_free, row.dates_n, row.free_n) == (None, None, 0, 0)


def test_the_cover_is_the_first_photo_by_position(tour):
    factories.tour_photo(tour=tour, position=1)
    cover = factories.tour_photo(tour=tour, position=0)

    row = shelf(tour)

    assert (row.cover_file, row.has_photos) == (cover.media.file.name, True)


def test_open_public_dates_from_today_on_are_counted(tour):
    on(tour, TODAY + timedelta(days=7), capacity=10, seats_taken=4)
    on(tour, TODAY, capacity=5, seats_taken=5)

    row = shelf(tour)

    assert (row.next_start, row.next_free, row.dates_n, row.free_n) == (TODAY, 0, 2, 6)


@pytest.mark.parametrize(
    "other",
    [
        {"status": "closed"},
        {"status": "cancelled"},
        {"status": "completed"},
        {"is_private": True},
        {"day": YESTERDAY},
    ],
)
def test_other_dates_are_not_but_the_tour_has_had_one(tour, other):
    on(tour, other.pop("day", TODAY + timedelta(days=7)), **other)

    row = shelf(tour)

    assert (row.next_start, row.dates_n, row.free_n, row.has_sessions) == (None, 0, 0, True)
    assert list(without_dates(Tour.objects.all(), TODAY)) == [tour]


def test_a_tour_with_a_date_to_come_is_not_among_those_without(tour):
    on(tour, TODAY)
    bare = factories.tour()

    assert list(without_dates(Tour.objects.all(), TODAY)) == [bare]


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_of_the_list_is_one_query_with_what_is_missing(db, count, django_assert_num_queries):
    for _ in range(count):
        tour = factories.tour(meeting_point_ru="")
        factories.tour_photo(tour=tour)
        on(tour, TODAY)

    with django_assert_num_queries(1):
        rows = list(with_shelf(Tour.objects.select_related("category"), TODAY))
        missing = [list(missing_for_publishing(row)) for row in rows]

    assert missing == [["meeting_point_ru"]] * count
    assert {row.dates_n for row in rows} == {1}
