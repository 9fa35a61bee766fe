"""Settings that staff may change are read in every act, so reading must not write."""

import pytest
from constance import config
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.mark.django_db
@pytest.mark.parametrize("name", settings.CONSTANCE_CONFIG)
def test_reading_a_setting_is_one_select(name):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert getattr(config, name) == settings.CONSTANCE_CONFIG[name][0]

    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]
