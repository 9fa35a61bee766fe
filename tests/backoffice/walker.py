"""Somebody of a role who asks for every page, quickly, and leaves nothing behind."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import ClassVar

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client, override_settings

from backoffice.sign_in import StaffBackend
from partners.models import User
from partners.roles import AGENCY, STAFF
from tests import factories
from tests.backoffice.addresses import Address
from tests.backoffice.both_sides import PERSONAL, WALKERS, both_sides
from tests.cast import assemble
from tests.replay import Replay

REMEMBERED = f"{__name__}.Remembered"


def _stage():
    cast = assemble()
    return cast, both_sides(cast)


SCENERY = Replay(_stage)


@pytest.fixture
def scenery(db):
    """The cast, and a row of each side in every table."""
    cast, sides = SCENERY()
    # What has another key than ``id`` is not written back.
    sides.own.put(factories.event_delivery(), factories.chat_pace())
    return cast, sides


class Unrendered:
    """A middleware: the page is answered through its address, its template left alone."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_template_response(self, request, response):
        response.content = b""
        return response


class Remembered(StaffBackend):
    """Reads once who is signed in: half of a refusal's time, and tests/backoffice/test_sign_in.py's
    matter."""

    people: ClassVar[dict[int, User]] = {}

    def get_user(self, user_id: int) -> User | None:
        if user_id not in self.people:
            self.people[user_id] = super().get_user(user_id)
            assert self.people[user_id].role, "the memberships are read, too"
        return copy(self.people[user_id])


@pytest.fixture
def calm(monkeypatch):
    """What is the same for every address is left away: refusals are not logged by the thousand,
    pages are not drawn, nor the frame with its sidebar around them."""
    with _quick(monkeypatch, MIDDLEWARE=[*settings.MIDDLEWARE, f"{__name__}.Unrendered"]):
        yield


@pytest.fixture
def bare(monkeypatch):
    """The same, but pages are drawn, without their frame."""
    with _quick(monkeypatch):
        yield


@contextmanager
def _quick(monkeypatch, **rest) -> Iterator[None]:
    monkeypatch.setattr(admin.site, "each_context", lambda request: {})
    Remembered.people.clear()
    logging.disable(logging.CRITICAL)
    with override_settings(
        **rest,
        AUTHENTICATION_BACKENDS=[REMEMBERED],
        SESSION_ENGINE="django.contrib.sessions.backends.cache",
    ):
        yield
    logging.disable(logging.NOTSET)


class Walker:
    """Somebody of a role who asks for pages; nothing he does stays."""

    def __init__(self, scenery, role: str):
        cast, self.sides = scenery
        self.role = role
        self.client = Client(headers={"Accept-Language": "en"}, raise_request_exception=False)
        if role != "nobody":
            self.client.force_login(getattr(cast, WALKERS[role]), REMEMBERED)
        self.cookies = self.client.cookies
        self.start = connection.savepoint()

    def ask(self, method: str, url: str, data=None):
        """The answer, and what it wrote."""
        self.client.cookies = self.cookies.copy()
        with watched() as writes:
            answer = getattr(self.client, method)(url, data)
            if answer.streaming:
                b"".join(answer)
        if writes or answer.status_code >= 500:
            connection.savepoint_rollback(self.start)
            connection.needs_rollback = False
        return answer, writes


@contextmanager
def watched() -> Iterator[list[str]]:
    """What is written meanwhile, but for the browser's own session."""
    writes: list[str] = []

    def look(execute, sql, params, many, context):
        verb, _space, rest = sql.partition(" ")
        if verb in ("INSERT", "UPDATE", "DELETE") and not _of_the_session(rest):
            writes.append(sql[:80])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield writes


@contextmanager
def undone() -> Iterator[list[str]]:
    """The same, and nothing of it stays."""
    with transaction.atomic(), watched() as writes:
        yield writes
        transaction.set_rollback(True)


def _of_the_session(statement: str) -> bool:
    return "django_session" in statement[:40] or "partners_staffsession" in statement[:40]


def urls(walker: Walker, address: Address, *, is_let: bool) -> Iterator[tuple[str, str]]:
    """Whose row it is, and where. One of the other side's where that is all that forbids it."""
    sides, label = walker.sides, address.label
    yield "own", address.at(sides.own_row(label, walker.role), sides.own)
    narrow = AGENCY if label not in PERSONAL else STAFF
    if is_let and address.is_of_a_row and label in sides.theirs.rows and walker.role in narrow:
        yield "theirs", address.at(sides.theirs.rows[label], sides.theirs)
