"""Pictures over the API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import Media
from core.models.media import MediaType
from core.pictures import LARGEST_UPLOAD
from tests import factories
from tests.api.phone import Phone, faulty_fields, problem
from tests.core.test_pictures import picture

MEMBERS = {
    "id",
    "type",
    "url",
    "card_url",
    "thumb_url",
    "width",
    "height",
    "size",
    "agency",
    "created_at",
}


def upload(person, data=None, name="photo.jpg", *, type="tour_photo", **fields):
    file = SimpleUploadedFile(name, picture((2000, 1000)) if data is None else data)
    phone = Phone(person)
    body = {"file": file, "type": type, **fields}
    return phone.client.post("/api/media/upload/", body, headers=phone._headers(None))


def test_a_manager_uploads_a_photo(cast, client):
    answer = upload(cast.silk_manager)

    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told.keys() == MEMBERS
    assert (told["type"], told["agency"]) == ("tour_photo", cast.silk.pk)
    assert (told["width"], told["height"]) == (1600, 800)
    for url in (told["url"], told["card_url"], told["thumb_url"]):
        shown = client.get(url)
        assert b"".join(shown.streaming_content)[8:12] == b"WEBP"
        assert shown["Content-Type"] == "image/webp"


def test_the_same_file_again_is_the_same_picture(cast):
    first = upload(cast.silk_manager)
    again = upload(cast.silk_owner, name="another-name.png")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


def test_what_only_calls_itself_a_picture_is_refused(cast):
    for data, name in ((b"<svg/>", "logo.svg"), (b"<svg/>", "logo.jpg"), (b"", "empty.png")):
        assert faulty_fields(upload(cast.silk_manager, data, name)) == ["file"]
    assert not Media.objects.exists()


def test_ten_megabytes_are_the_most(cast):
    answer = upload(cast.silk_manager, b"x" * (LARGEST_UPLOAD + 1))

    assert faulty_fields(answer) == ["file"]
    assert "10 MB" in answer.json()["detail"]


def test_a_type_nobody_knows_and_none_are_refused(cast):
    for type in ("passport", ""):
        assert faulty_fields(upload(cast.silk_manager, type=type)) == ["type"]


def test_a_traveller_uploads_only_his_avatar(cast):
    problem(upload(cast.traveller), 403, "forbidden")

    answer = upload(cast.traveller, type="avatar")

    assert answer.status_code == 201
    assert answer.json()["agency"] is None


def test_another_agency_is_not_found(cast):
    problem(upload(cast.silk_manager, agency=cast.nomad.pk), 404, "not_found")


def test_who_works_for_two_names_the_agency(cast):
    factories.member(agency=cast.nomad, user=cast.silk_manager)

    assert faulty_fields(upload(cast.silk_manager)) == ["agency"]
    answer = upload(cast.silk_manager, agency=cast.nomad.pk)

    assert answer.json()["agency"] == cast.nomad.pk


def test_uploads_are_bounded_a_minute(cast, clock):
    phone = Phone(cast.silk_manager)
    answers = [
        phone.client.post("/api/media/upload/", headers=phone._headers(None)) for _ in range(31)
    ]

    assert [answer.status_code for answer in answers[:30]] == [422] * 30
    problem(answers[30], 429, "rate_limited")


# --- the list


def test_the_list_shows_ones_own_newest_first(cast):
    mine = [factories.media(agency=cast.silk) for _ in range(3)]
    personal = factories.media(uploader=cast.silk_manager, type=MediaType.AVATAR)
    factories.media(agency=cast.nomad)
    factories.media(uploader=cast.traveller, type=MediaType.AVATAR)

    rows = Phone(cast.silk_manager).walk("media/list/", page_size=2)

    assert [row["id"] for row in rows] == [personal.pk, *(m.pk for m in reversed(mine))]
    assert all(row.keys() == MEMBERS for row in rows)
    assert len(Phone(cast.traveller).walk("media/list/")) == 1
    assert Phone(cast.stranger).walk("media/list/") == []


def test_the_list_is_narrowed_by_type(cast):
    logo = factories.media(agency=cast.silk, type=MediaType.LOGO)
    factories.media(agency=cast.silk)
    phone = Phone(cast.silk_manager)

    assert [row["id"] for row in phone.walk("media/list/", type="logo")] == [logo.pk]
    assert faulty_fields(phone.get("media/list/", type="passport")) == ["type"]


def test_the_list_costs_the_same_with_one_row_and_with_three(cast):
    phone = Phone(cast.silk_manager)
    factories.media(agency=cast.silk)
    with CaptureQueriesContext(connection) as one:
        phone.get("media/list/")
    factories.media(agency=cast.silk), factories.media(agency=cast.silk)
    with CaptureQueriesContext(connection) as three:
        assert len(phone.get("media/list/").json()["results"]) == 3

    # The token, the memberships, the rows.
    assert len(one) == len(three) == 3


# --- deleting


def test_a_picture_nothing_shows_is_deleted(cast):
    pk = upload(cast.silk_manager).json()["id"]

    answer = Phone(cast.silk_owner).delete(f"media/delete/{pk}/")

    assert (answer.status_code, answer.content) == (204, b"")
    problem(Phone(cast.silk_owner).delete(f"media/delete/{pk}/"), 404, "not_found")


def test_what_is_in_use_is_refused_with_where(cast):
    media = factories.media(agency=cast.silk)
    factories.tour_photo(tour=cast.silk_tour, media=media)

    answer = Phone(cast.silk_manager).delete(f"media/delete/{media.pk}/")

    document = problem(answer, 409, "in_use")
    assert document["detail"] == "This picture is in use: Tour «Chimgan», gallery."
    assert document["where"] == "Tour «Chimgan», gallery"


@pytest.mark.parametrize("pk", ["0", "999999999", "9" * 30])
def test_what_was_never_there_is_not_found(cast, pk):
    problem(Phone(cast.silk_manager).delete(f"media/delete/{pk}/"), 404, "not_found")


def test_a_dead_storage_is_said_and_leaves_no_row(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "file"
    settings.MEDIA_ROOT.write_bytes(b"no folder")

    answer = upload(cast.silk_manager)

    problem(answer, 503, "unavailable")
    assert int(answer["Retry-After"]) > 0
    assert not Media.objects.exists()
