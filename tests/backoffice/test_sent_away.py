"""Somebody whose session has ended: where he is sent, and what he is told."""

import pytest
from constance import config
from django.test import Client
from django.urls import reverse

from tests.backoffice.pages import action_on, list_of, page_of
from tests.backoffice.staff_codes import with_app

LOGIN = "/admin/login/"


def htmx(page: str, target: str = "modal-content") -> dict[str, str]:
    """What htmx sends along from ``page``."""
    return {"HX-Request": "true", "HX-Current-URL": page, "HX-Target": target}


@pytest.fixture
def outside() -> Client:
    return Client(headers={"Accept-Language": "en"})


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_dialog_of_an_ended_session_leads_to_the_sign_in_and_back_to_the_page(
    cast, outside, method
):
    booking = cast.request()
    here = f"http://testserver{list_of(type(booking))}?q=1"

    answer = getattr(outside, method)(action_on(booking, "approve"), headers=htmx(here))

    assert answer.status_code == 200
    assert answer.content == b""
    assert answer["HX-Redirect"] == f"{LOGIN}?next=%2Fadmin%2Fsales%2Fbooking%2F%3Fq%3D1"


def test_so_does_one_of_somebody_who_still_has_to_give_a_code(cast, outside):
    booking, person = cast.request(), cast.silk_owner
    with_app(person)
    outside.force_login(person)
    page = page_of(booking)

    answer = outside.get(
        action_on(booking, "approve"), headers=htmx(f"http://testserver{page}#comments")
    )

    going = page.replace("/", "%2F")
    assert answer["HX-Redirect"] == f"{LOGIN}?next={going}"
    assert outside.get(answer["HX-Redirect"]).url == f"/admin/second-factor/?next={going}"


@pytest.mark.parametrize(
    "page", ["", "https://elsewhere.example/admin/", "//elsewhere.example/", "javascript:alert(1)"]
)
def test_nobody_is_sent_back_to_another_host(cast, outside, page):
    answer = outside.get(action_on(cast.request(), "approve"), headers=htmx(page))

    assert answer["HX-Redirect"] == f"{LOGIN}?next=%2Fadmin%2F"


def test_the_sign_in_says_that_the_session_has_ended(cast, outside):
    tours = list_of(type(cast.silk_tour))

    sent = outside.get(tours, follow=True).content.decode()
    came = outside.get(LOGIN).content.decode()

    assert "Your session has ended" in sent
    assert "What you sent" not in sent
    assert "Your session has ended" not in came


def test_who_has_sent_a_form_is_told_that_it_is_not_saved_and_not_lost(cast, outside):
    page = page_of(cast.silk_tour)

    answer = outside.post(page, {"title_ru": "Long work"})

    assert answer.url.startswith(f"{LOGIN}?next={page.replace('/', '%2F')}&form")
    told = outside.get(answer.url).content.decode()
    assert "What you sent is not saved, but not lost" in told


def test_from_what_takes_forms_only_one_comes_back_to_the_page_before(cast, outside):
    account = reverse("admin:account")
    from_there = {"Referer": f"http://testserver{account}"}

    answer = outside.post(reverse("admin:account_sessions_end"), headers=from_there)

    assert answer.url.startswith(f"{LOGIN}?next=%2Fadmin%2Faccount%2F&form")


def test_somebody_else_signs_in_at_once_instead_of_being_thanked(cast, outside):
    person = cast.silk_owner
    with_app(person)
    outside.force_login(person)
    step = outside.get(f"/admin/second-factor/?next={list_of(type(cast.silk_tour))}")
    assert "Sign in as somebody else" in step.content.decode()
    going = f"{LOGIN}?anew&next=%2Fadmin%2Fcatalog%2Ftour%2F"
    assert f'name="next" value="{going.replace("&", "&amp;")}"' in step.content.decode()

    answer = outside.post(reverse("admin:logout"), {"next": going})

    assert answer.url == going
    page = outside.get(going).content.decode()
    assert "Log in" in page
    assert "Your session has ended" not in page


@pytest.mark.parametrize(("contact", "is_told"), [("+998 71 200 00 00", True), ("", False)])
def test_who_is_locked_out_reads_whom_to_call(cast, outside, contact, is_told):
    config.SUPPORT_CONTACT = contact
    person = cast.silk_owner
    for _ in range(5):
        answer = outside.post(LOGIN, {"username": person.login, "password": "not-this-one"})

    told = answer.content.decode()

    assert answer.status_code == 429
    assert "Nobody else is locked out." in told
    assert (f"call the support: {contact}" in told) is is_told
    assert ("support" in told) is is_told
