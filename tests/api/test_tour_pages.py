"""The catalogue's pages: order, cursors, tags, and how many queries they take."""

from datetime import timedelta
from decimal import Decimal

import pytest

from catalog.models import Tour, TourCategory, TourSession
from catalog.states import SessionStatus, TourStatus
from tests import factories
from tests.api.phone import problem
from tests.factories import FIRST_DAY, LAST_DAY

LIST = "tours/list/"
SESSIONS = "tours/sessions/"
PROMOTIONS = "tours/promotions/"


def set_session(session: TourSession, **fields) -> None:
    TourSession.objects.filter(pk=session.pk).update(**fields)


# --- order and cursors


@pytest.fixture
def many(cast):
    """Eleven tours: equal dates, equal prices, some without any session."""
    for n in range(8):
        tour = factories.tour(agency=cast.silk, category=cast.silk_tour.category)
        if n % 4:
            day = FIRST_DAY + timedelta(days=n % 3)
            price = Decimal(f"{500_000 + n % 2 * 100_000}.{n % 2}5")
            factories.session(tour=tour, date_start=day, date_end=day, price=price)
    return cast


@pytest.mark.parametrize("ordering", ["next_date", "price", "-price", "relevance"])
@pytest.mark.parametrize("page_size", [1, 2, 3, 10, 11])
def test_pages_show_every_tour_once_in_order(many, traveller, ordering, page_size):
    whole = traveller.get(LIST, ordering=ordering, page_size=50).json()["results"]

    walked = traveller.walk(LIST, ordering=ordering, page_size=page_size)

    assert [tour["id"] for tour in walked] == [tour["id"] for tour in whole]
    assert len({tour["id"] for tour in walked}) == 11
    assert walked == whole


def test_orderings_sort_and_leave_tours_without_sessions_to_the_end(many, traveller):
    def prices(ordering):
        rows = traveller.get(LIST, ordering=ordering, page_size=50).json()["results"]
        return [tour["price_from"] and Decimal(tour["price_from"]) for tour in rows]

    up, down = prices("price"), prices("-price")
    assert up[-2:] == down[-2:] == [None, None]
    assert up[:-2] == sorted(up[:-2])
    assert down[:-2] == sorted(down[:-2], reverse=True)
    rows = traveller.get(LIST, page_size=50).json()["results"]
    dates = [tour["next_sessions"][0]["date_start"] for tour in rows if tour["next_sessions"]]
    assert dates == sorted(dates)
    assert len(dates) == 9


def test_a_tour_sold_out_between_two_pages_shifts_nobody(many, traveller):
    first = traveller.get(LIST, page_size=4).json()
    set_session(
        TourSession.objects.get(pk=first["results"][0]["next_sessions"][0]["id"]),
        status=SessionStatus.CLOSED,
    )

    seen = [tour["id"] for tour in first["results"]]
    cursor = first["next"]
    while cursor:
        page = traveller.get(LIST, page_size=4, cursor=cursor).json()
        seen += [tour["id"] for tour in page["results"] if tour["id"] not in seen]
        cursor = page["next"]
    assert len(set(seen)) == len(seen) == 11


# --- conditional reads

CONDITIONAL = ["tours/categories/", LIST, SESSIONS, PROMOTIONS, "detail"]


@pytest.mark.parametrize("path", CONDITIONAL)
def test_what_the_caller_has_already_is_304(cast, traveller, path):
    path = f"tours/detail/{cast.silk_tour.pk}/" if path == "detail" else path
    first = traveller.get(path)
    etag = first.headers["ETag"]

    for tag in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = traveller.get(path, headers={"If-None-Match": tag})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["ETag"] == etag
    assert traveller.get(path, headers={"If-None-Match": '"other"'}).content == first.content
    assert "private" in first.headers["Cache-Control"]
    assert "Authorization" in first.headers["Vary"]
    assert "Accept-Language" in first.headers["Vary"]


