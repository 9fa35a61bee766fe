"""Types of tours: kept by the platform, asked of every tour; their questions as rows and back."""

from copy import deepcopy

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.admin.catalog.questions import (
    DRAFT,
    NEW,
    labels_of,
    questions_field,
    rows_of,
    schema_of,
)
from backoffice.admin.rows import Posted
from backoffice.demo.content import CATEGORIES, TOURS
from catalog.models import TourCategory
from catalog.parameters import (
    Kind,
    category_faults,
    in_three_languages,
    kind_of,
    parameter_faults,
)
from catalog.queries.misfits import misfits
from catalog.services.categories import CategoryFaults, ToursWouldNotFit, save_category
from core.models import EventLog
from core.refusals import NotAllowed, NotFound
from tests import factories
from tests.factories import NOW

LEVEL = {"type": "string", "enum": ["easy", "hard"]}
SCHEMA = {"type": "object", "properties": {"level": LEVEL, "km": {"type": "number"}}}
STRICTER = {**SCHEMA, "required": ["level"]}


def save(cast, category=None, *, by=None, leaving=False, **values):
    return save_category(
        category_id=category and category.pk,
        values=values,
        leaving_misfits=leaving,
        by=(by or cast.admin).actor("admin"),
        at=NOW,
    )


@pytest.fixture
def hiking(db):
    return factories.category(slug="hiking", title_ru="Походы", parameters_schema=SCHEMA)


def told():
    return list(EventLog.objects.order_by("pk").values_list("action", flat=True))


# --- the act


def test_a_category_is_made_and_changed(cast):
    category = save(cast, slug="water", title_ru="Вода", parameters_schema=SCHEMA, position=3)
    category.refresh_from_db()
    assert (category.slug, category.title_ru, category.position) == ("water", "Вода", 3)
    assert category.parameters_schema == SCHEMA

    save(cast, category, title_en="Water", position=1)

    category.refresh_from_db()
    assert (category.title_en, category.position) == ("Water", 1)
    assert told() == ["category.added", "category.changed"]
    changes = EventLog.objects.get(action="category.changed").details["changes"]
    assert changes[0]["changed"]["fields"] == ["position", "title (en)"]


def test_where_nothing_differs_nothing_is_written_or_told(cast, hiking):
    with CaptureQueriesContext(connection) as queries:
        save(cast, hiking, slug="hiking", title_ru="Походы", parameters_schema=deepcopy(SCHEMA))

    assert not [query for query in queries if query["sql"].startswith(("UPDATE", "INSERT"))]
    assert told() == []


@pytest.mark.parametrize("who", ["silk_owner", "support", "accountant", "traveller"])
def test_only_the_platforms_admin_keeps_categories(cast, hiking, who):
    with pytest.raises(NotAllowed):
        save(cast, by=getattr(cast, who), slug="water", title_ru="Вода")
    with pytest.raises(NotAllowed):
        save(cast, hiking, by=getattr(cast, who), title_ru="Вода")

    assert not TourCategory.objects.filter(title_ru="Вода").exists()


