"""A real browser at the real pages, at a desk's width and at a phone's."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright

from partners.models import User

CHROMIUM = "/usr/bin/chromium"
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


@pytest.fixture(scope="package")
def left(chromium) -> list[Page]:
    """Windows that nobody sits at. The next person takes one: a new one reads and compiles all our
    scripts and letters, a second of work."""
    return []


@pytest.fixture
def visit(chromium, left, live_server) -> Iterator[Visit]:
    """``visit(person, width)``: a page of a member of staff who is signed in already, or with
    ``by_form=True`` signs in as people do, and stands on the home page; it must log no error."""
    complaints: list[str] = []
    pages = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def hear_fault(error: Error) -> None:
        complaints.append(str(error))

    def open_page(person: User, width: int, *, by_form: bool = False) -> Page:
        page = left.pop() if left else _new_window(chromium, live_server.url)
        pages.append(page)
        page.set_viewport_size({"width": width, "height": 900})
        page.on("console", hear)
        page.on("pageerror", hear_fault)
        if by_form:
            _fill_form(person, page)
        else:
            page.context.add_cookies([_session_of(person) | {"url": live_server.url}])
        return page

    yield open_page
    for page in pages:
        page.remove_listener("console", hear)
        page.remove_listener("pageerror", hear_fault)
        _leave(page)
    left.extend(pages)
    assert complaints == [], "the browser's console has errors"


def _new_window(chromium: Browser, url: str) -> Page:
    return chromium.new_context(locale="en-GB", base_url=url).new_page()


def _leave(page: Page) -> None:
    """Nothing of the person stays."""
    for other in page.context.pages:
        if other is not page:
            other.close()
    if page.url.startswith("http"):
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
    page.unroute_all()
    page.emulate_media(color_scheme="null")
    page.goto("about:blank")
    page.context.clear_cookies()


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
