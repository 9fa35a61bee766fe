"""Whose a picture is, keeping it once, and not deleting what something shows."""

import io
from importlib import import_module
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from PIL import Image

from catalog.models import TourPhoto
from core.models import EventLog, Media
from core.models.media import MediaType
from core.outbound import picture_stored
from core.pictures import NotAPicture, names_of
from core.queries.media import Use, places, users
from core.refusals import NotAllowed, NotFound, TryAgain, Unavailable
from partners.models import TravelAgency, User
from partners.outbound import delete_media, set_avatar, upload_media
from partners.services.media import (
    AgencyNotNamed,
    AvatarIsPersonal,
    MediaInUse,
    keep_upload,
)
from tests import factories
from tests.architecture.test_models import all_models
from tests.factories import NOW
from tests.sales.threads import run_together


def a_file(colour="teal", size=(1000, 500)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def upload(person, data=None, *, type=MediaType.TOUR_PHOTO, agency=None):
    return upload_media(
        data=data or a_file(),
        type=type,
        agency_id=agency and agency.pk,
        by=person.actor("api"),
        at=NOW,
    )


def delete(person, media):
    delete_media(media_id=media.pk, by=person.actor("api"), at=NOW)


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


# --- keeping


def test_a_picture_is_kept_in_its_agencys_folder_in_three_sizes(cast, folder):
    done = upload(cast.silk_manager)

    media = done.media
    assert done.is_new
    assert (media.agency, media.uploader) == (cast.silk, cast.silk_manager)
    assert (media.width, media.height) == (1000, 500)
    assert files(folder) == sorted(names_of(media.file.name).values())
    assert media.file.name.startswith(f"media/agency-{cast.silk.pk}/2027/03/")
    assert media.size == media.file.size
    assert {url.rpartition("-")[2] for url in (media.url, media.card_url, media.thumb_url)} == {
        "1600.webp",
        "800.webp",
        "320.webp",
    }
    event = EventLog.objects.get(action="media.uploaded")
    assert (event.user, event.agency_id) == (cast.silk_manager, cast.silk.pk)


def test_the_same_bytes_are_one_picture_for_the_whole_agency(cast, folder):
    first = upload(cast.silk_manager).media

    again = upload(cast.silk_owner)

    assert (again.media, again.is_new) == (first, False)
    assert len(files(folder)) == 3
    assert EventLog.objects.filter(action="media.uploaded").count() == 1


def test_the_same_bytes_of_another_owner_or_type_are_another_picture(cast, folder):
    first = upload(cast.silk_manager).media

    others = {
        upload(cast.nomad_manager).media,
        upload(cast.silk_manager, type=MediaType.LOGO).media,
        upload(cast.silk_manager, type=MediaType.AVATAR).media,
        upload(cast.traveller, type=MediaType.AVATAR).media,
    }

    assert len(others | {first}) == 5
    assert len(files(folder)) == 15


def test_what_is_no_picture_leaves_nothing(cast, folder):
    with pytest.raises(NotAPicture):
        upload(cast.silk_manager, b"<svg/>")

    assert not Media.objects.exists()
    assert files(folder) == []


def test_bytes_whose_act_is_refused_are_removed_again(cast, folder):
    def refuse():
        with picture_stored(a_file(), type="logo", agency_id=cast.silk.pk, at=NOW) as picture:
            assert len(files(folder)) == 3
            with transaction.atomic():
                picture.save()
                raise NotAllowed

    with pytest.raises(NotAllowed):
        refuse()

    assert files(folder) == []
    assert not Media.objects.exists()


def test_a_disk_that_takes_nothing_is_told_and_leaves_nothing(cast, folder):
    (folder / "media").write_bytes(b"a file where a folder should be")

    with pytest.raises(Unavailable):
        upload(cast.silk_manager)

    assert not Media.objects.exists()
    assert files(folder) == ["media"]


@pytest.mark.django_db(transaction=True)
def test_two_uploads_of_the_same_file_at_once_are_one_picture(cast, folder):
    data = a_file()
    people = [cast.silk_manager, cast.silk_owner] * 2

    uploads = run_together([lambda p=p: upload(p, data) for p in people])

    assert Media.objects.count() == 1
    assert {done.media.pk for done in uploads} == {Media.objects.get().pk}
    assert [done.is_new for done in uploads].count(True) == 1
    assert files(folder) == sorted(names_of(Media.objects.get().file.name).values())


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_they_would_be_several(cast, folder):
    """The control of the test above: the race is a real one."""
    (constraint,) = [c for c in Media._meta.constraints if c.name == "one_picture_per_agency"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Media, constraint)
    try:
        data = a_file()
        run_together([lambda: upload(cast.silk_manager, data) for _ in range(4)])
        assert Media.objects.count() > 1
    finally:
        Media.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Media, constraint)


