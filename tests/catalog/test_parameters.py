"""A category's JSON Schema read as questions."""

import pytest
from django.utils.translation import override

from catalog.parameters import (
    Kind,
    answers_of,
    category_faults,
    faults_by_parameter,
    in_three_languages,
    kind_of,
    missing_parameters,
    names_in_order,
    parameter_faults,
    parameters_of,
    taken_over,
    untranslated_in,
)

LEVELS = {
    "easy": {"ru": "лёгкая", "uz": "oson", "en": "easy"},
    "hard": {"ru": "высокая", "uz": "qiyin"},
}
LINES = {"type": "array", "items": {"type": "string", "maxLength": 9}}
IN_LANGUAGES = in_three_languages(LINES)
SCHEMA = {
    "type": "object",
    "properties": {
        "km": {"type": "number", "minimum": 0, "x-title": {"ru": "Пешком, км"}},
        "level": {
            "type": "string",
            "enum": ["easy", "hard", "wild"],
            "x-title": {"ru": "Сложность", "uz": "Qiyinlik", "en": "Difficulty"},
            "x-labels": LEVELS,
        },
        "tongues": {"type": "array", "items": {"type": "string", "enum": ["ru", "uz"]}},
        "tents": {"type": "boolean"},
    },
    "required": ["level"],
    "additionalProperties": False,
    "x-order": ["level", "km"],
}


@pytest.mark.parametrize(
    ("rules", "kind"),
    [
        ({"type": "string"}, Kind.TEXT),
        ({"type": "integer"}, Kind.INTEGER),
        ({"type": "number"}, Kind.NUMBER),
        ({"type": "boolean"}, Kind.FLAG),
        ({"type": "string", "enum": ["a"]}, Kind.CHOICE),
        ({"type": "array", "items": {"type": "string", "enum": ["a"]}}, Kind.CHOICES),
        ({"type": "array", "items": {"type": "string"}}, Kind.TEXTS),
        ({}, None),
        (in_three_languages({"type": "string"}), Kind.TRANSLATED_TEXT),
        (IN_LANGUAGES, Kind.TRANSLATED_TEXTS),
        (in_three_languages({"type": "string", "enum": ["a"]}), None),
        (in_three_languages({"type": "integer"}), None),
        (in_three_languages(IN_LANGUAGES), None),
        ({**IN_LANGUAGES, "required": ["ru", "uz"]}, None),
        ({**IN_LANGUAGES, "additionalProperties": True}, None),
        ({**IN_LANGUAGES, "properties": {"ru": LINES, "uz": LINES}}, None),
        (
            {**IN_LANGUAGES, "properties": IN_LANGUAGES["properties"] | {"en": {"type": "string"}}},
            None,
        ),
        ({**IN_LANGUAGES, "properties": 5}, None),
        ({"type": "object"}, None),
        ({"type": "null"}, None),
        ({"type": ["string", "null"]}, None),
        ({"type": "array"}, None),
        ({"type": "array", "items": {"type": "integer"}}, None),
        ({"type": "array", "items": True}, None),
        ({"anyOf": [{"type": "string"}]}, None),
        (True, None),
    ],
)
def test_what_kind_of_question_a_property_is(rules, kind):
    assert kind_of(rules) is kind


def test_questions_come_in_their_order_those_without_one_last():
    assert names_in_order(SCHEMA) == ["level", "km", "tongues", "tents"]
    assert names_in_order({**SCHEMA, "x-order": ["gone", "tents"]})[0] == "tents"
    assert names_in_order({}) == []


@pytest.mark.parametrize(
    ("language", "titles", "choices"),
    [
        ("ru", ["Сложность", "Пешком, км"], ["лёгкая", "высокая", "wild"]),
        ("uz", ["Qiyinlik", "Пешком, км"], ["oson", "qiyin", "wild"]),
        ("en", ["Difficulty", "Пешком, км"], ["easy", "высокая", "wild"]),
    ],
)
def test_questions_are_named_in_the_readers_language(language, titles, choices):
    with override(language):
        level, km, tongues, _tents = parameters_of(SCHEMA)

    assert [level.title, km.title, tongues.title] == [*titles, "tongues"]
    assert level.choices == tuple(zip(["easy", "hard", "wild"], choices, strict=True))
    assert (level.is_required, km.is_required) == (True, False)


def test_what_nobody_can_ask_is_no_question():
    schema = {"type": "object", "properties": {"a": {"type": "object"}, "b": {"type": "string"}}}

    assert [each.name for each in parameters_of(schema)] == ["b"]


def test_a_value_is_shown_as_a_person_reads_it():
    with override("uz"):
        level, km, tongues, _tents = parameters_of(SCHEMA)
    tents = parameters_of(SCHEMA)[-1]

    assert (level.shown("hard"), level.shown("gone"), km.shown(12.5)) == ("qiyin", "gone", "12.5")
    assert tongues.shown(["uz", "ru"]) == "uz, ru"
    assert (tents.shown(True), tents.shown(False)) == ("yes", "no")


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({"level": "easy"}, []),
        ({"level": "easy", "km": 0, "tongues": ["ru"], "tents": False}, []),
        ({}, ["Difficulty: This is needed for tours of this category."]),
        (None, None),
        ({"level": "mild"}, ["Difficulty: expected one of: easy, hard, wild"]),
        ({"level": "easy", "km": -1}, ["Пешком, км: at least 0"]),
        ({"level": "easy", "tents": 1}, ["tents: expected: boolean"]),
        ({"level": "easy", "tongues": ["en"]}, ["tongues: [1]: expected one of: ru, uz"]),
        ({"level": "easy", "bears": 1}, ["bears: nothing of this name is known"]),
    ],
)
def test_what_is_wrong_is_named_as_the_form_names_it(values, faults):
    found = parameter_faults(values, SCHEMA)

    assert found == faults if faults is not None else "expected: object" in found


