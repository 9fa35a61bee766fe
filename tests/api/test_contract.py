"""The contract: the OpenAPI schema is kept as a file, and the server keeps to the schema."""

import json
from functools import cache

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.problems import CONTENT_TYPE, titles
from backoffice.management.commands.openapi_snapshot import SNAPSHOT, schema_text
from backoffice.wsgi import application
from tests.api.phone import token_for
from tests.examples import some

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SCHEMA = json.loads(schema_text())
OPERATIONS = [(path, method) for path, found in SCHEMA["paths"].items() for method in found]
EXAMPLES = some(8)


def test_a_change_of_the_contract_is_a_visible_diff():
    assert SNAPSHOT.read_text() == schema_text(), (
        "The API's schema has changed. If that is meant: `manage.py openapi_snapshot`, and read "
        "the diff of tests/api/openapi.json as your callers will."
    )


def test_the_schema_is_served(client):
    response = client.get("/api/openapi.json")

    assert response.status_code == 200
    assert response.json()["info"]["title"] == "Circle"
    assert response.json()["paths"] == SCHEMA["paths"]


def test_the_interactive_page_loads_nothing_from_outside(client):
    response = client.get("/api/docs")

    assert response.status_code == 200
    assert "cdn." not in response.content.decode()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_documents_its_errors_as_problems(path, method):
    operation = SCHEMA["paths"][path][method]

    for status in ("401", "403", "404", "409", "422", "429", "503"):
        content = operation["responses"][status]["content"]
        assert list(content) == [CONTENT_TYPE]
    assert operation["description"]
    public = path == "/api/users/register/"
    assert operation.get("security") == (None if public else [{"TokenAuth": []}])


def test_no_two_operations_share_an_id():
    ids = [SCHEMA["paths"][path][method]["operationId"] for path, method in OPERATIONS]

    assert len(set(ids)) == len(ids)


def test_money_is_a_string_and_never_a_number():
    def amounts(node, name=""):
        if isinstance(node, dict):
            if "UZS" in str(node.get("description", "")) and "type" in node:
                yield name, node["type"]
            for key, value in node.items():
                yield from amounts(value, key)

    answers = {k: v for k, v in SCHEMA["components"]["schemas"].items() if not k.endswith("In")}
    found = dict(amounts(answers))
    assert {"final", "bonus_balance", "price", "refund"} <= found.keys()
    assert set(found.values()) == {"string"}


def test_every_code_of_the_contract_has_a_title():
    contract = (
        "invalid_init_data token_expired token_invalid forbidden not_found validation_error "
        "promo_invalid promo_exhausted transport_invalid seats_unavailable session_closed "
        "invalid_transition booking_expired bonus_insufficient payout_open below_minimum "
        "idempotency_conflict try_again rate_limited unavailable"
    )

    assert set(contract.split()) <= titles().keys()


# --- the server keeps to the schema


@pytest.fixture
def kept_connection(db):
    """As with Django's test client: the end of a request does not end the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@cache
def described():
    """The schema as schemathesis read it off the running application."""
    return schemathesis.openapi.from_wsgi("/api/openapi.json", application)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_is_sent_the_answer_is_as_documented(cast, kept_connection, path, method):
    """Made-up calls within the schema, for somebody who may do nearly everything."""
    person = cast.silk_owner if "booking" in path else cast.admin
    headers = {"Authorization": f"Bearer {token_for(person)}"}
    cast.request()

    @given(case=described()[path][method.upper()].as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def sent(case):
        case.call_and_validate(checks=CHECKS, headers=headers)

    sent()
