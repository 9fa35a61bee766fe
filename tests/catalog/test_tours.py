"""What an agency says of a tour: made, changed, made again."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from catalog.models import Tour
from catalog.queries.tour_faults import TourFaults
from catalog.services.tours import change_tour, create_tour, duplicate_tour
from core.models import EventDelivery, EventLog
from core.refusals import NotAllowed, NotFound
from tests import factories
from tests.factories import NOW, POLICY, TRANSPORT
from tests.sales.threads import run_together

OUTSIDERS = [
    ("nomad_owner", NotFound),
    ("traveller", NotAllowed),
    ("support", NotAllowed),
    ("accountant", NotAllowed),
]
HIKING = {
    "type": "object",
    "properties": {
        "level": {"type": "string", "enum": ["easy", "hard"], "x-title": {"en": "Difficulty"}},
        "km": {"type": "number", "minimum": 0, "maximum": 200},
    },
    "required": ["level"],
    "additionalProperties": False,
}
# A good answer, so that a wrong one stands alone.
PLACE = {"meeting_lat": Decimal("41.326500"), "meeting_lon": Decimal("69.234500")}


@pytest.fixture
def hiking(db):
    return factories.category(slug="hiking", parameters_schema=HIKING)


@pytest.fixture
def tour(cast, hiking):
    """A published tour of Silk Road, as complete as the shelf asks."""
    tour = factories.tour(
        agency=cast.silk, category=hiking, parameters={"level": "easy", "km": 12}, **PLACE
    )
    factories.tour_photo(tour=tour)
    factories.session(tour=tour)
    return tour


def create(cast, *, by=None, agency=None, **values):
    return create_tour(
        agency_id=(agency or cast.silk).pk,
        values={"title_ru": "Сарыкуль", "category": cast.silk_tour.category} | values,
        by=(by or cast.silk_manager).actor("admin"),
        at=NOW,
    )


def change(cast, tour, *, by=None, **values):
    by = (by or cast.silk_manager).actor("admin")
    return change_tour(tour_id=tour.pk, values=values, by=by, at=NOW)


def duplicate(cast, tour, *, by=None):
    return duplicate_tour(tour_id=tour.pk, by=(by or cast.silk_manager).actor("admin"), at=NOW)


def faults_of(call, *args, **kwargs):
    """What the act complains of, by field; it must complain."""
    with pytest.raises(TourFaults) as refusal:
        call(*args, **kwargs)
    assert refusal.value.field in refusal.value.faults
    return refusal.value.faults


# --- making


@pytest.mark.parametrize("who", ["silk_manager", "silk_owner", "admin"])
def test_a_tour_begins_as_a_draft_of_the_agency(cast, hiking, who):
    tour = create(cast, by=getattr(cast, who), category=hiking, description_ru="Озеро")

    tour.refresh_from_db()
    assert (tour.agency, tour.status, tour.published_at) == (cast.silk, "draft", None)
    assert (tour.title_ru, tour.description_ru) == ("Сарыкуль", "<p>Озеро</p>")
    event = EventLog.objects.get(action="tour.added")
    assert (event.user, event.agency_id) == (getattr(cast, who), cast.silk.pk)
    assert tour.history.count() == 1


@pytest.mark.parametrize(("who", "refusal"), OUTSIDERS)
def test_nobody_else_makes_a_tour_for_the_agency(cast, who, refusal):
    with pytest.raises(refusal):
        create(cast, by=getattr(cast, who))

    assert not Tour.objects.filter(title_ru="Сарыкуль").exists()


WRONG = [
    ({"title_ru": " "}, "title_ru"),
    ({"title_ru": "Т" * 161}, "title_ru"),
    ({"title_uz": "T" * 161}, "title_uz"),
    ({"code": "with space"}, "code"),
    ({"code": ""}, "code"),
    ({"age_min": -1}, "age_min"),
    ({"age_min": "many"}, "age_min"),
    ({"age_min": 100}, "age_min"),
    ({"age_min": 18, "age_max": 17}, "age_max"),
    ({"infant_to_age": 13}, "infant_to_age"),
    ({"child_percent": Decimal("100.01")}, "child_percent"),
    ({"infant_percent": Decimal(-1)}, "infant_percent"),
    ({"meeting_lat": Decimal("41.3"), "meeting_lon": None}, "meeting_lat"),
    ({"meeting_lat": None, "meeting_lon": Decimal("69.2")}, "meeting_lat"),
    ({"meeting_lat": Decimal("90.1"), "meeting_lon": Decimal("69.2")}, "meeting_lat"),
    ({"meeting_lat": Decimal("41.3"), "meeting_lon": Decimal("-180.1")}, "meeting_lat"),
    ({"meeting_lat": "north", "meeting_lon": Decimal("69.2")}, "meeting_lat"),
    ({"parameters": {"level": "impossible"}}, "parameters"),
    ({"parameters": {"level": "easy", "km": 201}}, "parameters"),
    ({"parameters": {"level": "easy", "bears": 3}}, "parameters"),
    ({"parameters": ["easy"]}, "parameters"),
    ({"parameters": None}, "parameters"),
    ({"transport_options": [{"code": "bus", "title": "Bus"}]}, "transport_options"),
    ({"transport_options": [{"code": ["bus"], "title": "Bus", "price": "1"}]}, "transport_options"),
    ({"transport_options": [TRANSPORT[0], TRANSPORT[0]]}, "transport_options"),
    ({"transport_options": None}, "transport_options"),
    ({"cancellation_policy": [{"days_before": 7, "refund_percent": 101}]}, "cancellation_policy"),
    ({"cancellation_policy": [POLICY[0], POLICY[0]]}, "cancellation_policy"),
    ({"itinerary_uz": [{"day": 0, "title": "Kun", "text": ""}]}, "itinerary_uz"),
    ({"inclusions_en": [""]}, "inclusions_en"),
    ({"exclusions_ru": "tips"}, "exclusions_ru"),
]


@pytest.mark.parametrize(("wrong", "field"), WRONG)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_made(cast, hiking, wrong, field):
    faults = faults_of(create, cast, category=hiking, **wrong)

    assert set(faults) == {field}
    assert not Tour.objects.filter(category=hiking).exists()
    assert not EventLog.objects.filter(action="tour.added").exists()


@pytest.mark.parametrize(("wrong", "field"), WRONG)
def test_a_tour_is_not_changed_to_what_is_wrong(cast, tour, wrong, field):
    faults = faults_of(change, cast, tour, **wrong)

    assert set(faults) == {field}
    assert tour.history.count() == 1
    assert not EventLog.objects.filter(action="tour.changed").exists()


@pytest.mark.parametrize(
    "edge",
    [
        {"age_min": 18, "age_max": 18},
        {"age_min": None, "age_max": 12},
        {"child_to_age": 5, "infant_to_age": 5},
        {"child_percent": Decimal(0), "infant_percent": Decimal(0)},
        {"meeting_lat": Decimal(-90), "meeting_lon": Decimal(180)},
        {"meeting_lat": None, "meeting_lon": None},
        {"parameters": {"level": "hard", "km": 200}},
        {"transport_options": [], "itinerary_ru": []},
        {"cancellation_policy": [{"days_before": 0, "refund_percent": 0}]},
    ],
)
def test_the_edges_are_possible(cast, tour, edge):
    change(cast, tour, **edge)

    tour.refresh_from_db()
    assert {name: getattr(tour, name) for name in edge} == edge


def test_all_that_is_wrong_is_said_at_once(cast, hiking):
    faults = faults_of(
        create, cast, category=hiking, title_ru="", age_min=-1, parameters={"level": "wild"}
    )

    assert set(faults) == {"title_ru", "age_min", "parameters"}
    assert faults["parameters"] == ["Difficulty: expected one of: easy, hard"]


def test_a_tour_is_of_some_category(cast):
    assert set(faults_of(create, cast, category=None)) == {"category"}


def test_what_a_category_needs_may_wait_in_a_draft(cast, hiking):
    assert create(cast, category=hiking, parameters={"km": 3}).parameters == {"km": 3}


def test_a_code_is_taken_once_in_an_agency(cast):
    create(cast, code="ozero")

    assert faults_of(create, cast, code="ozero") == {"code": ["Another tour has this code."]}
    assert create(cast, agency=cast.nomad, by=cast.nomad_owner, code="ozero").code == "ozero"


@pytest.mark.django_db(transaction=True)
def test_of_two_tours_made_at_once_with_one_code_the_second_is_refused(cast):
    results = run_together([lambda: create(cast, code="ozero")] * 6)

    assert sorted(type(result).__name__ for result in results) == ["Tour"] + ["TourFaults"] * 5


def test_a_tour_is_not_given_anothers_code(cast, tour):
    faults = faults_of(change, cast, tour, code=cast.silk_tour.code)

    assert faults == {"code": ["Another tour has this code."]}
    assert change(cast, tour, code=tour.code, title_en="Lake").title_en == "Lake"


@pytest.mark.parametrize("name", ["status", "agency", "published_at", "gallery", "id"])
def test_what_is_not_an_agencys_to_say_is_a_mistake_of_the_door(cast, tour, name):
    with pytest.raises(ValueError, match=name):
        change(cast, tour, **{name: 1})


# --- changing


def test_a_change_is_kept_and_told_with_its_fields(cast, tour):
    change(cast, tour, title_en=" Lake ", age_min=7)

    tour.refresh_from_db()
    assert (tour.title_en, tour.age_min) == ("Lake", 7)
    event = EventLog.objects.get(action="tour.changed")
    fields = event.details["changes"][0]["changed"]["fields"]
    assert (event.agency_id, fields) == (cast.silk.pk, ["title (en)", "age from"])
    assert tour.history.count() == 2


@pytest.mark.parametrize(("who", "refusal"), OUTSIDERS)
def test_nobody_else_changes_a_tour(cast, tour, who, refusal):
    with pytest.raises(refusal):
        change(cast, tour, by=getattr(cast, who), title_en="Lake")

    tour.refresh_from_db()
    assert tour.title_en != "Lake"


def test_a_tour_that_is_not_there_is_not_found(cast, tour):
    tour.pk = 0

    with pytest.raises(NotFound):
        change(cast, tour, title_en="Lake")


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"title_en": "  {tour.title_en} "},
        {"meeting_lat": "41.3265", "meeting_lon": "69.2345"},
        {"child_percent": 100},
        {"cancellation_policy": POLICY[::-1]},
        {"parameters": {"km": 12.0, "level": "easy"}},
    ],
)
def test_where_nothing_differs_nothing_is_written_or_told(cast, tour, same):
    same = {
        name: value.format(tour=tour) if isinstance(value, str) else value
        for name, value in same.items()
    }
    before = tour.updated_at, tour.history.count(), EventLog.objects.count()

    change(cast, tour, **same)

    tour.refresh_from_db()
    assert (tour.updated_at, tour.history.count(), EventLog.objects.count()) == before
    assert not EventDelivery.objects.exists()


def test_a_description_saved_again_as_it_was_kept_is_no_change(cast, tour):
    kept = change(cast, tour, description_uz='Choy & <a href="https://x.uz">non</a>')

    change(cast, tour, description_uz=kept.description_uz)

    assert tour.history.count() == 2


@pytest.mark.parametrize(
    ("field", "what"),
    [
        ("description_ru", "a description in Russian"),
        ("meeting_point_ru", "a meeting point"),
        ("cancellation_policy", "a cancellation policy"),
        ("parameters", "the parameters of its category"),
    ],
)
def test_a_tour_on_sale_keeps_what_it_was_published_with(cast, tour, field, what):
    empty = type(getattr(tour, field))()

    assert faults_of(change, cast, tour, **{field: empty}) == {
        field: [f"A published tour has {what}."]
    }
    Tour.objects.filter(pk=tour.pk).update(status="archived")
    assert getattr(change(cast, tour, **{field: empty}), field) == empty


def test_a_description_of_empty_tags_is_none(cast, tour):
    assert set(faults_of(change, cast, tour, description_ru="<p><br></p>")) == {"description_ru"}


def test_a_tour_on_sale_does_not_move_where_more_is_asked(cast, tour):
    asks = {**HIKING, "required": ["level", "km"]}
    stricter = factories.category(parameters_schema=asks)
    Tour.objects.filter(pk=tour.pk).update(parameters={"level": "easy"})

    faults = faults_of(change, cast, tour, category=stricter)

    assert faults == {"parameters": ["A published tour has the parameters of its category."]}
    moved = change(cast, tour, category=stricter, parameters={"level": "easy", "km": 1})
    assert moved.category == stricter


def test_what_the_shelf_lacked_before_does_not_stop_another_change(cast, tour):
    Tour.objects.filter(pk=tour.pk).update(meeting_point_ru="")

    assert change(cast, tour, title_en="Lake").title_en == "Lake"


def test_parameters_that_no_longer_fit_are_asked_for_when_they_are_next_edited(cast, tour):
    tour.category.parameters_schema = {**HIKING, "properties": {"level": {"type": "integer"}}}
    tour.category.save()

    assert change(cast, tour, title_en="Lake").title_en == "Lake"
    assert set(faults_of(change, cast, tour, parameters={"level": "hard"})) == {"parameters"}
    assert change(cast, tour, parameters={"level": 3}).parameters == {"level": 3}


def test_bookings_keep_the_terms_they_were_made_on(cast):
    booking = cast.request(transport="bus")

    dearer = [{"code": "bus", "title": "Coach", "price": "99000.00"}]
    terms = [{"days_before": 1, "refund_percent": 0}]
    change(cast, cast.silk_tour, transport_options=dearer, cancellation_policy=terms)

    booking.refresh_from_db()
    assert booking.cancellation_policy == POLICY
    assert booking.selected_transport == TRANSPORT[0]
    later = cast.request(by=cast.second_traveller, transport="bus")
    assert (later.cancellation_policy, later.selected_transport) == (terms, dearer[0])


# --- as it is kept


def test_steps_of_a_policy_are_kept_from_the_earliest_on(cast):
    assert create(cast, cancellation_policy=POLICY[::-1]).cancellation_policy == POLICY


def test_ways_to_get_there_are_given_codes_that_read_like_their_titles(cast):
    titles = ["Автобус", "Bus", "Bus", "Поезд «Афросиёб»", "Oʻzbekiston poyezdi"]
    options = [{"title": title, "price": "1000.00"} for title in titles]

    tour = create(cast, transport_options=[*options, {**options[1], "code": "bus"}])

    assert [option["code"] for option in tour.transport_options] == [
        "avtobus",
        "bus-2",
        "bus-3",
        "poezd-afrosiyob",
        "ozbekiston-poyezdi",
        "bus",
    ]


@pytest.mark.parametrize("language", ["ru", "uz", "en"])
def test_a_description_is_made_safe_in_every_language(cast, tour, language):
    name = f"description_{language}"
    typed = '<p onclick="x()">Чай</p><script>alert(1)</script><iframe src="//x"></iframe>'

    change(cast, tour, **{name: typed})

    tour.refresh_from_db()
    assert getattr(tour, name) == "<p>Чай</p>"


def test_what_is_not_translated_is_read_in_russian(cast):
    day = {"day": 1, "title": "День", "text": ""}
    tour = create(
        cast,
        title_uz="Sariqkoʻl",
        description_ru="Озеро",
        description_en="A lake",
        itinerary_ru=[day],
        inclusions_ru=["обед"],
        inclusions_uz=["tushlik"],
        exclusions_ru=["чаевые"],
        meeting_point_ru="Чорсу",
        meeting_point_en="Chorsu",
    )

    def read(language):
        with override(language):
            return (
                tour.title,
                tour.description,
                tour.itinerary,
                tour.inclusions,
                tour.exclusions,
                tour.meeting_point,
            )

    russian = ("Сарыкуль", "<p>Озеро</p>", [day], ["обед"], ["чаевые"], "Чорсу")
    assert read("ru") == russian
    assert read("uz") == ("Sariqkoʻl", russian[1], [day], ["tushlik"], ["чаевые"], "Чорсу")
    assert read("en") == (russian[0], "<p>A lake</p>", [day], ["обед"], ["чаевые"], "Chorsu")


# --- making another like it


def test_a_copy_is_a_draft_with_the_same_texts_terms_and_gallery(cast, tour):
    cover = factories.tour_photo(tour=tour, position=9)

    copy = duplicate(cast, tour)

    copy.refresh_from_db()
    assert (copy.status, copy.published_at, copy.sessions.count()) == ("draft", None, 0)
    assert copy.code != tour.code
    for name in ("agency", "category", "title_ru", "title_uz", "description_ru", "parameters"):
        assert getattr(copy, name) == getattr(tour, name)
    assert (copy.meeting_lat, copy.cancellation_policy) == (PLACE["meeting_lat"], POLICY)
    assert list(copy.gallery.values_list("media", "position")) == list(
        tour.gallery.values_list("media", "position")
    )
    assert (copy.gallery.count(), copy.gallery.last().media) == (2, cover.media)
    event = EventLog.objects.get(action="tour.duplicated")
    assert (event.object_id, event.details["of"]) == (copy.pk, tour.pk)


def test_a_copy_and_its_original_go_their_own_ways(cast, tour):
    copy = duplicate(cast, tour)

    change(cast, copy, title_ru="Другой", parameters={"level": "hard"})
    copy.gallery.all().delete()

    tour.refresh_from_db()
    assert (tour.title_ru, tour.parameters["level"]) != ("Другой", "hard")
    assert tour.gallery.count() == 1


@pytest.mark.parametrize(("who", "refusal"), OUTSIDERS)
def test_nobody_else_copies_a_tour(cast, tour, who, refusal):
    before = Tour.objects.count()

    with pytest.raises(refusal):
        duplicate(cast, tour, by=getattr(cast, who))

    assert Tour.objects.count() == before