def test_a_picture_deleted_between_the_two_halves_is_tried_again(cast):
    data = a_file()
    upload(cast.silk_manager, data)

    def take():
        with picture_stored(data, type="tour_photo", agency_id=cast.silk.pk, at=NOW) as picture:
            Media.objects.all().delete()
            keep_upload(picture=picture, by=cast.silk_manager.actor("api"), at=NOW)

    with pytest.raises(TryAgain):
        take()


def test_bytes_kept_twice_before_the_constraints_are_told_apart(cast):
    """The migration on a database that has such rows: each stays, none breaks the constraint."""
    migration = import_module("core.migrations.0005_pictures_in_three_sizes")
    ours = [c for c in Media._meta.constraints if c.name.startswith("one_picture")]
    with connection.schema_editor() as editor:
        for constraint in ours:
            editor.remove_constraint(Media, constraint)
    same = {"checksum": "0" * 64, "type": MediaType.LOGO}
    owners = [{"agency": cast.silk, "uploader": u} for u in (cast.silk_owner, cast.silk_manager)]
    owners += [{"uploader": cast.traveller}, {"uploader": cast.traveller}, {"agency": cast.nomad}]
    rows = [factories.media(**same, **owner) for owner in owners]

    with connection.cursor() as cursor:
        cursor.execute(migration.TELL_APART)
        # The rows' foreign keys are looked at now, not at the commit: an index cannot wait.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.schema_editor() as editor:
        for constraint in ours:
            editor.add_constraint(Media, constraint)

    kept = dict(Media.objects.values_list("pk", "checksum"))
    first_ones = [row.pk for row, n in zip(rows, range(5), strict=True) if n in (0, 2, 4)]
    assert [pk for pk, checksum in kept.items() if checksum == "0" * 64] == sorted(first_ones)[::-1]
    assert {len(checksum) for checksum in kept.values()} == {64}


# --- whose


def test_a_traveller_uploads_his_avatar_and_nothing_else(cast):
    assert upload(cast.traveller, type=MediaType.AVATAR).media.agency is None

    for type in (MediaType.TOUR_PHOTO, MediaType.GALLERY, MediaType.LOGO):
        with pytest.raises(NotAllowed):
            upload(cast.traveller, type=type)
        with pytest.raises(NotAllowed):
            upload(cast.traveller, type=type, agency=cast.silk)


@pytest.mark.parametrize("who", ["accountant", "support"])
def test_the_platforms_clerks_upload_nothing_for_agencies(cast, who):
    with pytest.raises(NotAllowed):
        upload(cast.people[who], agency=cast.silk)


def test_another_agency_is_not_found(cast):
    with pytest.raises(NotFound):
        upload(cast.silk_owner, agency=cast.nomad)


def test_who_works_for_two_says_for_which(cast):
    factories.member(agency=cast.nomad, user=cast.silk_manager)
    person = User.objects.get(pk=cast.silk_manager.pk)

    with pytest.raises(AgencyNotNamed):
        upload(person)
    assert upload(person, agency=cast.nomad).media.agency == cast.nomad


def test_the_platform_admin_says_for_which_of_all(cast):
    with pytest.raises(AgencyNotNamed):
        upload(cast.admin)
    assert upload(cast.admin, agency=cast.silk).media.agency == cast.silk
    with pytest.raises(NotFound):
        upload_media(
            data=a_file(), type="logo", agency_id=10**9, by=cast.admin.actor("api"), at=NOW
        )


def test_an_avatar_is_nobodys_but_its_uploaders(cast):
    with pytest.raises(AvatarIsPersonal):
        upload(cast.silk_owner, type=MediaType.AVATAR, agency=cast.silk)


# --- deleting


def test_deleting_takes_the_row_and_after_the_commit_the_bytes(
    cast, folder, django_capture_on_commit_callbacks
):
    media = upload(cast.silk_manager).media

    with django_capture_on_commit_callbacks(execute=True):
        delete(cast.silk_owner, media)
        assert len(files(folder)) == 3, "nothing is committed yet"

    assert not Media.objects.exists()
    assert files(folder) == []
    event = EventLog.objects.get(action="media.deleted")
    assert (event.object_id, event.agency_id) == (media.pk, cast.silk.pk)


