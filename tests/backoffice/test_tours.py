"""Describing a tour: its JSON fields keep the shapes that prices and the Mini App rely on."""

import json

import pytest

from backoffice.admin.catalog.schema_check import faults
from backoffice.admin.catalog.shapes import policy, transport
from catalog.models import Tour
from tests.backoffice.pages import add_page, page_of
from tests.backoffice.test_forms import form_of

NO_GALLERY = {
    "gallery-TOTAL_FORMS": "0",
    "gallery-INITIAL_FORMS": "0",
    "gallery-MIN_NUM_FORMS": "0",
    "gallery-MAX_NUM_FORMS": "1000",
}


@pytest.fixture
def save(cast, sign_in):
    """Saves Silk Road's tour with some fields changed."""
    browser, address = sign_in(cast.silk_manager), page_of(cast.silk_tour)
    form = form_of(browser.get(address)) | NO_GALLERY

    def submit(**changes):
        return browser.post(address, form | {k: json.dumps(v) for k, v in changes.items()})

    return submit


def errors(response):
    return response.context["adminform"].form.errors


def test_a_tour_in_good_shape_is_saved(cast, save):
    steps = [{"days_before": 10, "refund_percent": 80}]

    response = save(cancellation_policy=steps, inclusions=["Tea"])

    cast.silk_tour.refresh_from_db()
    assert response.status_code == 302
    assert (cast.silk_tour.cancellation_policy, cast.silk_tour.inclusions) == (steps, ["Tea"])


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("transport_options", [{"code": "bus", "title": "Bus"}], "[1].price: this is missing"),
        (
            "transport_options",
            [{"code": "bus", "title": "Bus", "price": "-5"}],
            "[1].price: -5 does not fit",
        ),
        (
            "cancellation_policy",
            [{"days_before": 3, "refund_percent": 120}],
            "[1].refund_percent: 120 is out of range",
        ),
        (
            "cancellation_policy",
            [{"days_before": 3, "refund_percent": 1}, {"days_before": 3, "refund_percent": 2}],
            "Something is here twice.",
        ),
        ("itinerary", {"day": 1}, "expected: array"),
    ],
)
def test_a_field_out_of_shape_is_named(save, field, value, error):
    assert errors(save(**{field: value}))[field] == [error]


def test_parameters_fit_the_category(cast, save):
    cast.silk_tour.category.parameters_schema = {
        "type": "object",
        "properties": {"level": {"type": "string", "enum": ["easy", "hard"]}},
        "required": ["level"],
        "additionalProperties": False,
    }
    cast.silk_tour.category.save()

    assert errors(save(parameters={"height": 3}))["parameters"] == [
        ".level: this is missing".lstrip("."),
        "height: nothing of this name is known",
    ]
    assert save(parameters={"level": "easy"}).status_code == 302


def test_a_new_tour_belongs_to_its_managers_agency(cast, sign_in):
    browser = sign_in(cast.silk_manager)
    form = form_of(browser.get(add_page(Tour))) | NO_GALLERY

    browser.post(
        add_page(Tour),
        form
        | {"title_ru": "Новый", "category": cast.silk_tour.category_id, "agency": cast.nomad.pk},
    )

    tour = Tour.objects.get(title_ru="Новый")
    assert (tour.agency, tour.status) == (cast.silk, "draft")


def test_shapes_accept_what_the_demo_and_the_tests_use(cast):
    assert list(faults(cast.silk_tour.transport_options, transport())) == []
    assert list(faults(cast.silk_tour.cancellation_policy, policy())) == []
