"""The image and the services agree with the checkout and with the settings."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())


def documented() -> set[str]:
    example = (ROOT / ".env.example").read_text()
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", example, flags=re.MULTILINE))


def test_everything_the_image_copies_exists():
    copies = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, flags=re.MULTILINE)
    sources = [source for copy in copies for source in copy.split()[:-1]]

    assert "requirements/base.txt" in sources
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_the_image_has_every_house():
    houses = {path.parent.name for path in ROOT.glob("*/apps.py")}

    assert houses <= set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, flags=re.MULTILINE))


def test_the_image_does_not_run_as_root():
    assert re.findall(r"^USER (\w+)$", DOCKERFILE, flags=re.MULTILINE) == ["circle"]


def test_the_image_installs_only_what_is_pinned_by_hash():
    assert "--require-hashes" in DOCKERFILE
    requirements = (ROOT / "requirements" / "base.txt").read_text()
    pinned = re.findall(
        r"^[a-z0-9_.\[\],-]+==\S+.*\\\n    --hash=sha256:", requirements, re.MULTILINE
    )
    assert len(pinned) == len(re.findall(r"^[a-z0-9]", requirements, re.MULTILINE))


def test_the_services_are_given_only_documented_variables(compose):
    text = (ROOT / "deploy" / "compose.yaml").read_text()
    given = {name for name in compose["x-circle"]["environment"]}
    asked = set(re.findall(r"\$\{([A-Z_]+)", text))

    assert given | asked <= documented()


def test_web_and_worker_wait_for_the_migrations(compose):
    for name in ("web", "worker"):
        waits_for = compose["services"][name]["depends_on"]["migrate"]
        assert waits_for == {"condition": "service_completed_successfully"}


def test_what_others_wait_for_has_a_health_check(compose):
    services = compose["services"]

    assert all("healthcheck" in services[name] for name in ("web", "postgres", "redis"))


def test_every_volume_is_declared(compose):
    mounted = [
        mount for service in compose["services"].values() for mount in service.get("volumes", [])
    ]

    assert {mount.split(":")[0] for mount in mounted} == compose["volumes"].keys()


def test_the_entrypoint_knows_what_the_services_ask_of_it(compose):
    entrypoint = (ROOT / "deploy" / "entrypoint").read_text()

    for name in ("migrate", "web", "worker"):
        assert re.search(
            rf"^    {compose['services'][name]['command']}\)$", entrypoint, re.MULTILINE
        )


def test_compose_makes_the_database_with_the_laptops_locale(compose):
    from backoffice.laptop import LOCALE

    arguments = compose["services"]["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]

    assert arguments.split() == list(LOCALE)
