"""Every link from one page of the back office to another's list is one that the list answers."""

import ast
from pathlib import Path

from django.contrib import admin
from django.test import RequestFactory

ROOT = Path(__file__).parents[2] / "backoffice" / "admin"
SEARCH = {"q", "query"}


def links():
    """``(file, list, filter)`` of each call that names a list and how it is filtered."""
    for path in ROOT.rglob("*.py"):
        tree = ast.parse(path.read_text())
        names = constants(tree)
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            label = label_of(call, names)
            if label:
                asked = [each.arg for each in call.keywords if each.arg] + in_dicts(call)
                yield from ((path.name, label, each) for each in asked)


def constants(tree):
    return {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }


def label_of(call, names):
    """The list that the call is about: its first text of the form ``app.model``."""
    for each in call.args[:1]:
        text = names.get(each.id) if isinstance(each, ast.Name) else getattr(each, "value", None)
        if isinstance(text, str) and text in LABELS:
            return text
    return None


def in_dicts(call):
    return [
        key.value
        for each in call.args[1:]
        if isinstance(each, ast.Dict)
        for key in each.keys
        if isinstance(key, ast.Constant)
    ]


LABELS = {model._meta.label_lower: page for model, page in admin.site._registry.items()}


def test_it_does(cast):
    request = RequestFactory().get("/")
    request.user = cast.admin
    found = [each for each in links() if each[2] not in SEARCH]

    refused = [
        (name, label, lookup)
        for name, label, lookup in found
        if not LABELS[label].lookup_allowed(lookup, "1", request)
    ]

    assert len(found) > 40, "the links are found"
    assert not refused, "\n".join(map(str, refused))
