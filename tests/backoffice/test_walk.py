"""Every address of the admin, asked for by every role: the answer is the table's.

``tests/backoffice/explained.py`` says what each address asks of ``partners.roles.TABLE``. A page
that is refused changes nothing, nor does one that is only looked at; a row of the other agency is
not found, whatever is asked of it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client, override_settings

from partners.roles import AGENCY, STAFF
from tests import factories
from tests.backoffice.addresses import Address, addresses
from tests.backoffice.both_sides import PERSONAL, WALKERS, both_sides
from tests.backoffice.explained import ANYBODY, EMPTY, asked, may
from tests.cast import assemble
from tests.replay import Replay

REFUSED = (403, 404)
ROLES = ("nobody", *WALKERS)
# Looking at these leaves a trace, as it should.
TRACED_LOOKS: set[str] = set()


@pytest.fixture(scope="session")
def _scenery():
    def make():
        cast = assemble()
        return cast, both_sides(cast)

    return Replay(make)


@pytest.fixture
def scenery(db, _scenery):
    cast, sides = _scenery()
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


@pytest.fixture
def calm():
    """Refusals by the thousand are not logged, and pages are not drawn."""
    logging.disable(logging.CRITICAL)
    with override_settings(
        MIDDLEWARE=[*settings.MIDDLEWARE, f"{__name__}.{Unrendered.__qualname__}"]
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
            self.client.force_login(getattr(cast, WALKERS[role]))
        self.cookies = self.client.cookies

    def ask(self, method: str, url: str, data=None):
        """The answer, and what it wrote."""
        self.client.cookies = self.cookies.copy()
        with transaction.atomic(), written() as writes:
            answer = getattr(self.client, method)(url, data)
            if answer.streaming:
                b"".join(answer)
            transaction.set_rollback(True)
        return answer, writes


@contextmanager
def written() -> Iterator[list[str]]:
    """What is written meanwhile but for the browser's own session."""
    found: list[str] = []

    def look(execute, sql, params, many, context):
        verb, _space, rest = sql.partition(" ")
        if verb in ("INSERT", "UPDATE", "DELETE") and not OF_THE_SESSION(rest):
            found.append(sql[:80])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield found


def OF_THE_SESSION(statement: str) -> bool:
    return "django_session" in statement[:40] or "partners_staffsession" in statement[:40]


def test_every_address_has_been_thought_about():
    assert [a.name or a.route for a in addresses() if asked(a, "get") is None] == []


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ROLES)
def test_the_answer_is_the_tables(scenery, calm, role, method):
    walker = Walker(scenery, role)
    wrong = []

    for address in addresses():
        if address.is_alias:
            continue
        asks = asked(address, method) or ""
        for side, url in urls(walker, address):
            answer, writes = walker.ask(method, url)
            fault = fault_of(walker, address, asks, side, method, answer, writes)
            if fault:
                wrong.append(f"{address.name} {side} {answer.status_code}: {fault}")

    assert not wrong, "\n".join(wrong)


def urls(walker: Walker, address: Address) -> Iterator[tuple[str, str]]:
    sides, label = walker.sides, address.label
    yield "own", address.at(sides.own_row(label, walker.role), sides.own)
    has_other = address.is_of_a_row and label in sides.theirs.rows
    if has_other and (walker.role in AGENCY or (walker.role in STAFF and label in PERSONAL)):
        yield "theirs", address.at(sides.theirs.rows[label], sides.theirs)


def fault_of(walker, address, asks, side, method, answer, writes) -> str:
    """What is wrong with an answer; nothing when it is as it should be."""
    status, is_let = answer.status_code, may(walker.role, asks)
    if status >= 500:
        return repr(answer.exc_info[1])
    if writes and (method == "get" or not is_let or side == "theirs"):
        if address.name not in TRACED_LOOKS:
            return f"wrote {writes}"
    if status == 405 or asks == ANYBODY:
        return ""
    if walker.role not in STAFF:
        return "" if status == 302 and "/login/" in answer.url else "no sign-in was asked for"
    if not is_let:
        return "" if status in REFUSED else f"{asks} is not for the {walker.role}"
    if method == "post" and asks.endswith(".view") and status in REFUSED:
        return ""  # what is only looked at need not take a form
    if side == "theirs":
        return "" if status == 404 else "another's row"
    is_empty = status == 404 and address.name in EMPTY
    return f"{asks} is for the {walker.role}" if status in REFUSED and not is_empty else ""
