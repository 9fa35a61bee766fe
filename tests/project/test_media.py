"""Files on local disk: pictures are for everybody, papers are not served at all."""

from pathlib import Path

import pytest
from django.core.files.storage import storages

PIXEL = b"not really a picture"


@pytest.fixture
def root(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    for name in (
        "media/a.jpg",
        "media/a.html",
        "statements/2026/s.pdf",
        "jobs/2027/03/all.csv",
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


@pytest.mark.parametrize("name", ["statements/2026/s.pdf", "jobs/2027/03/all.csv"])
def test_papers_have_no_address_even_for_accountants(client, cast, root, name):
    client.force_login(cast.accountant)

    assert client.get(f"/media/{name}").status_code == 404


def test_what_is_private_lies_outside_of_what_is_served(settings):
    private = Path(storages["private"].location).resolve()

    assert not private.is_relative_to(Path(settings.MEDIA_ROOT).resolve())
    with pytest.raises(ValueError, match="no address"):
        storages["private"].url("jobs/a.csv")