def test_what_is_needed_may_wait_but_what_is_wrong_may_not():
    assert parameter_faults({}, SCHEMA, may_lack=True) == []
    assert parameter_faults({"level": "mild"}, SCHEMA, may_lack=True) != []
    assert missing_parameters({"km": 1}, SCHEMA) == ["level"]
    assert missing_parameters(["level"], SCHEMA) == ["level"]


def test_faults_come_with_the_parameter_they_are_of():
    found = faults_by_parameter({"km": -1, "tongues": ["en"]}, SCHEMA)

    assert set(found) == {"level", "km", "tongues"}


BRING = {
    "type": "object",
    "properties": {"bring": {**IN_LANGUAGES, "x-title": {"ru": "Взять", "en": "Bring"}}},
    "required": ["bring"],
}


@pytest.mark.parametrize(
    ("language", "value", "shown", "untranslated"),
    [
        ("ru", {"ru": ["вода", "чай"], "uz": ["suv"]}, "вода, чай", []),
        ("uz", {"ru": ["вода", "чай"], "uz": ["suv"]}, "suv", []),
        ("en", {"ru": ["вода", "чай"], "uz": ["suv"]}, "вода, чай", ["Bring"]),
        ("uz", {"ru": ["вода"], "uz": []}, "вода", ["Взять"]),
        ("en", ["вода"], "вода", ["Bring"]),  # of before it was translated
        ("en", {"ru": []}, None, []),
    ],
)
def test_a_translated_text_is_told_in_the_readers_language_and_else_in_russian(
    language, value, shown, untranslated
):
    with override(language):
        told = [words for _asked, words in answers_of({"bring": value}, BRING)]
        lacking = untranslated_in(language, {"bring": value}, BRING)

    assert told == ([shown] if shown else [])
    assert lacking == untranslated


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({"bring": {"ru": ["вода"], "en": ["water"]}}, {}),
        ({}, {"bring": "This is needed for tours of this category."}),
        ([], {"bring": "This is needed for tours of this category.", "": "expected: object"}),
        ({"bring": ["вода"]}, {"bring": "expected: object"}),
        (
            {"bring": {"uz": ["suv", "x" * 10], "kk": ["су"]}},
            {
                "bring-ru": "Write it in Russian, too: that is shown where it is not translated.",
                "bring-uz": "[2]: at most 9 characters",
                "bring-kk": "nothing of this name is known",
            },
        ),
    ],
)
def test_a_fault_of_a_translated_text_is_that_of_its_language(values, faults):
    assert faults_by_parameter(values, BRING) == {name: [said] for name, said in faults.items()}
    if "bring-uz" in faults:
        assert "Bring UZ: [2]: at most 9 characters" in parameter_faults(values, BRING)


def test_a_text_to_be_translated_is_taken_over_as_russian_and_nothing_else_is():
    plain = {"type": "object", "properties": {"bring": LINES, "km": {"type": "integer"}}}
    listed = {"type": "object", "properties": {"bring": {**LINES, "items": {"enum": ["a"]}}}}

    assert taken_over({"bring": ["вода"], "km": 3}, plain, BRING) == {
        "bring": {"ru": ["вода"]},
        "km": 3,
    }
    assert taken_over({"bring": ["a"]}, listed, BRING) == {"bring": ["a"]}
    assert taken_over({"bring": {"ru": ["вода"]}}, BRING, plain) == {"bring": {"ru": ["вода"]}}


def test_a_category_without_questions_takes_any_object():
    assert parameter_faults({"any": 1}, {}) == []
    assert parameter_faults([1], {}) == ["expected: object"]


@pytest.mark.parametrize("schema", [{}, SCHEMA, {"type": "object"}])
def test_schemas_a_form_can_ask(schema):
    assert category_faults(schema) == []


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        (None, "None is not of type"),
        ([], "[] is not of type"),
        (True, "The schema must be of an object"),
        ({"type": "array"}, "The schema must be of an object"),
        ({"type": "thing"}, "is not valid under any of the given schemas"),
        ({"type": "object", "properties": {"a": {"type": "object"}}}, "cannot ask for “a”"),
        ({"type": "object", "properties": {"a": True}}, "cannot ask for “a”"),
        ({"type": "object", "properties": {"a": {"type": "array", "items": True}}}, "for “a”"),
        (
            {"type": "object", "properties": {"a": {"type": "string", "x-title": "A"}}},
            "properties.a.x-title: expected: object",
        ),
        (
            {"type": "object", "properties": {"a": {"type": "string", "x-labels": {"v": "V"}}}},
            "properties.a.x-labels.v: expected: object",
        ),
        ({"type": "object", "x-order": 5}, "x-order: expected: array"),
    ],
)
def test_schemas_a_form_cannot_ask_are_refused_in_words(schema, fault):
    assert any(fault in found for found in category_faults(schema))
