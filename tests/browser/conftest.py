"""A real browser at the real pages, at a desk's width and at a phone's."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from partners.models import User

CHROMIUM = "/usr/bin/chromium-headless-shell"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "a-long-enough-password"


def elsewhere[R](act: Callable[[], R]) -> R:
    """Run a piece of the set-up in a thread of its own: Playwright keeps an event loop in this one,
    which code of the platform rightly takes for an asynchronous caller."""

    def run() -> R:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


Visit = Callable[..., Page]


@pytest.fixture(autouse=True)
def clock():
    """Real time: pages count minutes by the browser's own clock."""


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Not longer than this folder: its event loop would stand in the way of everybody else's."""
    # Playwright runs a loop in this thread; Django's guard against async callers means other code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def visit(chromium, live_server) -> Iterator[Visit]:
    """``visit(person, width)``: a page of a member of staff who is signed in already, or with
    ``by_form=True`` signs in as people do, and stands on the home page; it must log no error."""
    complaints: list[str] = []
    contexts = []

    def open_page(person: User, width: int, *, by_form: bool = False) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, locale="en-GB", base_url=live_server.url
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if by_form:
            _fill_form(person, page)
        else:
            context.add_cookies([_session_of(person) | {"url": live_server.url}])
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == [], "the browser's console has errors"


def _session_of(person: User) -> dict[str, str]:
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value}


def _fill_form(person: User, page: Page) -> None:
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    page.goto("/admin/login/")
    page.fill("input[name=username]", person.login)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/admin/")
