"""Describing a tour: each part of the form by the names it posts, each fault at its field."""

from datetime import timedelta

import pytest
from django.db import connection
from django.forms import MultipleChoiceField
from django.test.utils import CaptureQueriesContext

from backoffice.admin.rows import RowsField
from catalog.models import Tour
from catalog.parameters import in_three_languages
from core.models import EventLog
from tests import factories
from tests.backoffice.pages import SUBMIT, action_on, add_page, list_of, page_of, said
from tests.backoffice.test_forms import form_of

MINUTE = timedelta(minutes=1)
LEVELS = {"type": "string", "enum": ["easy", "hard"], "x-title": {"ru": "Уровень", "en": "Level"}}
LISTED = {"type": "array", "items": {"type": "string", "enum": ["ru", "en"]}, "uniqueItems": True}
SCHEMA = {
    "type": "object",
    "properties": {
        "level": LEVELS,
        "km": {"type": "integer", "minimum": 1, "x-title": {"ru": "Км", "en": "Km"}},
        "tents": {"type": "boolean"},
        "guides": LISTED,
        "gear": {"type": "array", "items": {"type": "string", "minLength": 1}},
        "motto": {"type": "string", "minLength": 1},
        "bring": {
            **in_three_languages({"type": "array", "items": {"type": "string", "maxLength": 9}}),
            "x-title": {"ru": "Взять", "en": "Bring"},
        },
    },
    "required": ["level"],
    "additionalProperties": False,
}


@pytest.fixture
def hiking(db):
    return factories.category(slug="hiking", title_ru="Походы", parameters_schema=SCHEMA)


@pytest.fixture
def draft(cast, hiking):
    return factories.tour(agency=cast.silk, category=hiking, status="draft", published_at=None)


