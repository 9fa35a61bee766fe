"""Whatever is recorded can be read: every event of the code has a sentence in the log."""

import ast
from pathlib import Path

import pytest

from backoffice.admin.core.sentences import SENTENCES

ROOT = Path(__file__).resolve().parent.parent.parent
HOUSES = ("core", "partners", "catalog", "finance", "sales", "notifications")


def recorded() -> set[str]:
    """The first argument of every ``record(...)``."""
    actions = set()
    for house in HOUSES:
        for path in (ROOT / house).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                is_record = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record"
                if is_record and isinstance(node.args[0], ast.Constant):
                    actions.add(node.args[0].value)
    return actions


def test_the_search_finds_what_it_should():
    assert {"booking.requested", "payment.timed_out", "user.registered"} <= recorded()


@pytest.mark.parametrize("action", sorted(recorded()))
def test_every_recorded_action_has_a_sentence(action):
    assert action in SENTENCES
