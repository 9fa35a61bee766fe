"""The catalogue: what is shown to whom, in which words, in which order."""

import json
import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from api.schemas.catalog import TourOut, TourPage
from catalog.models import Tour, TourSession
from catalog.parameters import in_three_languages
from catalog.queries.catalogue import Filters, catalogue_page
from catalog.queries.sessions import discounted_of, sessions_on_sale
from catalog.states import SessionStatus, TourStatus
from core.clock import local_midnight
from partners.models import AgencyStatus
from sales.queries.offer import Wish, quote
from tests import factories
from tests.api.phone import faulty_fields, problem, token_for
from tests.factories import FIRST_DAY, MILLION, NOW

LIST = "tours/list/"
SESSIONS = "tours/sessions/"
PROMOTIONS = "tours/promotions/"


def titles(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [tour["title"] for tour in response.json()["results"]]


def ids(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def set_tour(tour: Tour, **fields) -> None:
    Tour.objects.filter(pk=tour.pk).update(**fields)


def set_session(session: TourSession, **fields) -> None:
    TourSession.objects.filter(pk=session.pk).update(**fields)


# --- what is on sale


def test_the_list_shows_published_tours_with_their_next_sessions(cast, traveller):
    response = traveller.get(LIST)

    assert titles(response) == ["Chimgan", "Khiva", "Samarkand"]
    assert response.json()["next"] is None
    assert response.json()["results"][0] == {
        "id": cast.silk_tour.pk,
        "title": "Chimgan",
        "category": {"slug": "mountains", "title": "Mountains"},
        "agency": {"id": cast.silk.pk, "name": "Silk Road Travel"},
        "cover": None,
        "price_from": "1000000.00",
        "currency": "UZS",
        "next_sessions": [
            {
                "id": cast.silk_session.pk,
                "date_start": "2027-06-01",
                "date_end": "2027-06-03",
                "price": "1000000.00",
                "discounted_price": "1000000.00",
                "capacity": 20,
                "available_seats": 20,
                "status": "open",
            }
        ],
    }


@pytest.mark.parametrize("status", [TourStatus.DRAFT, TourStatus.ARCHIVED])
def test_a_tour_that_is_not_published_is_nowhere(cast, traveller, status):
    factories.promotion(tour=cast.silk_tour)
    set_tour(cast.silk_tour, status=status)

    _is_nowhere(cast, traveller)


def test_a_blocked_agencys_tour_is_nowhere(cast, traveller):
    factories.promotion(tour=cast.silk_tour)
    cast.silk.status = AgencyStatus.BLOCKED
    cast.silk.save()

    _is_nowhere(cast, traveller)


def _is_nowhere(cast, traveller):
    assert "Chimgan" not in titles(traveller.get(LIST))
    problem(traveller.get(f"tours/detail/{cast.silk_tour.pk}/"), 404, "not_found")
    assert cast.silk_session.pk not in ids(traveller.get(SESSIONS))
    assert traveller.get(PROMOTIONS).json() == []


HIDDEN = {
    "private": {"is_private": True},
    "closed": {"status": SessionStatus.CLOSED},
    "cancelled": {"status": SessionStatus.CANCELLED, "cancelled_at": NOW},
    "completed": {"status": SessionStatus.COMPLETED},
    "past its sales": {"sales_close_at": NOW},
}


@pytest.mark.parametrize("why", HIDDEN)
def test_a_session_not_on_sale_is_hidden_although_its_tour_is_shown(cast, traveller, why):
    hidden = factories.session(tour=cast.silk_tour)
    set_session(hidden, **HIDDEN[why])
    factories.promotion(session=hidden)

    [shown] = [t for t in traveller.get(LIST).json()["results"] if t["title"] == "Chimgan"]
    detail = traveller.get(f"tours/detail/{cast.silk_tour.pk}/").json()

    for sessions in (shown["next_sessions"], detail["sessions"]):
        assert [session["id"] for session in sessions] == [cast.silk_session.pk]
    assert hidden.pk not in ids(traveller.get(SESSIONS))
    assert traveller.get(PROMOTIONS).json() == []


def test_a_session_goes_off_sale_at_the_very_instant(cast, phone, clock):
    closing = local_midnight(FIRST_DAY)
    token = token_for(cast.traveller, expires_at=closing + timedelta(hours=1))
    traveller = phone(token=token)

    clock.move_to(closing - timedelta(seconds=1))
    assert cast.silk_session.pk in ids(traveller.get(SESSIONS))
    clock.move_to(closing)
    assert cast.silk_session.pk not in ids(traveller.get(SESSIONS))


def test_a_tour_without_open_sessions_is_listed_last_and_without_a_price(cast, traveller):
    set_session(cast.silk_session, status=SessionStatus.CLOSED)

    last = traveller.get(LIST).json()["results"][-1]

    assert last["title"] == "Chimgan"
    assert last["price_from"] is None
    assert last["next_sessions"] == []


def test_only_the_three_next_sessions_are_in_the_list_soonest_first(cast, traveller):
    days = [FIRST_DAY + timedelta(days=n) for n in (-5, 9, -1, 3)]
    for day in days:
        factories.session(tour=cast.silk_tour, date_start=day, date_end=day)

    [tour] = traveller.get(LIST, agency=cast.silk.pk).json()["results"]

    starts = [session["date_start"] for session in tour["next_sessions"]]
    assert starts == ["2027-05-27", "2027-05-31", "2027-06-01"]
    assert len(traveller.get(f"tours/detail/{cast.silk_tour.pk}/").json()["sessions"]) == 5


# --- the shape


def test_the_sql_lists_json_is_exactly_the_documented_schema(cast, traveller):
    """PostgreSQL builds it, so only a test holds it to TourPage: no field missing, none extra."""
    factories.tour_photo(tour=cast.silk_tour)
    factories.session(tour=cast.silk_tour, price=Decimal("750000.50"))
    factories.promotion(tour=cast.silk_tour, discount_percent=Decimal("12.34"))
    set_session(cast.nomad_session, status=SessionStatus.CLOSED)

    for query in ({}, {"page_size": 1}, {"search": "nothing at all"}):
        answer = traveller.get(LIST, **query).json()
        assert TourPage.model_validate(answer).model_dump(mode="json") == answer


def test_a_card_shows_everything(cast, traveller):
    set_tour(
        cast.silk_tour,
        description_en="<p>Tea on the <b>summit</b>.</p>",
        itinerary_ru=[{"day": 1, "title": "Up", "text": "Tea."}],
        inclusions_ru=["lunch"],
        exclusions_ru=["insurance"],
        meeting_lat=Decimal("41.326500"),
        meeting_lon=Decimal("69.234500"),
        age_min=12,
        age_max=70,
        child_to_age=14,
        child_percent=Decimal("62.50"),
        infant_percent=0,
    )
    second = factories.tour_photo(tour=cast.silk_tour, position=2)
    first = factories.tour_photo(tour=cast.silk_tour, position=1)

    answer = traveller.get(f"tours/detail/{cast.silk_tour.pk}/").json()

    assert TourOut.model_validate(answer).model_dump(mode="json") == answer
    assert answer["description"] == "<p>Tea on the <b>summit</b>.</p>"
    assert answer["gallery"] == [f"/media/{photo.media.file.name}" for photo in (first, second)]
    assert answer["transport_options"] == [
        {"code": "bus", "title": "Bus", "price": "50000.00", "seats": None},
        {"code": "train", "title": "Train", "price": "120000.00", "seats": None},
    ]
    assert answer["cancellation_policy"] == factories.POLICY
    assert answer["meeting_point"] == {"text": "Tashkent, Chorsu", "lat": 41.3265, "lon": 69.2345}
    assert (answer["age_min"], answer["age_max"]) == (12, 70)
    assert answer["price_rules"] == {
        "child_to_age": 14,
        "child_percent": "62.50",
        "infant_to_age": 2,
        "infant_percent": "0.00",
    }


def test_a_picture_comes_in_three_sizes_and_the_cover_in_that_of_a_card(cast, traveller):
    factories.tour_photo(tour=cast.silk_tour)
    old = factories.tour_photo(tour=cast.nomad_tour, media=factories.media(file="media/old.webp"))

    tours = traveller.get(LIST).json()["results"]
    photos = traveller.get(f"tours/detail/{cast.silk_tour.pk}/").json()["photos"]

    media = cast.silk_tour.gallery.get().media
    stem = f"/media/{media.file.name}".removesuffix("-1600.webp")
    assert photos == [
        {
            "id": media.pk,
            "url": f"{stem}-1600.webp",
            "card_url": f"{stem}-800.webp",
            "thumb_url": f"{stem}-320.webp",
            "width": 1600,
            "height": 1200,
        }
    ]
    assert [tour["cover"] for tour in tours] == [media.card_url, old.media.card_url, None]
    assert tours[1]["cover"] == "/media/media/old.webp"


DIFFICULTY = {
    "type": "string",
    "enum": ["easy", "hard"],
    "x-title": {"ru": "Сложность", "uz": "Qiyinlik", "en": "Difficulty"},
    "x-labels": {"easy": {"ru": "лёгкая", "en": "easy going"}, "hard": {"ru": "высокая"}},
}
LANGUAGES = {"type": "array", "items": {"type": "string"}, "x-title": {"ru": "Языки гида"}}
SCHEMA = {
    "type": "object",
    "properties": {
        "difficulty": DIFFICULTY,
        "languages": LANGUAGES,
        "height_m": {"type": "integer"},
        "tents": {"type": "boolean", "x-title": {"ru": "Палатки"}},
        "bring": in_three_languages({"type": "array", "items": {"type": "string"}}),
    },
}


EASY = {
    "tents": True,
    "languages": ["ru", "uz"],
    "height_m": 3309,
    "difficulty": "easy",
    "bring": {"ru": ["вода", "чай"], "uz": ["suv"]},
}


@pytest.fixture
def mountains(cast):
    """Two hikes of the category with parameters; the third tour has none."""
    category = cast.silk_tour.category
    category.parameters_schema = SCHEMA
    category.save()
    set_tour(cast.silk_tour, parameters=EASY)
    set_tour(cast.nomad_tour, parameters={"difficulty": "hard", "height_m": 90})
    return cast


@pytest.mark.parametrize(
    ("language", "difficulty", "bring"),
    [
        ("ru", ("Сложность", "лёгкая"), "вода, чай"),
        ("uz", ("Qiyinlik", "лёгкая"), "suv"),
        ("en", ("Difficulty", "easy going"), "вода, чай"),
    ],
)
def test_parameters_are_told_raw_and_in_the_callers_words(
    mountains, phone, language, difficulty, bring
):
    mine = phone(mountains.traveller, language=language)

    tour = mine.get(f"tours/detail/{mountains.silk_tour.pk}/").json()

    assert tour["parameters"] == EASY
    told = {each["name"]: (each["title"], each["value"]) for each in tour["parameters_shown"]}
    assert told.keys() == EASY.keys()
    assert told["difficulty"] == difficulty
    assert told["bring"] == ("bring", bring)
    assert told["languages"] == ("Языки гида", "ru, uz")
    assert told["height_m"] == ("height_m", "3309")


@pytest.mark.parametrize(
    ("language", "transport", "lunch"),
    [
        ("ru", ["Поезд", "Автобус"], "обед"),
        ("uz", ["Poyezd", "Автобус"], "tushlik"),
        ("en", ["Train", "Автобус"], "обед"),
    ],
)
def test_a_card_is_in_the_callers_language(cast, phone, language, transport, lunch):
    train = {"code": "train", "price": "1.00", "seats": 12}
    titles_of_train = {"title": "Поезд", "title_uz": "Poyezd", "title_en": "Train"}
    bus = {"code": "bus", "price": 2, "title": "Автобус", "title_en": ""}
    set_tour(
        cast.silk_tour,
        transport_options=[train | titles_of_train, bus],
        inclusions_ru=["обед"],
        inclusions_uz=["tushlik"],
        exclusions_ru=["обед"],
        exclusions_uz=["tushlik"],
        itinerary_ru=[{"day": 1, "title": "обед", "text": ""}],
        itinerary_uz=[{"day": 1, "title": "tushlik", "text": ""}],
        meeting_point_ru="обед",
        meeting_point_uz="tushlik",
    )

    tour = phone(cast.traveller, language=language).get(f"tours/detail/{cast.silk_tour.pk}/").json()

    assert [option["title"] for option in tour["transport_options"]] == transport
    assert [option["seats"] for option in tour["transport_options"]] == [12, None]
    assert tour["inclusions"] == tour["exclusions"] == [lunch]
    assert tour["itinerary"][0]["title"] == tour["meeting_point"]["text"] == lunch


@pytest.mark.parametrize("tour_id", [0, -1, 2**62, 2**63, 10**40])
def test_a_tour_that_is_not_there_is_404(traveller, tour_id):
    problem(traveller.get(f"tours/detail/{tour_id}/"), 404, "not_found")


@pytest.mark.parametrize("tour_id", ["x", "1.5", "null", "%00", "１２ "])
def test_a_tours_id_is_a_number(traveller, tour_id):
    response = traveller.get(f"tours/detail/{tour_id}/")

    assert response.status_code in (404, 422)
    assert response.headers["Content-Type"] == "application/problem+json"


def test_categories_tell_the_schema_of_their_parameters(mountains, phone):
    factories.category(slug="a", title_ru="А", position=2)

    first, second = phone(mountains.traveller, language="uz").get("tours/categories/").json()

    assert second == {"slug": "a", "title": "А", "parameters_schema": {}}
    assert (first["slug"], first["title"]) == ("mountains", "Горы")
    properties = first["parameters_schema"]["properties"]
    assert properties["difficulty"] == DIFFICULTY | {"title": "Qiyinlik"}
    assert properties["languages"]["title"] == "Языки гида"
    assert properties["height_m"] == {"type": "integer", "title": "height_m"}
    stored = mountains.silk_tour.category
    stored.refresh_from_db()
    assert stored.parameters_schema == SCHEMA


# --- filters


@pytest.fixture
def variety(cast):
    """Khiva is later, dearer and nearly full; Samarkand is a museum tour."""
    set_session(
        cast.nomad_session,
        date_start=date(2027, 7, 10),
        date_end=date(2027, 7, 12),
        price=MILLION * 2,
        seats_taken=18,
    )
    set_tour(cast.swift_tour, category=factories.category(slug="museums"))
    return cast


FILTERS = [
    ({"category": "museums"}, ["Samarkand"]),
    ({"category": "nothing"}, []),
    ({"category": "' OR 1=1 --"}, []),
    ({"date_from": "2027-06-02"}, ["Khiva"]),
    ({"date_from": "2027-06-01"}, ["Chimgan", "Samarkand", "Khiva"]),
    ({"date_to": "2027-06-01"}, ["Chimgan", "Samarkand"]),
    ({"date_from": "2027-06-02", "date_to": "2027-07-09"}, []),
    ({"date_from": "0001-01-01", "date_to": "9999-12-31"}, ["Chimgan", "Samarkand", "Khiva"]),
    ({"price_min": 1000001}, ["Khiva"]),
    ({"price_max": 1000000}, ["Chimgan", "Samarkand"]),
    ({"price_min": 0, "price_max": 10**12}, ["Chimgan", "Samarkand", "Khiva"]),
    ({"seats": 2}, ["Chimgan", "Samarkand", "Khiva"]),
    ({"seats": 3}, ["Chimgan", "Samarkand"]),
    ({"seats": 21}, []),
    ({"seats": 3, "category": "museums", "price_max": 2000000}, ["Samarkand"]),
    ({"search": "chim"}, ["Chimgan"]),
    ({"search": "ЧИМГАН"}, ["Chimgan"]),
    ({"search": "xiva"}, ["Khiva"]),
    ({"search": "горы и чай"}, ["Chimgan", "Samarkand", "Khiva"]),
    ({"search": " самаркнад "}, ["Samarkand"]),
    ({"search": "чай", "category": "museums", "seats": 3}, ["Samarkand"]),
    ({"search": "чай", "price_min": 1000001}, ["Khiva"]),
    ({"search": "чай хива", "ordering": "relevance"}, ["Khiva"]),
]


@pytest.mark.parametrize(("query", "expected"), FILTERS, ids=str)
def test_filters_combine(variety, traveller, query, expected):
    assert titles(traveller.get(LIST, **query)) == expected


def test_a_filter_by_agency(cast, traveller):
    assert titles(traveller.get(LIST, agency=cast.nomad.pk)) == ["Khiva"]
    assert titles(traveller.get(LIST, agency=2**62)) == []


def test_a_narrowed_list_shows_only_the_sessions_that_fit(cast, traveller):
    dear = factories.session(tour=cast.silk_tour, price=MILLION * 3)

    [tour] = traveller.get(LIST, price_min=2_000_000).json()["results"]

    assert [session["id"] for session in tour["next_sessions"]] == [dear.pk]
    assert tour["price_from"] == "3000000.00"


@pytest.mark.parametrize(
    "search", ["'", '"', "%", "_", "\\", "%%s", "%(at)s", "{}", "';--", "\ud7ff", "🙂", "$$"]
)
def test_signs_in_the_search_narrow_nothing(cast, traveller, search):
    assert titles(traveller.get(LIST, search=search)) == ["Chimgan", "Khiva", "Samarkand"]
    assert titles(traveller.get(LIST, search=f"khiva{search}")) == ["Khiva"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ('{"difficulty": "easy"}', ["Chimgan"]),
        ('{"height_m": {"max": 100}}', ["Khiva"]),
        ('{"bring": ["suv"]}', ["Chimgan"]),
        ('{"height_m": {"min": 1}, "languages": ["uz"]}', ["Chimgan"]),
        ("{}", ["Chimgan", "Khiva", "Samarkand"]),
        ("", ["Chimgan", "Khiva", "Samarkand"]),
    ],
)
def test_a_filter_by_the_categorys_parameters(mountains, traveller, asked, expected):
    assert titles(traveller.get(LIST, category="mountains", parameters=asked)) == expected


@pytest.mark.parametrize(
    ("category", "asked", "field"),
    [
        ("mountains", '{"colour": "red"}', "parameters.colour"),
        ("mountains", '{"difficulty": "medium"}', "parameters.difficulty"),
        ("mountains", '{"height_m": "high"}', "parameters.height_m"),
        ("mountains", '{"height_m": 1e999}', "parameters"),
        ("mountains", '{"height_m": NaN}', "parameters"),
        ("mountains", '{"difficulty": "\\u0000"}', "parameters"),
        ("mountains", '{"difficulty": "\\ud800"}', "parameters"),
        ("mountains", "[1]", "parameters"),
        ("mountains", "easy", "parameters"),
        ("mountains", "[" * 1000, "parameters"),
        ("mountains", "x" * 1001, "parameters"),
        ("", "{}", "category"),
        ("nothing", '{"difficulty": "easy"}', "category"),
    ],
)
def test_parameters_that_cannot_be_asked_for_are_named(
    mountains, traveller, category, asked, field
):
    response = traveller.get(LIST, category=category, parameters=asked)

    assert faulty_fields(response) == [field]


BAD_QUERIES = [
    ("page_size", 0),
    ("page_size", 51),
    ("page_size", -1),
    ("page_size", "x"),
    ("page_size", "1.5"),
    ("seats", 0),
    ("seats", 1001),
    ("price_min", -1),
    ("price_max", 10**12 + 1),
    ("price_min", "cheap"),
    ("date_from", "tomorrow"),
    ("date_to", "2027-02-30"),
    ("date_from", "10000-01-01"),
    ("ordering", "title"),
    ("ordering", "-next_date"),
    ("agency", 0),
    ("agency", 2**63),
    ("search", "x" * 101),
    ("search", "a\x00b"),
    ("category", "a\x00b"),
    ("cursor", "x" * 201),
]


@pytest.mark.parametrize(("name", "value"), BAD_QUERIES, ids=str)
def test_a_query_out_of_bounds_is_named(traveller, name, value):
    assert faulty_fields(traveller.get(LIST, **{name: value})) == [name]


# --- words


@pytest.mark.parametrize(
    ("accepted", "title", "category"),
    [
        ("ru", "Чимган", "Горы"),
        ("uz", "Chimyon", "Горы"),
        ("en", "Chimgan", "Mountains"),
        ("en-US,en;q=0.9,ru;q=0.5", "Chimgan", "Mountains"),
        ("de", "Чимган", "Горы"),
        ("de,uz;q=0.7", "Chimyon", "Горы"),
        ("", "Чимган", "Горы"),
        ("*", "Чимган", "Горы"),
        ("x" * 5000, "Чимган", "Горы"),
    ],
)
def test_titles_follow_accept_language_and_fall_back_to_russian(
    cast, phone, accepted, title, category
):
    mine = phone(cast.traveller, language=accepted)

    [tour] = mine.get(LIST, agency=cast.silk.pk).json()["results"]
    detail = mine.get(f"tours/detail/{cast.silk_tour.pk}/").json()

    for shown in (tour, detail):
        assert shown["title"] == title
        assert shown["category"]["title"] == category


# --- prices


def test_the_best_running_promotion_is_in_the_price(cast, phone):
    factories.promotion(tour=cast.silk_tour, discount_percent=Decimal("33.33"))
    factories.promotion(session=cast.silk_session, discount_amount=Decimal("333299.99"))
    factories.promotion(tour=cast.silk_tour, discount_percent=90, is_active=False)
    factories.promotion(tour=cast.silk_tour, discount_percent=90, valid_to=NOW)
    factories.promotion(
        tour=cast.silk_tour, discount_percent=90, valid_from=NOW + timedelta(seconds=1)
    )
    factories.promotion(tour=cast.nomad_tour, discount_percent=90)
    mine = phone(cast.traveller)

    session = mine.get(SESSIONS, tour=cast.silk_tour.pk).json()["results"][0]
    [tour] = mine.get(LIST, agency=cast.silk.pk).json()["results"]
    body = {"session": cast.silk_session.pk, "seats": 1}
    quote = mine.post("bookings/quote/", body).json()["price"]

    assert session["price"] == "1000000.00"
    assert session["discounted_price"] == "666700.00"
    assert tour["next_sessions"][0]["discounted_price"] == "666700.00"
    assert quote["final"] == "666700.00"


def test_a_discount_never_makes_a_price_negative(cast, traveller):
    factories.promotion(tour=cast.silk_tour, discount_amount=MILLION * 5)

    [session] = traveller.get(SESSIONS, tour=cast.silk_tour.pk).json()["results"]

    assert session["discounted_price"] == "0.00"


@pytest.mark.parametrize("price", ["1.05", "999.99", "0.01", "123456.78", "33333.33"])
def test_the_shown_discount_is_the_quoted_one_to_the_tiyin(cast, traveller, price):
    set_session(cast.silk_session, price=Decimal(price))
    factories.promotion(tour=cast.silk_tour, discount_percent=Decimal("12.50"))

    [session] = traveller.get(SESSIONS, tour=cast.silk_tour.pk).json()["results"]
    body = {"session": cast.silk_session.pk, "seats": 1}
    quote = traveller.post("bookings/quote/", body).json()["price"]

    assert session["discounted_price"] == quote["final"]


DISCOUNTS = [
    {"discount_percent": Decimal("0.01")},
    {"discount_percent": Decimal("33.33")},
    {"discount_percent": Decimal("12.50")},
    {"discount_percent": Decimal(100)},
    {"discount_amount": Decimal("0.01")},
    {"discount_amount": Decimal("333333.33")},
    {"discount_amount": MILLION * 5},
    {"discount_percent": 90, "is_active": False},
    {"discount_percent": 90, "valid_to": NOW},
]


@pytest.mark.parametrize("seed", range(12))
def test_list_dates_and_quote_tell_one_price_whatever_promotions_run(cast, seed):
    dice = random.Random(seed)
    price = Decimal(dice.randrange(1, 10 ** dice.randrange(2, 15))) / 100
    set_session(cast.silk_session, price=price)
    reaches = [
        {"session": cast.silk_session},
        {"tour": cast.silk_tour},
        {"agency": cast.silk},
        {"session": cast.nomad_session},
        {"tour": cast.nomad_tour},
        {"agency": cast.nomad},
    ]
    for _ in range(seed // 2):
        factories.promotion(**dice.choice(reaches), **dice.choice(DISCOUNTS))

    wish = Wish(session_id=cast.silk_session.pk, seats=1)
    quoted = quote(wish, user_id=cast.traveller.pk, at=NOW).price.final
    dated = sessions_on_sale(NOW).get(pk=cast.silk_session.pk)
    for ordering in ("next_date", "price"):
        [tour] = _listed(cast, ordering=ordering)
        assert tour["price_from"] == tour["next_sessions"][0]["discounted_price"] == str(quoted)
    assert discounted_of(dated) == quoted


def _listed(cast, *, ordering="next_date", **filters):
    rows, _ = catalogue_page(
        Filters(agency=cast.silk.pk, **filters),
        ordering=ordering,
        after=None,
        size=5,
        language="en",
        at=NOW,
    )
    return [json.loads(row) for row in rows]


def test_the_list_is_sorted_and_narrowed_by_the_price_that_is_shown(cast, traveller):
    factories.promotion(agency=cast.nomad, discount_percent=50)
    factories.promotion(session=cast.swift_session, discount_amount=100_000)

    cheap = traveller.get(LIST, price_max=500_000).json()["results"]

    assert [(tour["title"], tour["price_from"]) for tour in cheap] == [("Khiva", "500000.00")]
    assert titles(traveller.get(LIST, price_min=500_001)) == ["Chimgan", "Samarkand"]
    assert titles(traveller.get(LIST, price_min=500_000, price_max=999_999)) == [
        "Khiva",
        "Samarkand",
    ]
    assert titles(traveller.get(LIST, ordering="price")) == ["Khiva", "Samarkand", "Chimgan"]
    assert titles(traveller.get(LIST, ordering="-price")) == ["Chimgan", "Samarkand", "Khiva"]