def test_a_category_that_is_not_there_is_not_found(cast):
    with pytest.raises(NotFound):
        save(cast, TourCategory(pk=987_654), title_ru="Вода")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"slug": "two words"}, "slug"),
        ({"slug": "hiking"}, "slug"),
        ({"slug": ""}, "slug"),
        ({"title_ru": ""}, "title_ru"),
        ({"title_uz": "x" * 121}, "title_uz"),
        ({"position": -1}, "position"),
        ({"parameters_schema": {"type": "array"}}, "parameters_schema"),
        ({"parameters_schema": {"type": "thing"}}, "parameters_schema"),
        ({"parameters_schema": None}, "parameters_schema"),
        (
            {"parameters_schema": {"type": "object", "properties": {"a": True}}},
            "parameters_schema",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_made(cast, hiking, wrong, field):
    with pytest.raises(CategoryFaults) as refusal:
        save(cast, **{"slug": "water", "title_ru": "Вода"} | wrong)

    assert set(refusal.value.faults) == {field}
    assert refusal.value.faults[field][0] in refusal.value.detail
    assert told() == []


# --- tours that would not fit


@pytest.fixture
def tours(cast, hiking):
    """One that fits what is asked next, one that does not, and an archived one like it."""
    made = [
        factories.tour(agency=cast.silk, category=hiking, parameters={"level": "easy"}),
        factories.tour(agency=cast.nomad, category=hiking, parameters={"km": 3}),
        factories.tour(agency=cast.silk, category=hiking, parameters={}, status="archived"),
    ]
    factories.tour(parameters={"km": 3})  # of another category
    return made


def test_tours_that_would_no_longer_fit_are_named_and_nothing_is_saved(cast, hiking, tours):
    with pytest.raises(ToursWouldNotFit) as refusal:
        save(cast, hiking, parameters_schema=STRICTER)

    assert refusal.value.tour_ids == [tours[1].pk, tours[2].pk]
    assert refusal.value.detail == "Tours that would no longer fit: 2."
    hiking.refresh_from_db()
    assert (hiking.parameters_schema, told()) == (SCHEMA, [])


def test_they_may_be_left_as_they_are(cast, hiking, tours):
    save(cast, hiking, leaving=True, parameters_schema=STRICTER)

    hiking.refresh_from_db()
    tours[1].refresh_from_db()
    assert hiking.parameters_schema == STRICTER
    assert (tours[1].parameters, tours[1].status) == ({"km": 3}, "published")


def test_tours_that_did_not_fit_before_are_nobodys_news(cast, hiking, tours):
    save(cast, hiking, leaving=True, parameters_schema=STRICTER)
    narrower = {**STRICTER, "properties": {"level": {**LEVEL, "enum": ["hard"]}}}

    assert misfits(TourCategory(pk=hiking.pk, parameters_schema=narrower)) == [tours[0]]
    save(cast, hiking, title_en="Hikes")


@pytest.mark.parametrize(
    "wider",
    [
        {},
        {**SCHEMA, "properties": {**SCHEMA["properties"], "tents": {"type": "boolean"}}},
        {**SCHEMA, "x-order": ["km", "level"]},
    ],
)
def test_what_every_tour_still_fits_is_saved(cast, hiking, tours, wider):
    assert save(cast, hiking, parameters_schema=wider).parameters_schema == wider


TEXT = {"type": "string", "maxLength": 9}


def test_a_text_that_is_to_be_translated_is_the_russian_one_from_then_on(cast, hiking):
    plain = {**SCHEMA, "properties": {**SCHEMA["properties"], "bring": TEXT}}
    translated = {**plain, "properties": {**plain["properties"], "bring": in_three_languages(TEXT)}}
    save(cast, hiking, parameters_schema=plain)
    values = {"level": "easy", "bring": "вода"}
    answered = factories.tour(agency=cast.silk, category=hiking, parameters=values)
    silent = factories.tour(agency=cast.silk, category=hiking, parameters={"level": "easy"})

    save(cast, hiking, parameters_schema=translated)

    answered.refresh_from_db()
    silent.refresh_from_db()
    assert answered.parameters == {"level": "easy", "bring": {"ru": "вода"}}
    assert answered.history.latest().parameters == answered.parameters
    assert silent.parameters == {"level": "easy"}
    assert told() == ["category.changed", "tour.changed", "category.changed"]
    assert EventLog.objects.get(action="tour.changed").object_id == answered.pk
    # Back is another matter: the translations would be lost.
    with pytest.raises(ToursWouldNotFit) as refusal:
        save(cast, hiking, parameters_schema=plain)
    assert refusal.value.tour_ids == [answered.pk]


def test_misfits_are_found_with_as_many_queries_however_many_there_are(
    cast, hiking, django_assert_num_queries
):
    stricter = TourCategory(pk=hiking.pk, parameters_schema=STRICTER)
    for count in (1, 3):
        while hiking.tours.count() < count:
            factories.tour(category=hiking, parameters={})
        with django_assert_num_queries(2):
            assert len([str(tour) for tour in misfits(stricter)]) == count


# --- questions as rows


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.slug)
def test_the_demos_questions_come_back_as_they_were(category):
    schema = category.parameters_schema
    field = questions_field()
    posted = Posted({name: str(value) for name, value in row.items()} for row in rows_of(schema))

    back = schema_of(field.clean(posted), schema)

    assert back == schema
    assert list(back["properties"]) == list(schema["properties"])
    assert category_faults(schema) == []


def test_the_demos_tours_answer_their_categories_questions():
    schemas = {category.slug: category.parameters_schema for category in CATEGORIES}

    assert {
        tour.key: found
        for tour in TOURS
        if (found := parameter_faults(tour.parameters, schemas[tour.category]))
    } == {}


def row(title="Вопрос", kind="text", **cells):
    names = ("title_uz", "title_en", "required", "low", "high", "name", "choices")
    return dict.fromkeys(names, "") | {"title_ru": title, "kind": str(kind)} | cells


def asked(*rows, before=None):
    return schema_of(questions_field().clean(Posted(rows)), before or {})


@pytest.mark.parametrize("kind", Kind)
def test_a_new_question_of_every_kind_is_one_a_form_can_ask(kind):
    schema = asked(row(title_en="Level", kind=kind, choices="easy = лёгкая | oson | easy"))

    assert (schema["$schema"], schema["type"]) == (DRAFT, "object")
    assert kind_of(schema["properties"]["level"]) is kind
    assert category_faults(schema) == []
    assert "required" not in schema
    assert [each["name"] for each in rows_of(schema)] == ["level"]


