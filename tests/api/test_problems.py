"""Refusals on the wire: problem documents, in the caller's language, on every path."""

import json

import pytest
from django.test import Client

from tests.api.phone import problem


@pytest.mark.parametrize(
    ("language", "words"),
    [("ru", "Обязательное поле."), ("en", "This field is required."), ("de", "Обязательное поле.")],
)
def test_a_problem_speaks_the_callers_language(cast, phone, language, words):
    response = phone(cast.traveller, language=language).post("bookings/", {"seats": 1})

    [error] = problem(response, 422, "validation_error")["errors"]
    assert error == {"field": "session", "message": words}
    assert json.loads(response.content)["errors"][0]["message"] == words


@pytest.mark.parametrize("language", ["ru", "uz"])
def test_refusals_are_translated(cast, phone, language):
    caller, english = phone(cast.traveller, language=language), phone(cast.traveller)
    ways = [
        ("GET", "bookings/0/", None),
        ("POST", "bookings/1/approve/", None),
        ("POST", "bookings/", {"session": cast.silk_session.pk, "seats": 19, "transport": "x"}),
    ]
    for method, path, body in ways:
        own = json.loads(caller.send(method, path, body).content)
        other = json.loads(english.send(method, path, body).content)
        assert own["code"] == other["code"]
        assert own["detail"] != other["detail"], own
        assert own["title"] != other["title"], own


@pytest.mark.parametrize("path", ["nope/", "", "bookings", "bookings/1", "tours/list", "%00/"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_a_path_that_is_no_endpoint_is_a_problem_document(cast, phone, method, path):
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    response = browser.generic(method, f"/api/{path}", b"{}", "application/json")

    problem(response, 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "bookings/"),
        ("PUT", "bookings/my/"),
        ("POST", "tours/list/"),
        ("GET", "bookings/"),
    ],
)
def test_a_method_that_is_not_there_says_which_are(traveller, method, path):
    response = traveller.send(method, path, {})

    assert response.status_code == 405
    assert response.headers["Allow"]
