"""A category's parameters are edited as rows; which tours would not fit is said before."""

import pytest

from catalog.models import TourCategory
from tests import factories
from tests.backoffice.pages import add_page, page_of
from tests.backoffice.test_tours import errors, posted, rows

LEVEL = {
    "type": "string",
    "enum": ["easy", "hard"],
    "x-title": {"ru": "Сложность", "uz": "Daraja", "en": "Level"},
    "x-labels": {"easy": {"ru": "лёгкая"}, "hard": {"ru": "трудная"}},
}
KM = {"type": "number", "minimum": 1, "x-title": {"ru": "Пешком, км"}}
SCHEMA = {"type": "object", "properties": {"level": LEVEL, "km": KM}, "x-order": ["level", "km"]}
COLUMNS = (
    "title_ru", "title_uz", "title_en", "kind", "required", "low", "high", "name", "choices",
)  # fmt: skip


@pytest.fixture
def hiking(db):
    return factories.category(
        slug="hiking", title_ru="Походы", title_en="Hiking", parameters_schema=SCHEMA
    )


def questions(*given: dict) -> dict[str, list[str]]:
    return rows("questions", *given, columns=COLUMNS)


@pytest.fixture
def save(cast, sign_in):
    browser = sign_in(cast.admin)

    def submit(category, **changes):
        return browser.post(page_of(category), posted(browser.get(page_of(category))) | changes)

    return submit


def test_saving_what_nobody_touched_changes_nothing(hiking, save):
    assert save(hiking).status_code == 302

    hiking.refresh_from_db()
    assert hiking.parameters_schema == SCHEMA


def test_a_category_is_made_with_a_parameter_of_each_kind(cast, sign_in):
    browser = sign_in(cast.admin)
    asked = questions(
        {"title_ru": "Девиз", "kind": "text", "name": "motto"},
        {"title_ru": "Дней", "kind": "integer", "low": "1", "high": "9", "name": "days"},
        {"title_ru": "Палатки", "kind": "flag", "required": "yes", "name": "tents"},
        {
            "title_ru": "Уровень",
            "title_en": "Level",
            "kind": "choice",
            "choices": "easy = лёгкий | oson | easy\nтрудный | qiyin | hard",
        },
    )
    form = posted(browser.get(add_page(TourCategory)))

    response = browser.post(
        add_page(TourCategory), form | asked | {"title_ru": "Реки", "slug": "rivers"}
    )

    assert response.status_code == 302, errors(response)
    schema = TourCategory.objects.get(slug="rivers").parameters_schema
    properties = schema["properties"]
    assert schema["required"] == ["tents"]
    assert schema["x-order"] == ["motto", "days", "tents", "level"]
    assert properties["motto"]["type"] == "string"
    assert (properties["days"]["minimum"], properties["days"]["maximum"]) == (1, 9)
    assert properties["tents"]["type"] == "boolean"
    assert properties["level"]["enum"] == ["easy", "hard"]
    assert properties["level"]["x-labels"]["hard"] == {"ru": "трудный", "uz": "qiyin", "en": "hard"}


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ({"title_ru": "Уровень", "kind": "choice"}, "“Уровень”: write its list."),
        (
            {"title_ru": "Км", "kind": "number", "low": "9", "high": "1"},
            "“Км”: the limits are the wrong way round.",
        ),
        (
            {"title_ru": "Км", "kind": "number", "name": "Км!"},
            "“Км”: a name is of small Latin letters, digits and _.",
        ),
        ({"title_ru": "", "kind": "number", "name": "km"}, "Look at the rows marked in red."),
    ],
)
def test_a_parameter_that_cannot_be_asked_is_named_and_kept(hiking, save, row, error):
    response = save(hiking, **questions(row), title_en="Walking")

    assert errors(response) == {"questions": [error]}
    page = response.content.decode()
    assert 'value="Walking"' in page
    assert all(f'value="{typed}"' in page for typed in row.values() if typed)
    hiking.refresh_from_db()
    assert hiking.parameters_schema == SCHEMA


def test_tours_that_would_not_fit_are_named_before_they_do_not(cast, hiking, save):
    factories.tour(
        agency=cast.silk, category=hiking, title_en="Chimgan on foot", parameters={"km": 3}
    )
    stricter = questions(
        {"title_ru": "Сложность", "kind": "choice", "required": "yes", "name": "level",
         "choices": "easy = лёгкая\nhard = трудная"},
        {"title_ru": "Пешком, км", "kind": "number", "low": "1", "name": "km"},
    )  # fmt: skip

    response = save(hiking, **stricter)

    assert "Some tours would no longer fit" in str(errors(response))
    assert "Chimgan on foot" in response.content.decode()
    hiking.refresh_from_db()
    assert "required" not in hiking.parameters_schema

    assert save(hiking, **stricter, leave_misfits="1").status_code == 302
    hiking.refresh_from_db()
    assert hiking.parameters_schema["required"] == ["level"]


def test_an_agency_reads_what_is_asked_and_edits_nothing(cast, hiking, sign_in):
    browser = sign_in(cast.silk_manager)

    page = browser.get(page_of(hiking)).content.decode()

    assert "Level" in page
    assert "questions-kind" not in page
    assert browser.post(page_of(hiking), {"title_ru": "Наше"}).status_code == 403
    hiking.refresh_from_db()
    assert hiking.title_ru == "Походы"
