"""Members of staff at their browsers."""

from collections.abc import Callable

import pytest
from django.test import Client, override_settings

from partners.models import User

SignIn = Callable[[User], Client]


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
