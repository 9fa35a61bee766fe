"""The API's tests: phones in-process, and sockets where the process boundary matters."""

import pytest

from tests.api.deals import in_every_state
from tests.api.payme_side import Payme
from tests.api.phone import Phone, token_for, wire
from tests.api.server import FAR, running


@pytest.fixture
def phone(db):
    """``phone(cast.traveller)`` calls the API as she does; ``phone()`` as nobody."""
    return Phone


@pytest.fixture
def traveller(cast) -> Phone:
    return Phone(cast.traveller)


@pytest.fixture
def manager(cast) -> Phone:
    return Phone(cast.silk_manager)


@pytest.fixture
def line(live_server):
    """``line(person)``: an HTTP client of the live server, signed in."""
    clients = []

    def connect(person, **options):
        clients.append(wire(live_server.url, token_for(person), **options))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def server(transactional_db):
    """The address of a server process."""
    with running() as url:
        yield url


@pytest.fixture
def crowd():
    """``crowd(url, people)``: a client each, with a connection that is open already."""
    clients = []

    def gather(url, people):
        for person in people:
            clients.append(wire(url, token_for(person, expires_at=FAR)))
            clients[-1].get("/nothing/")
        return clients

    yield gather
    for client in clients:
        client.close()


@pytest.fixture
def states(cast):
    """A booking of Dilnoza's with Silk Road in every state."""
    return in_every_state(cast)


@pytest.fixture
def payme(live_server):
    """Payme, calling the live server."""
    side = Payme(live_server.url)
    yield side
    side.http.close()