def test_what_a_new_question_is_made_of_is_not_changed_by_it():
    before = deepcopy(NEW)

    asked(row(kind=Kind.CHOICES, choices="a = А"), row(kind=Kind.NUMBER, low="1"))

    assert before == NEW


def test_a_question_of_a_number_has_its_limits():
    schema = asked(row(title_en="Km", kind="number", low="0.5", high="200", required="yes"))

    rules = schema["properties"]["km"]
    assert (rules["minimum"], rules["maximum"], schema["required"]) == (0.5, 200, ["km"])
    again = asked(row(title_en="Km", kind="number", name="km", high="10"), before=schema)
    assert (again["properties"]["km"], again["required"]) == (
        {"type": "number", "maximum": 10, "x-title": {"ru": "Вопрос", "en": "Km"}},
        [],
    )


def test_what_rows_do_not_speak_of_stays_while_name_and_kind_do():
    before = {
        "type": "object",
        "properties": {
            "bring": {"type": "array", "items": {"type": "string", "maxLength": 9}, "maxItems": 4}
        },
    }

    kept = asked(row(kind=Kind.TEXTS, name="bring"), before=before)["properties"]["bring"]
    changed = asked(row(kind=Kind.TEXT, name="bring"), before=before)["properties"]["bring"]

    assert (kept["maxItems"], kept["items"]) == (4, before["properties"]["bring"]["items"])
    assert "maxItems" not in changed
    # What is taken over as Russian fits.
    translated = asked(row(kind=Kind.TRANSLATED_TEXTS, name="bring"), before=before)
    assert translated["properties"]["bring"] == {
        **in_three_languages(before["properties"]["bring"]),
        "x-title": {"ru": "Вопрос"},
    }


def test_rows_in_another_order_are_asked_in_it():
    schema = CATEGORIES[0].parameters_schema
    rows = rows_of(schema)

    assert schema_of(rows[::-1], schema)["x-order"] == [each["name"] for each in rows[::-1]]


def test_a_question_taken_out_is_asked_no_more():
    schema = CATEGORIES[1].parameters_schema

    back = schema_of(rows_of(schema)[1:], schema)

    assert "difficulty" not in back["properties"]
    assert "difficulty" not in back["required"] + back["x-order"]


def test_values_without_a_label_are_not_lost():
    schema = {**SCHEMA, "properties": {"level": {**LEVEL, "x-title": {"ru": "Сложность"}}}}

    assert schema_of(questions_field().clean(Posted(rows_of(schema))), schema) == schema


def test_names_are_made_of_the_titles_each_its_own():
    titles = ["Highest point", "Highest point", "3 meals", "Что взять"]
    rows = [row(title=title) for title in titles]

    schema = asked(row(title="Давно", name="highest_point"), *rows)

    assert list(schema["properties"]) == [
        "highest_point",
        "highest_point_2",
        "highest_point_3",
        "n_3_meals",
        "chto_vzyat",
    ]


def test_lists_are_read_a_line_a_value():
    assert labels_of("easy = лёгкая | oson | easy\n\n = | \nсредняя || medium\nвысокая") == {
        "easy": {"ru": "лёгкая", "uz": "oson", "en": "easy"},
        "medium": {"ru": "средняя", "en": "medium"},
        "vysokaya": {"ru": "высокая"},
    }


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"name": "Level"}, "“Вопрос”: a name is of small Latin letters, digits and _."),
        ({"name": "1level"}, "“Вопрос”: a name is of small Latin letters, digits and _."),
        ({"kind": "choice"}, "“Вопрос”: write its list."),
        ({"kind": "choices", "choices": " | |\n"}, "“Вопрос”: write its list."),
        (
            {"kind": "choice", "choices": "a = А\na = Б"},
            "“Вопрос”: something in its list is here twice.",
        ),
        (
            {"kind": "integer", "low": "2", "high": "1.5"},
            "“Вопрос”: the limits are the wrong way round.",
        ),
        ({"title": ""}, "Look at the rows marked in red."),
        ({"kind": "poem"}, "Look at the rows marked in red."),
        ({"kind": "number", "low": "few"}, "Look at the rows marked in red."),
    ],
)
def test_what_is_wrong_with_a_row_is_said_in_words(cells, fault):
    with pytest.raises(ValidationError) as error:
        asked(row(**cells))

    assert error.value.messages == [fault]


def test_two_rows_of_one_name_are_refused():
    with pytest.raises(ValidationError):
        asked(row(name="km"), row(name="km"))


def test_limits_the_same_are_in_order():
    rules = asked(row(title_en="Km", kind="integer", low="2", high="2"))["properties"]["km"]

    assert (rules["minimum"], rules["maximum"]) == (2, 2)
