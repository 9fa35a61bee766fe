"""Files on local disk: pictures for everybody, papers for those whom they concern."""

from pathlib import Path

import pytest

from tests import factories

PIXEL = b"not really a picture"


@pytest.fixture
def root(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    for name in (
        "media/a.jpg",
        "media/a.html",
        "statements/2026/s.pdf",
        "reconciliation/2026/r.csv",
    ):
        path = settings.MEDIA_ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PIXEL)
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    return settings.MEDIA_ROOT


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_picture_is_shown_and_kept_for_long(client, root):
    response = client.get("/media/media/a.jpg")

    assert body(response) == PIXEL
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response["Cache-Control"]
    assert "attachment" not in response["Content-Disposition"]


def test_anything_else_is_only_downloaded(client, root):
    response = client.get("/media/media/a.html")

    assert body(response) == PIXEL
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "path",
    [
        "media/none.jpg",
        "media/",
        "../secret.jpg",
        "media/../../secret.jpg",
        "media/%2e%2e/%2e%2e/secret.jpg",
        "/etc/passwd",
        "media/a.jpg%00",
    ],
)
def test_there_is_no_way_out_of_the_folder(client, root, path):
    assert client.get(f"/media/{path}").status_code == 404


def test_a_link_does_not_lead_out_either(client, root):
    (root / "media" / "link.jpg").symlink_to(root.parent / "secret.jpg")

    assert client.get("/media/media/link.jpg").status_code == 404


def test_one_cannot_walk_from_pictures_to_papers(client, root):
    assert client.get("/media/media/../statements/2026/s.pdf").status_code == 404


def test_a_statement_is_for_its_agency_and_the_accountants(client, cast, root):
    factories.payout(agency=cast.silk, statement="statements/2026/s.pdf")

    seen = {}
    for person in (cast.silk_owner, cast.accountant, cast.nomad_owner, cast.traveller):
        client.force_login(person)
        response = client.get("/media/statements/2026/s.pdf")
        seen[person] = response.status_code
        if response.streaming:
            body(response)

    assert list(seen.values()) == [200, 200, 404, 404]


def test_a_paper_is_never_kept_by_a_proxy(client, cast, root):
    factories.payout(agency=cast.silk, statement="statements/2026/s.pdf")
    client.force_login(cast.accountant)

    response = client.get("/media/statements/2026/s.pdf")

    assert body(response) == PIXEL
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"].startswith("attachment")


def test_a_registry_is_for_accountants(client, cast, root):
    factories.reconciliation_file(file="reconciliation/2026/r.csv")

    client.force_login(cast.accountant)
    response = client.get("/media/reconciliation/2026/r.csv")
    assert body(response) == PIXEL
    client.force_login(cast.silk_owner)
    assert client.get("/media/reconciliation/2026/r.csv").status_code == 404


@pytest.mark.django_db
def test_papers_are_not_there_for_strangers(client, root):
    assert client.get("/media/statements/2026/s.pdf").status_code == 404
