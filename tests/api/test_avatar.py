"""The caller's own picture."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.models import EventLog, Media
from tests.api.phone import problem

PATH = "/api/users/avatar/"


def a_file(size=(80, 80)) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "orange").save(out, "PNG")
    return SimpleUploadedFile("me.png", out.getvalue(), content_type="image/png")


@pytest.fixture
def upload(traveller, client):
    def call(file, **headers):
        token = {"Authorization": f"Bearer {traveller.token}"}
        return client.post(PATH, {"file": file}, headers=token | headers)

    return call


def test_the_picture_is_the_profiles_from_then_on(cast, traveller, upload):
    answer = upload(a_file())

    assert answer.status_code == 200
    cast.traveller.refresh_from_db()
    assert answer.json()["avatar"] == cast.traveller.avatar.file.url
    assert traveller.get("users/profile/").json()["avatar"] == answer.json()["avatar"]
    assert EventLog.objects.filter(action="user.avatar_set", user=cast.traveller).exists()


def test_a_file_that_only_calls_itself_a_picture_is_refused(cast, upload):
    answer = upload(SimpleUploadedFile("me.png", b"<html>", content_type="image/png"))

    problem(answer, 422, "validation_error")
    assert answer.json()["errors"][0]["field"] == "file"
    assert not Media.objects.exists()
