"""Rules that hold for every model, walked over all of them."""

import pytest
from django.apps import apps
from django.db import connection

from tests.factories import FACTORIES

HOUSES = ("core", "partners", "catalog", "finance", "sales", "notifications", "backoffice", "api")


def all_models():
    """Our own models; proxies and the history tables of simple-history excepted."""
    return [
        model
        for house in HOUSES
        for model in apps.get_app_config(house).get_models()
        if not model._meta.proxy and not hasattr(model, "history_object")
    ]


def test_every_model_has_a_factory():
    assert set(all_models()) == set(FACTORIES)


@pytest.mark.django_db
@pytest.mark.parametrize("model", FACTORIES, ids=lambda m: m._meta.label)
def test_a_factory_makes_a_row_the_database_accepts_with_all_its_constraints(model):
    row = FACTORIES[model]()

    # Deferred triggers (the ledger's balance) look only when they are told to.
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert model._default_manager.filter(pk=row.pk).exists()
    assert str(row)
