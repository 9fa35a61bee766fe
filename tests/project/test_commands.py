"""The Makefile, the README and the CI say the same."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]


@pytest.fixture(scope="module")
def targets():
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_the_wishes_of_the_house_are_there(targets):
    assert targets >= {"install", "demo", "demo-reset", "test", "check", "run", "worker", "seed"}


def test_help_lists_every_target(targets):
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert set(re.findall(r"^  make (\S+)", done.stdout, re.MULTILINE)) == targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documents_name_only_targets_that_exist(document, targets):
    named = set(re.findall(r"`make ([a-z-]+)", document.read_text()))

    assert named <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documents_link_only_to_files_that_exist(document):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())

    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documents_name_only_commands_that_exist(document):
    from django.core.management import get_commands

    named = set(re.findall(r"manage\.py ([a-z_]+)", document.read_text()))

    assert named <= get_commands().keys()


def test_ci_runs_the_readmes_commands():
    steps = re.findall(r"^make (\w+)$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)

    assert steps == ["check", "test"]
    assert "`make check` and then\n`make test`" in (ROOT / "README.md").read_text()


def test_what_make_and_ci_run_is_executable():
    for script in (".ci/run", "deploy/system-packages", "deploy/entrypoint"):
        assert (ROOT / script).stat().st_mode & 0o111, script


def test_system_packages_leaves_what_is_there_alone():
    done = subprocess.run(
        [ROOT / "deploy" / "system-packages"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "")