def rows(name: str, *given: dict, columns: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Rows as the page posts them: the values of a column under one name."""
    columns = columns or tuple(dict.fromkeys(column for row in given for column in row))
    return {f"{name}-{column}": [str(row.get(column, "")) for row in given] for column in columns}


def posted(response) -> dict:
    """The tour's form as a browser would send it back."""
    data = form_of(response)
    for name, field in response.context["adminform"].form.fields.items():
        if field.show_hidden_initial:
            data[f"initial-{name}"] = data[name]
        if isinstance(field, RowsField):
            columns = tuple(column.name for column in field.table.columns)
            data |= rows(name, *(data.pop(name) or []), columns=columns)
        elif isinstance(field, MultipleChoiceField) and not data[name]:
            del data[name]
    return data


@pytest.fixture
def save(sign_in, cast):
    """Opens a tour's page as its manager and posts it with some inputs changed."""

    def submit(tour, **changes):
        browser = sign_in(cast.silk_manager)
        return browser.post(page_of(tour), posted(browser.get(page_of(tour))) | changes)

    return submit


def errors(response):
    return response.context["adminform"].form.errors


def told(action: str) -> int:
    return EventLog.objects.filter(action=action).count()


# --- each field


@pytest.mark.parametrize(
    ("inputs", "field", "kept"),
    [
        (
            rows(
                "transport_options",
                {"title": "Автобус", "title_uz": "Avtobus", "price": "50 000", "seats": "12"},
                {"title": "Сам", "price": "0", "code": "own"},
                columns=("title", "title_uz", "title_en", "price", "seats", "code"),
            ),
            "transport_options",
            [
                {
                    "title": "Автобус",
                    "title_uz": "Avtobus",
                    "price": "50000.00",
                    "seats": 12,
                    "code": "avtobus",
                },
                {"title": "Сам", "price": "0.00", "code": "own"},
            ],
        ),
        (
            rows(
                "cancellation_policy",
                {"days_before": 3, "refund_percent": 30},
                {"days_before": 10, "refund_percent": 80},
            ),
            "cancellation_policy",
            [
                {"days_before": 10, "refund_percent": 80},
                {"days_before": 3, "refund_percent": 30},
            ],
        ),
        (
            rows("itinerary_uz", {"title": "Yoʻl", "text": ""}, {"title": "Choʻqqi", "text": "A"}),
            "itinerary_uz",
            [{"day": 1, "title": "Yoʻl", "text": ""}, {"day": 2, "title": "Choʻqqi", "text": "A"}],
        ),
        ({"inclusions_ru": "Чай\r\n\r\n  Обед "}, "inclusions_ru", ["Чай", "Обед"]),
        ({"exclusions_en": "Flights"}, "exclusions_en", ["Flights"]),
        ({"meeting_point_uz": " Chorsu "}, "meeting_point_uz", "Chorsu"),
        ({"child_percent": "50"}, "child_percent", 50),
        ({"age_min": "6"}, "age_min", 6),
    ],
)
def test_a_field_is_saved_as_it_is_typed(draft, save, inputs, field, kept):
    response = save(draft, **inputs)

    assert response.status_code == 302, errors(response)
    draft.refresh_from_db()
    assert getattr(draft, field) == kept
    assert told("tour.changed") == 1


def test_saving_what_nobody_touched_changes_nothing(draft, save):
    draft.parameters = {"level": "easy", "tents": False, "guides": ["ru"], "gear": ["rope"]}
    draft.parameters |= {"bring": {"ru": ["вода"], "en": ["water", "tea"]}}
    draft.save()
    before = Tour.objects.values().get(pk=draft.pk)

    assert save(draft).status_code == 302

    assert Tour.objects.values().get(pk=draft.pk) == before
    assert told("tour.changed") == 0


def test_a_place_is_pasted_as_maps_copy_it(draft, save, sign_in, cast):
    save(draft, coordinates="41.3265, 69.2345")

    draft.refresh_from_db()
    assert (str(draft.meeting_lat), str(draft.meeting_lon)) == ("41.326500", "69.234500")
    page = sign_in(cast.silk_manager).get(page_of(draft)).content.decode()
    assert "mlat=41.326500&amp;mlon=69.234500" in page
    save(draft, coordinates="")
    draft.refresh_from_db()
    assert (draft.meeting_lat, draft.meeting_lon) == (None, None)


def test_a_description_keeps_its_words_and_nothing_that_runs(draft, save):
    save(
        draft,
        description_ru="<div>Горы <strong>и</strong> чай<script>alert(1)</script>"
        '<img src=x onerror=alert(1)><a href="javascript:alert(1)">тут</a></div>',
    )

    draft.refresh_from_db()
    assert draft.description_ru == (
        '<div>Горы <strong>и</strong> чай<a rel="noopener noreferrer nofollow">тут</a></div>'
    )


# --- what is wrong


@pytest.mark.parametrize(
    ("inputs", "field", "error"),
    [
        (
            rows("transport_options", {"title": "Bus", "price": "abc"}),
            "transport_options",
            "Look at the rows marked in red.",
        ),
        (
            rows(
                "cancellation_policy",
                {"days_before": 3, "refund_percent": 10},
                {"days_before": 3, "refund_percent": 20},
            ),
            "cancellation_policy",
            "Look at the rows marked in red.",
        ),
        (
            rows("itinerary_ru", {"title": "", "text": "Идём"}),
            "itinerary_ru",
            "Look at the rows marked in red.",
        ),
        ({"inclusions_ru": "х" * 301}, "inclusions_ru", "A line has at most 300 characters."),
        ({"coordinates": "hello"}, "coordinates", "Write it like this: 41.3265, 69.2345"),
        ({"coordinates": "141.5, 69.1"}, "coordinates", "There is no such place on the earth."),
        ({"age_min": "30", "age_max": "3"}, "age_max", "This is below the age from."),
        ({"title_ru": ""}, "title_ru", "This field is required."),
        ({"mxik_code": "123"}, "mxik_code", "17 digits."),
        (
            {"mxik_code": "10305008003000000"},
            "package_code",
            "The MXIK code and the package code belong together: give both.",
        ),
        ({"param_km": "0"}, "param_km", "Ensure this value is greater than or equal to 1."),
        ({"param_bring-uz": "х" * 10}, "param_bring-uz", "A line has at most 9 characters."),
    ],
)
def test_a_fault_is_said_at_its_field_and_nothing_typed_is_lost(draft, save, inputs, field, error):
    response = save(draft, **inputs, meeting_point_ru="Somewhere new")

    assert errors(response) == {field: [error]}
    page = response.content.decode()
    assert "Somewhere new" in page
    assert all(str(typed) in page for value in inputs.values() for typed in value if typed)
    assert told("tour.changed") == 0


def test_a_wrong_cell_is_marked_in_its_row(draft, save):
    response = save(
        draft,
        **rows(
            "transport_options",
            {"title": "Train", "price": "5"},
            {"title": "Coach", "price": "many"},
        ),
    )

    page = response.content.decode()
    assert page.count('aria-invalid="true"') == 1
    assert "Enter a number." in page
    assert 'value="Coach"' in page


def test_faults_are_counted_on_their_tabs(draft, save):
    response = save(draft, title_ru="", coordinates="hello", param_km="0", age_min="x")

    wrong = {tab.id: tab.errors for tab in response.context["page"]["tabs"]}
    assert wrong == {
        "ru": 1, "uz": 0, "en": 0, "params": 1, "terms": 1, "fiscal": 0,
        "transport": 1, "photos": 0,
    }  # fmt: skip


def test_a_published_tour_keeps_what_it_was_published_with(cast, save):
    factories.tour_photo(tour=cast.silk_tour)

    response = save(cast.silk_tour, meeting_point_ru="")

    assert errors(response) == {"meeting_point_ru": ["A published tour has a meeting point."]}


# --- parameters


def test_parameters_are_answered_by_kind(draft, save):
    response = save(
        draft,
        param_level="hard",
        param_km="12",
        param_tents="False",
        param_guides=["en"],
        param_gear="rope\nboots",
        param_motto="Up",
        **{"param_bring-ru": "вода\nчай", "param_bring-uz": "", "param_bring-en": "water"},
    )

    assert response.status_code == 302, errors(response)
    draft.refresh_from_db()
    assert draft.parameters == {
        "level": "hard",
        "km": 12,
        "tents": False,
        "guides": ["en"],
        "gear": ["rope", "boots"],
        "motto": "Up",
        "bring": {"ru": ["вода", "чай"], "en": ["water"]},
    }


def test_a_translated_text_is_asked_for_in_russian_first(draft, save, sign_in, cast):
    response = save(draft, param_level="easy", **{"param_bring-uz": "suv"})

    said = "Write it in Russian, too: that is shown where it is not translated."
    assert errors(response) == {"param_bring-ru": [said]}
    assert "suv" in response.content.decode()

    # What it said before it was translated stands where Russian is asked for.
    Tour.objects.filter(pk=draft.pk).update(parameters={"bring": ["вода"]})
    page = sign_in(cast.silk_manager).get(page_of(draft))
    asked = posted(page)
    assert (asked["param_bring-ru"], asked["param_bring-uz"]) == ("вода", "")
    assert "Bring</legend>" in page.content.decode()


def test_what_is_not_answered_is_left_out(draft, save):
    assert save(draft, param_level="", param_km="").status_code == 302

    draft.refresh_from_db()
    assert draft.parameters == {}


def test_another_category_asks_for_its_own_parameters(cast, draft, sign_in):
    draft.parameters = {"level": "easy"}
    draft.save()
    browser = sign_in(cast.silk_manager)
    data = posted(browser.get(page_of(draft)))
    other = factories.category(
        parameters_schema={"type": "object", "properties": {"depth": {"type": "number"}}}
    )
    asks = f"{list_of(Tour)}parameters/"

    asked = browser.post(asks, data | {"category": other.pk, "tour": draft.pk}).content.decode()
    assert 'name="param_depth"' in asked
    assert 'name="param_level"' not in asked
    assert "gone when you save" in asked
    assert "Level" in asked

    # Without having been asked, nothing is saved over what was not seen.
    unasked = data | {"category": other.pk, "asked_category": draft.category_id}
    assert list(errors(browser.post(page_of(draft), unasked))) == ["category"]

    answered = data | {"category": other.pk, "asked_category": other.pk, "param_depth": "2.5"}
    assert browser.post(page_of(draft), answered).status_code == 302
    draft.refresh_from_db()
    assert (draft.category, draft.parameters) == (other, {"depth": 2.5})


def test_what_was_typed_comes_back_with_the_parameters(draft, sign_in, cast):
    browser = sign_in(cast.silk_manager)

    asked = browser.post(
        f"{list_of(Tour)}parameters/", {"category": draft.category_id, "param_motto": "Upwards"}
    )

    assert 'value="Upwards"' in asked.content.decode()


# --- making one


def test_a_new_tour_is_a_draft_of_its_managers_agency(cast, hiking, sign_in):
    browser = sign_in(cast.silk_manager)
    form = posted(browser.get(add_page(Tour)))

    response = browser.post(
        add_page(Tour),
        form
        | {"title_ru": "Новый", "category": hiking.pk, "agency": cast.nomad.pk}
        | {"asked_category": hiking.pk, "param_level": "easy"},
    )

    tour = Tour.objects.get(title_ru="Новый")
    assert (tour.agency, tour.status, tour.parameters) == (cast.silk, "draft", {"level": "easy"})
    assert response["Location"] == f"{page_of(tour)}#photos"
    assert told("tour.added") == 1


def test_a_draft_may_be_saved_before_its_parameters_are_asked(cast, hiking, sign_in):
    browser = sign_in(cast.silk_manager)
    form = posted(browser.get(add_page(Tour))) | {"title_ru": "Новый", "asked_category": ""}

    assert browser.post(add_page(Tour), form | {"category": hiking.pk}).status_code == 302
    assert Tour.objects.get(title_ru="Новый").parameters == {}


def test_the_platform_says_whose_the_new_tour_is(cast, hiking, sign_in):
    browser = sign_in(cast.admin)
    form = posted(browser.get(add_page(Tour))) | {"title_ru": "Новый", "category": hiking.pk}

    assert list(errors(browser.post(add_page(Tour), form))) == ["agency"]
    browser.post(add_page(Tour), form | {"agency": cast.nomad.pk})

    assert Tour.objects.get(title_ru="Новый").agency == cast.nomad


def test_a_support_agent_makes_none(cast, sign_in):
    browser = sign_in(cast.support)

    assert browser.get(add_page(Tour)).status_code == 403
    assert browser.post(f"{list_of(Tour)}parameters/", {}).status_code == 403


# --- the shelf


def needs(response) -> list[str]:
    return [need.field for need, _address in response.context["page"]["needs"] if not need.is_met]


def test_the_checklist_says_what_is_missing_until_nothing_is(cast, draft, sign_in, save):
    browser = sign_in(cast.silk_manager)
    save(draft, meeting_point_ru="")
    assert needs(browser.get(page_of(draft))) == [
        "meeting_point_ru", "parameters", "gallery", "sessions",
    ]  # fmt: skip

    browser.post(action_on(draft, "publish"), SUBMIT)
    draft.refresh_from_db()
    assert draft.status == "draft"

    save(draft, meeting_point_ru="Chorsu", param_level="easy")
    assert needs(browser.get(page_of(draft))) == ["gallery", "sessions"]
    factories.tour_photo(tour=draft)
    factories.session(tour=draft)
    assert needs(browser.get(page_of(draft))) == []

    browser.post(action_on(draft, "publish"), SUBMIT)
    draft.refresh_from_db()
    assert draft.status == "published"


def test_a_refused_publication_names_what_is_missing(cast, draft, sign_in):
    response = sign_in(cast.silk_manager).post(action_on(draft, "publish"), SUBMIT)

    assert said(response) == [
        "Before publishing, add: the parameters of its category, a photo, a session."
    ]


def test_a_copy_is_a_draft_without_dates(cast, sign_in):
    factories.tour_photo(tour=cast.silk_tour)

    browser, sent = sign_in(cast.silk_manager), SUBMIT | {"token": "ABC"}
    response = browser.post(action_on(cast.silk_tour, "duplicate"), sent)
    again = browser.post(action_on(cast.silk_tour, "duplicate"), sent)

    copy = Tour.objects.latest("pk")
    assert response["Location"] == again["Location"] == page_of(copy)
    assert (copy.title_ru, copy.status) == ("Чимган", "draft")
    assert (copy.gallery.count(), copy.sessions.count()) == (1, 0)


@pytest.mark.parametrize("action", ["publish", "archive", "duplicate"])
def test_nobody_moves_a_tour_by_opening_an_address(cast, sign_in, action):
    sign_in(cast.silk_manager).get(action_on(cast.silk_tour, action))

    cast.silk_tour.refresh_from_db()
    assert cast.silk_tour.status == "published"
    assert Tour.objects.filter(agency=cast.silk).count() == 1


# --- the list


def test_the_list_costs_the_same_with_one_tour_and_with_three(cast, sign_in):
    browser = sign_in(cast.silk_manager)
    browser.get(list_of(Tour))
    factories.tour_photo(tour=cast.silk_tour)
    with CaptureQueriesContext(connection) as one:
        browser.get(list_of(Tour))
    for _ in range(2):
        tour = factories.tour(agency=cast.silk)
        factories.tour_photo(tour=tour)
        factories.session(tour=tour)
    with CaptureQueriesContext(connection) as three:
        browser.get(list_of(Tour))

    assert len(one) == len(three) <= 12, [query["sql"] for query in three]


def test_the_list_tells_the_next_date_and_what_is_missing(cast, draft, sign_in):
    page = sign_in(cast.silk_manager).get(list_of(Tour)).content.decode()

    assert "01.06.2027, seats: 20" in page
    assert "no dates" in page
    assert 'title="a photo"' in page  # Chimgan
    assert "missing: 3" in page
    assert '<h2 id="filters-title">Filters</h2>' in page


def test_tours_are_found_by_what_there_is_to_do(cast, draft, sign_in):
    browser = sign_in(cast.silk_manager)

    for todo in ("unpublished", "dateless"):
        found = browser.get(list_of(Tour), {"todo": todo}).context["cl"].result_list
        assert list(found) == [draft]


# --- whose it is


@pytest.mark.parametrize("action", ["publish", "archive", "duplicate", "show_preview"])
def test_another_agencys_tour_is_not_found(cast, sign_in, action):
    browser = sign_in(cast.nomad_manager)

    assert browser.get(page_of(cast.silk_tour)).status_code == 404
    assert browser.post(page_of(cast.silk_tour), {"title_ru": "Наш"}).status_code == 404
    assert browser.post(action_on(cast.silk_tour, action), SUBMIT).status_code == 404
    asks = f"{list_of(Tour)}parameters/"
    assert browser.post(asks, {"tour": cast.silk_tour.pk}).status_code == 404
    cast.silk_tour.refresh_from_db()
    assert (cast.silk_tour.title_ru, cast.silk_tour.status) == ("Чимган", "published")


def test_who_may_only_look_sees_the_tour_and_no_form(cast, sign_in):
    response = sign_in(cast.support).get(page_of(cast.silk_tour))

    page = response.content.decode()
    assert response.status_code == 200
    assert "c-seen-tour" in page
    assert "data-tour-form" not in page