def test_another_agencys_picture_is_not_found(cast):
    media = upload(cast.nomad_manager).media

    for person in (cast.silk_owner, cast.traveller, cast.stranger):
        with pytest.raises(NotFound):
            delete(person, media)
    for person in (cast.accountant, cast.support):
        with pytest.raises(NotAllowed):
            delete(person, media)
    assert Media.objects.filter(pk=media.pk).exists()


def test_ones_own_avatar_is_deleted_by_oneself(cast):
    media = upload(cast.traveller, type=MediaType.AVATAR).media

    for person in (cast.stranger, cast.silk_owner):
        with pytest.raises(NotFound):
            delete(person, media)
    delete(cast.traveller, media)

    assert not Media.objects.exists()


def test_who_left_the_agency_has_no_pictures_of_it(cast):
    media = upload(cast.silk_manager).media
    cast.silk_manager.memberships.update(is_active=False)
    gone = User.objects.get(pk=cast.silk_manager.pk)

    assert not Media.objects.for_user(gone).exists()
    with pytest.raises(NotFound):
        delete(gone, media)


def test_of_very_many_uses_the_first_are_told():
    uses = [Use("catalog.tour", n, "Tour", "gallery", f"Copy {n}") for n in range(12)]

    assert places(uses).count(";") == 10
    assert places(uses).endswith("Tour «Copy 9», gallery; more: 2")
    assert "more" not in places(uses[:10])


def test_what_is_in_use_says_where(cast, folder):
    media = upload(cast.silk_manager).media
    factories.tour_photo(tour=cast.silk_tour, media=media)
    TravelAgency.objects.filter(pk=cast.silk.pk).update(logo=media)

    with pytest.raises(MediaInUse) as refused:
        delete(cast.silk_owner, media)

    assert refused.value.code == "in_use"
    assert refused.value.detail == (
        "This picture is in use: Agency «Silk Road Travel», logo; Tour «Chimgan», gallery."
    )
    assert Media.objects.filter(pk=media.pk).exists()
    assert len(files(folder)) == 3


def test_no_use_is_forgotten():
    """Every field of every model that leads to pictures is looked at, a gallery as its tour's."""
    pointing = {
        (model._meta.label, field.name)
        for model in all_models()
        for field in model._meta.get_fields()
        if not field.auto_created and field.related_model is Media
    }

    watched = {(model._meta.label, field.name) for model, field in users()}

    assert ("catalog.Tour", "photos") in watched
    assert watched == pointing - {("catalog.TourPhoto", "media")}


def test_an_avatar_that_is_worn_says_who_wears_it(cast):
    user = set_avatar(data=a_file(), by=cast.traveller.actor("api"), at=NOW)

    with pytest.raises(MediaInUse, match="Dilnoza Karimova"):
        delete(cast.traveller, user.avatar)

    bare = set_avatar(data=a_file("red"), by=cast.traveller.actor("api"), at=NOW)
    delete(cast.traveller, user.avatar)
    assert Media.objects.get() == bare.avatar


def test_what_one_may_not_see_is_not_named(cast):
    """Nomad's tour shows Silk's picture: Silk learns that it is used, and not by what."""
    media = upload(cast.silk_manager).media
    factories.tour_photo(tour=cast.nomad_tour, media=media)

    with pytest.raises(MediaInUse) as refused:
        delete(cast.silk_owner, media)
    with pytest.raises(MediaInUse) as told:
        delete(cast.admin, media)

    assert refused.value.detail == "This picture is in use: something you may not see."
    assert "Khiva" in told.value.detail


def test_a_picture_out_of_use_can_go(cast):
    media = upload(cast.silk_manager).media
    photo = factories.tour_photo(tour=cast.silk_tour, media=media)
    with pytest.raises(MediaInUse):
        delete(cast.silk_manager, media)

    TourPhoto.objects.filter(pk=photo.pk).delete()
    delete(cast.silk_manager, media)

    assert not Media.objects.exists()


def test_a_storage_that_cannot_delete_does_not_bring_the_row_back(
    cast, folder, django_capture_on_commit_callbacks
):
    media = upload(cast.silk_manager).media
    name = default_storage.path(media.file.name)
    Path(name).unlink()
    Path(name).mkdir()
    (Path(name) / "stuck").touch()

    with django_capture_on_commit_callbacks(execute=True):
        delete(cast.silk_manager, media)

    assert not Media.objects.exists()


def test_the_database_keeps_one_owners_bytes_once(cast):
    own = {"agency": cast.silk, "checksum": "0" * 64}
    factories.media(**own)

    with pytest.raises(DatabaseError), transaction.atomic():
        factories.media(**own)
    factories.media(**own | {"type": MediaType.LOGO})
