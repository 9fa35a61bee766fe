"""Every variable that is read is documented, in both places, and nothing else is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
READS = re.compile(r"""(?:env\.\w+|os\.environ\.get)\(\s*"([A-Z][A-Z0-9_]+)\"""")
READERS = [
    path
    for house in ("api", "backoffice", "catalog", "core", "finance", "notifications", "partners")
    for path in (ROOT / house).rglob("*.py")
]
# Read by deploy/compose.yaml only.
COMPOSE_ONLY = {"POSTGRES_PASSWORD"}


@pytest.fixture(scope="module")
def read_variables():
    names = {name for path in READERS for name in READS.findall(path.read_text())}
    assert {"SECRET_KEY", "CIRCLE_VAR", "PAYME_KEY"} <= names
    return names | COMPOSE_ONLY


def test_env_example_names_every_variable_once(read_variables):
    lines = (ROOT / ".env.example").read_text()
    names = re.findall(r"^#?([A-Z][A-Z0-9_]+)=", lines, flags=re.MULTILINE)

    assert sorted(names) == sorted(read_variables)


def test_the_configuration_page_has_a_row_for_every_variable(read_variables):
    page = (ROOT / "docs" / "configuration.md").read_text()
    names = re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \| [^|]+ \| [^|]+ \|$", page, flags=re.MULTILINE)

    assert sorted(names) == sorted(read_variables)


def test_env_example_holds_no_secret():
    values = dict(
        re.findall(r"^#?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    )

    for name in (
        "SECRET_KEY",
        "PAYME_KEY",
        "PAYME_TEST_KEY",
        "CARD_ENCRYPTION_KEYS",
        "POSTGRES_PASSWORD",
    ):
        assert values[name] == ""
