"""A phone in somebody's hand: the API's caller, and what an error must look like.

``Phone`` calls in-process (Django's test client, the whole middleware stack); ``Wire`` says the
same words over a real socket.
"""

import hashlib
import json
import secrets
from typing import Any

import httpx
from django.test import Client

from api.problems import CONTENT_TYPE
from partners.models import AccessToken, User
from tests.api.server import NO_CERTIFICATES
from tests.factories import access_token

MEMBERS = {"type", "title", "status", "detail", "code"}
UNAUTHENTICATED = ("invalid_init_data", "token_invalid", "token_expired")


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def token_for(person: User, **fields) -> str:
    """A live access token of ``person``, in clear."""
    token = secrets.token_urlsafe(32)
    access_token(user=person, digest=digest_of(token), **fields)
    return token


def row_of(token: str) -> AccessToken:
    return AccessToken.objects.get(digest=digest_of(token))


class Phone:
    """Calls paths under ``/api/`` as one person; errors of ours come back as answers."""

    def __init__(self, person: User | None = None, *, token: str = "", language: str = "en"):
        self.person = person
        self.token = token or (token_for(person) if person else "")
        self.language = language
        self.client = Client(raise_request_exception=False)

    def _headers(self, more: dict[str, str] | None) -> dict[str, str]:
        headers = {"Accept-Language": self.language} if self.language else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return headers | (more or {})

    def get(self, path: str, *, headers: dict[str, str] | None = None, **query: Any):
        return self.client.get(f"/api/{path}", query, headers=self._headers(headers))

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        key: str = "",
    ):
        """``body`` as JSON, bytes as they are; ``key`` is the Idempotency-Key."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body)
        more = (headers or {}) | ({"Idempotency-Key": key} if key else {})
        return self.client.generic(
            method, f"/api/{path}", data, "application/json", headers=self._headers(more)
        )

    def post(self, path: str, body: Any = None, **rest: Any):
        return self.send("POST", path, body, **rest)

    def patch(self, path: str, body: Any = None, **rest: Any):
        return self.send("PATCH", path, body, **rest)

    def delete(self, path: str, **rest: Any):
        return self.send("DELETE", path, **rest)

    def walk(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All rows of a list, page after page by its cursors."""
        rows, cursor = [], ""
        while True:
            page = self.get(path, cursor=cursor, **query)
            assert page.status_code == 200, page.content
            rows += page.json()["results"]
            cursor = page.json()["next"]
            if cursor is None:
                return rows
            assert page.json()["results"], "an empty page that says there is more"


def wire(url: str, token: str, **options: Any) -> httpx.Client:
    """The same caller over a real socket."""
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    options |= {"verify": NO_CERTIFICATES, "timeout": 60}
    return httpx.Client(base_url=f"{url}/api", headers=headers, **options)


def problem(response, status: int, code: str) -> dict[str, Any]:
    """The problem document of a refusal, with all its members as the contract says."""
    assert response.status_code == status, (response.status_code, response.content)
    assert response.headers["Content-Type"] == CONTENT_TYPE
    document = json.loads(response.content)
    assert document.keys() >= MEMBERS
    assert document["status"] == status
    assert document["code"] == code, document
    assert document["type"] == f"urn:circle:problem:{code}"
    assert document["title"]
    assert document["title"] != code, "a code without a title of its own"
    assert document["detail"]
    for error in document.get("errors", ()):
        assert error.keys() == {"field", "message"}
        assert error["message"]
    if status == 401:
        assert code in UNAUTHENTICATED
        assert response.headers["WWW-Authenticate"] == "Bearer"
    return document


def faulty_fields(response) -> list[str]:
    """The fields that a 422 names."""
    return [error["field"] for error in problem(response, 422, "validation_error")["errors"]]
