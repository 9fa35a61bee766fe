"""The shapes of a tour's lists, and what is wrong with them in words."""

import pytest
from django.utils.translation import override

from backoffice.demo.content import TOURS
from catalog.shapes import SHAPES, faults_of, field_faults, schema_faults

BUS = {"code": "bus", "title": "Автобус", "price": "50000.00"}
STEP = {"days_before": 7, "refund_percent": 50}
DAY = {"day": 1, "title": "День", "text": ""}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("transport_options", []),
        ("transport_options", [BUS]),
        ("transport_options", [BUS, {**BUS, "code": "car-2", "seats": 4, "title_uz": ""}]),
        ("transport_options", [{**BUS, "seats": None, "price": "0"}]),
        ("cancellation_policy", [STEP, {**STEP, "days_before": 0}]),
        ("cancellation_policy", [{"days_before": 365, "refund_percent": 100}]),
        ("itinerary_ru", [DAY, DAY]),
        ("inclusions_uz", ["non", "choy"]),
        ("exclusions_en", ["w" * 300]),
    ],
)
def test_what_fits(name, value):
    assert field_faults(name, value) == []


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("transport_options", None, "expected: array"),
        ("transport_options", {}, "expected: array"),
        ("transport_options", ["bus"], "[1]: expected: object"),
        ("transport_options", [BUS, BUS], "Something is here twice."),
        ("transport_options", [{**BUS, "code": "Bus"}], "[1].code: Bus does not fit"),
        ("transport_options", [{**BUS, "price": "-1"}], "[1].price: -1 does not fit"),
        ("transport_options", [{**BUS, "price": "1.001"}], "[1].price: 1.001 does not fit"),
        ("transport_options", [{**BUS, "price": 5}], "[1].price: expected: string"),
        ("transport_options", [BUS, {**BUS, "seats": 0}], "[2].seats: at least 1"),
        ("transport_options", [{**BUS, "seats": 1001}], "[1].seats: at most 1000"),
        ("transport_options", [{**BUS, "wheels": 4}], "[1]: nothing of this name is known"),
        ("transport_options", [{"code": "bus", "title": "B"}], "[1]: this is missing: price"),
        ("cancellation_policy", [STEP, STEP], "Something is here twice."),
        ("cancellation_policy", [{**STEP, "days_before": -1}], "[1].days_before: at least 0"),
        ("cancellation_policy", [{**STEP, "days_before": 366}], "[1].days_before: at most 365"),
        (
            "cancellation_policy",
            [{**STEP, "refund_percent": 101}],
            "[1].refund_percent: at most 100",
        ),
        ("itinerary_ru", [{**DAY, "day": 61}], "[1].day: at most 60"),
        ("itinerary_uz", [{**DAY, "title": " "}], "[1].title:   does not fit"),
        ("itinerary_en", [{**DAY, "text": "w" * 4001}], "[1].text: at most 4000 characters"),
        ("inclusions_ru", [""], "[1]: this is empty"),
        ("inclusions_uz", ["x" * 301], "[1]: at most 300 characters"),
        ("exclusions_ru", ["x"] * 61, "at most 60 rows"),
    ],
)
def test_what_does_not_fit_is_said_in_words_with_its_place(name, value, fault):
    assert fault in field_faults(name, value)


def test_faults_are_said_in_the_readers_language():
    with override("ru"):
        russian = field_faults("cancellation_policy", [{**STEP, "refund_percent": 101}])

    assert russian != field_faults("cancellation_policy", [{**STEP, "refund_percent": 101}])
    assert russian[0].startswith("[1].refund_percent: ")


def test_a_fault_nobody_has_words_for_is_told_as_it_is():
    assert list(faults_of(7, {"multipleOf": 2})) == ["7 is not a multiple of 2"]


def test_a_schema_is_checked_itself():
    assert schema_faults({"type": "object"}) == []
    assert schema_faults({"properties": {"x": {"type": "text"}}}) != []


def test_every_shape_is_a_schema():
    assert [name for name, shape in SHAPES.items() if schema_faults(shape)] == []


def test_the_demos_tours_fit():
    assert [
        (tour.key, name, found)
        for tour in TOURS
        for name in SHAPES
        if (found := field_faults(name, getattr(tour, name)))
    ] == []
