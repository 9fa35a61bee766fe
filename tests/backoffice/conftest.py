"""Members of staff at their browsers."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qs

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client, override_settings

from backoffice.admin.base import BaseAdmin
from partners.models import User

SignIn = Callable[[User], Client]
FILTERED = re.compile(r'href="/admin/([a-z_]+)/([a-z_]+)/\?([^"]+)"')
OF_EVERY_LIST = {"q", "o", "p", "all", "e"}


@pytest.fixture(autouse=True, scope="session")
def _static_folder(tmp_path_factory):
    """WhiteNoise warns where nothing has been collected."""
    with override_settings(STATIC_ROOT=tmp_path_factory.mktemp("static")):
        yield


@pytest.fixture
def sign_in(db) -> SignIn:
    """A browser, set to English, in which the person is signed in to the admin."""

    def browser(person: User) -> Client:
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(person)
        return client

    return browser


@pytest.fixture(autouse=True)
def _links_are_answered(monkeypatch):
    """Whatever page a test opens: each of its links to a filtered list is one the list answers."""
    request = Client.request

    def watched(self, **environ):
        response = request(self, **environ)
        if response.status_code == 200 and "text/html" in response.headers.get("Content-Type", ""):
            refused = [
                link for link in FILTERED.findall(response.text) if _is_refused(link, response)
            ]
            assert not refused, refused
        return response

    monkeypatch.setattr(Client, "request", watched)


def _is_refused(link: tuple[str, str, str], response) -> bool:
    app, model, query = link
    page = admin.site._registry.get(apps.all_models[app].get(model))
    asked = parse_qs(unescape(query)).keys() - OF_EVERY_LIST
    reader = response.wsgi_request
    return isinstance(page, BaseAdmin) and not all(
        page.lookup_allowed(each, "", reader) for each in asked
    )