def test_a_changed_answer_has_another_tag(cast, phone, traveller):
    etag = traveller.get(LIST).headers["ETag"]
    other = phone(cast.traveller, language="ru").get(LIST, headers={"If-None-Match": etag})
    set_session(cast.silk_session, seats_taken=1)

    changed = traveller.get(LIST, headers={"If-None-Match": etag})

    assert other.status_code == changed.status_code == 200
    assert changed.json()["results"][0]["next_sessions"][0]["available_seats"] == 19


@pytest.mark.parametrize("path", ["tours/categories/", LIST, "detail"])
def test_a_language_is_not_taken_for_another(cast, phone, path):
    path = f"tours/detail/{cast.silk_tour.pk}/" if path == "detail" else path
    answers = {}
    for language in ("ru", "uz", "en"):
        tags = {"If-None-Match": ", ".join(answers) or '"none"'}
        mine = phone(cast.traveller, language=language)
        answer = mine.get(path, headers=tags)
        if answer.status_code == 304:  # only what says the same in both languages
            assert mine.get(path).json() == answers[answer.headers["ETag"]]
        else:
            answers[answer.headers["ETag"]] = answer.json()
    assert len(answers) >= 2


def test_a_refusal_has_no_tag(cast, phone, traveller):
    assert "ETag" not in traveller.get("tours/detail/0/").headers
    nobody = phone().get(LIST, headers={"If-None-Match": "*"})
    problem(nobody, 401, "token_invalid")


# --- queries


@pytest.mark.parametrize(
    ("path", "query", "queries"),
    [
        (LIST, {}, 2),
        (LIST, {"search": "Tour sayohat", "ordering": "relevance", "price_max": 10**9}, 2),
        (LIST, {"category": "mountains", "parameters": '{"km": {"min": 5}}'}, 3),
        (SESSIONS, {}, 3),
        (PROMOTIONS, {}, 2),
        ("tours/promo-codes/", {}, 3),
    ],
    ids=str,
)
def test_a_list_takes_the_same_queries_for_one_row_and_for_three(
    cast, phone, path, query, queries, django_assert_num_queries
):
    category = cast.silk_tour.category
    category.parameters_schema = {"properties": {"km": {"type": "number"}}}
    category.save()

    def one_more():
        tour = factories.tour(agency=cast.silk, category=category, parameters={"km": 5})
        factories.promotion(session=factories.session(tour=tour))
        factories.tour_photo(tour=tour)
        factories.promo_code(agency=cast.silk, tour=tour)

    manager = phone(cast.silk_manager)
    Tour.objects.update(status=TourStatus.ARCHIVED)
    one_more()
    with django_assert_num_queries(queries):
        assert len(_rows(manager.get(path, **query))) == 1
    one_more()
    one_more()
    with django_assert_num_queries(queries):
        assert len(_rows(manager.get(path, **query))) == 3


def test_the_categories_take_the_same_queries_for_one_and_for_three(
    cast, traveller, django_assert_num_queries
):
    for number in (1, 3):
        while TourCategory.objects.count() < number:
            factories.category(parameters_schema={"properties": {"km": {"type": "number"}}})
        with django_assert_num_queries(2):
            assert len(traveller.get("tours/categories/").json()) == number


def _rows(response):
    answer = response.json()
    return answer if isinstance(answer, list) else answer["results"]


def test_a_card_takes_the_same_queries_for_one_session_and_for_three(
    cast, traveller, django_assert_num_queries
):
    path = f"tours/detail/{cast.silk_tour.pk}/"
    factories.tour_photo(tour=cast.silk_tour)
    with django_assert_num_queries(5):
        traveller.get(path)
    for _ in range(2):
        factories.session(tour=cast.silk_tour)
        factories.tour_photo(tour=cast.silk_tour)
    with django_assert_num_queries(5):
        traveller.get(path)


# --- days


def test_tour_dates_are_plain_dates(cast, traveller):
    session = traveller.get(SESSIONS).json()["results"][0]

    assert (session["date_start"], session["date_end"]) == (str(FIRST_DAY), str(LAST_DAY))
