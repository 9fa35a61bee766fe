"""The table of roles and the code that asks it name the same things."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from django.contrib import admin
from django.db.models import Model
from django.test import RequestFactory

from backoffice.admin.core.permissions_page import WORDS
from backoffice.management.commands.permissions import DOCUMENT, document
from partners.models import User
from partners.roles import TABLE
from tests.architecture.test_source import DOORS, HOUSES, ROOT, sources, tree

# ``app.act_model``, as ``has_perm`` takes it.
PERMISSION = re.compile(r"^([a-z_]+)\.([a-z]+)_([a-z]+)$")
ACTS = {act for acts in TABLE.values() for act in acts}
# Functions that take a resource and an act, and where among their arguments they stand.
ASKING = {"require": 1, "allowed": 1, "agency_ids_for": 0}
# What is put together when it is asked: what it may come to.
COMPOSED = {
    "finance.report.view",
    *(f"catalog.{each}.import" for each in ("tour", "toursession", "promocode")),
}


@cache
def asked() -> list[tuple[str, str]]:
    """(where, ``resource.act``) of all that the code asks by name."""
    return list(_asked())


def _asked() -> Iterator[tuple[str, str]]:
    for path in sources(*HOUSES, *DOORS):
        where = str(path.relative_to(ROOT))
        if where == "partners/roles.py":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found = PERMISSION.match(node.value)
                if found and (f"{found[1]}.{found[3]}" in TABLE or found[2] in ACTS):
                    yield f"{where}:{node.lineno}", f"{found[1]}.{found[3]}.{found[2]}"
            elif isinstance(node, ast.Call):
                yield from _of_call(path, where, node)


def _of_call(path: Path, where: str, call: ast.Call) -> Iterator[tuple[str, str]]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name not in ASKING or len(call.args) < ASKING[name] + 2:
        return
    resource, act = call.args[ASKING[name] :][:2]
    for known_act in _texts(path, act):
        for known in _texts(path, resource):
            yield f"{where}:{call.lineno}", f"{known}.{known_act}"


def _texts(path: Path, node: ast.expr) -> list[str]:
    """What the argument may be: itself, a constant of its file, or either branch of a choice."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return [*_texts(path, node.body), *_texts(path, node.orelse)]
    if isinstance(node, ast.Name):
        module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        value = getattr(module, node.id, None)
        return [value] if isinstance(value, str) else []
    return []


def rows() -> set[str]:
    return {f"{resource}.{act}" for resource, acts in TABLE.items() for act in acts}


def test_whatever_is_asked_stands_in_the_table():
    unknown = [f"{where} asks {what}" for where, what in asked() if what not in rows()]

    assert unknown == []


def test_the_search_finds_what_it_should():
    found = {what for _where, what in asked()}

    assert {
        "sales.booking.approve",  # require(by, "sales.booking", "approve")
        "finance.reconciliationrow.resolve",  # require(by, RESOURCE, "resolve")
        "catalog.tourcategory.change",  # require(by, …, "change" if … else "add")
        "finance.report.export",  # JobKind(permission="finance.export_report")
        "finance.payout.view",  # agency_ids_for("finance.payout", "view")
    } <= found


def test_no_row_of_the_table_is_dead():
    used = {what for _where, what in asked()} | COMPOSED | set(of_pages())

    assert sorted(rows() - used) == []


def of_pages() -> Iterator[str]:
    """What the admin asks by itself: of each model's pages, and of what actions declare."""
    request = RequestFactory().get("/")
    request.user = User(platform_role="admin", is_active=True)
    for model, page in admin.site._registry.items():
        label = model._meta.label_lower
        yield f"{label}.view"
        if issubclass(model, Model):
            for act in ("add", "change", "delete"):
                if getattr(page, f"has_{act}_permission")(request):
                    yield f"{label}.{act}"
        for name in dir(type(page)):
            for act in getattr(getattr(page, name, None), "allowed_permissions", ()):
                yield f"{label}.{act}"


def test_every_resource_with_pages_stands_in_the_table():
    labels = {model._meta.label_lower for model in admin.site._registry}

    assert sorted(labels - TABLE.keys()) == []


def test_who_may_do_something_with_a_thing_sees_it():
    blind = {
        resource
        for resource, acts in TABLE.items()
        if not set().union(*acts.values()) <= acts["view"]
    }

    # Support gives bonus on a person's page, and reads there what became of it.
    assert blind == {"finance.adjustment"}


def test_the_document_is_the_table():
    """``make permissions`` writes it anew."""
    assert DOCUMENT.read_text() == document()


def test_every_act_has_a_word_and_no_word_is_left_over():
    assert WORDS.keys() == ACTS
