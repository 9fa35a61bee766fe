"""What is said of requests that are not answered."""

import pytest
from django.core.exceptions import BadRequest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.utils import translation
from django.views import defaults

from tests.backoffice.pages import action_on, list_of, page_of, said

HTMX = {"HX-Request": "true", "HX-Target": "modal-content"}
HOME = 'href="/admin/"'


def test_a_page_that_is_not_there_says_so_and_leads_home(cast, sign_in):
    answer = sign_in(cast.silk_owner).get("/admin/sales/booking/999999/change/")

    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()
    assert HOME in answer.content.decode()


@pytest.mark.parametrize("debug", [True, False])
def test_a_page_that_is_not_for_the_role_says_so(cast, sign_in, debug):
    with override_settings(DEBUG=debug):
        answer = sign_in(cast.silk_manager).get(list_of(type(cast.admin)))

    assert answer.status_code == 403
    assert "You may not do this" in answer.content.decode()
    assert HOME in answer.content.decode()


@pytest.mark.parametrize("debug", [True, False])
def test_a_form_older_than_the_sign_in_is_told_to_go_back(cast, debug):
    browser = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})
    browser.force_login(cast.silk_owner)

    with override_settings(DEBUG=debug):
        answer = browser.post(page_of(cast.silk_tour), {"csrfmiddlewaretoken": "x" * 64})

    assert answer.status_code == 403
    told = answer.content.decode()
    assert "you have signed in anew" in told
    assert "Go back and save once more; what you typed is kept." in told
    assert HOME in told


def test_a_dialog_that_may_not_be_opened_is_told_of_on_the_page_below(cast, sign_in):
    gone = "/admin/sales/booking/999999/approve/"
    booking = cast.request()

    for browser, address, status, words in (
        (sign_in(cast.silk_owner), gone, 404, "There is no such page."),
        (sign_in(cast.support), action_on(booking, "approve"), 403, "You may not do this."),
    ):
        answer = browser.get(address, headers=HTMX)
        assert answer.status_code == status
        assert answer["HX-Refresh"] == "true"
        assert said(answer) == [words]


def test_the_page_of_our_own_fault_asks_nothing_of_the_database(db):
    def refuse(*_: object) -> HttpResponse:
        raise AssertionError("a query")

    with connection.execute_wrapper(refuse), translation.override("ru"):
        answer = defaults.server_error(RequestFactory().get("/admin/"))

    assert answer.status_code == 500
    assert 'lang="ru"' in answer.content.decode()
    assert HOME in answer.content.decode()


def test_a_request_that_cannot_be_read_says_so(db):
    answer = defaults.bad_request(RequestFactory().get("/admin/"), BadRequest())

    assert answer.status_code == 400
    assert "The request cannot be read" in answer.content.decode()
