"""Pictures are what they say they are, and nothing more than pixels is kept."""

import io

import pytest
from django.db import transaction
from PIL import Image

from core.models import Media
from core.models.media import MediaType
from core.services import pictures
from core.services.pictures import NotAPicture, PictureTooLarge, store_picture

GPS = 0x8825


def picture(size=(60, 40), *, format="JPEG", mode="RGB", **save) -> bytes:
    out = io.BytesIO()
    colour = (0, 128, 128, 40) if mode == "RGBA" else "teal"
    Image.new(mode, size, colour).save(out, format, **save)
    return out.getvalue()


def with_place() -> bytes:
    """A photo that tells where it was taken, lying on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(GPS)[1] = "N"
    return picture(exif=exif)


@pytest.fixture
def store(cast):
    def call(data, **owner):
        with transaction.atomic():
            return store_picture(data, type=MediaType.AVATAR, **owner)

    return call


def opened(media: Media) -> Image.Image:
    with media.file.open("rb") as file:
        return Image.open(io.BytesIO(file.read()))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_webp_with_its_measures(store, format):
    media = store(picture(format=format))

    kept = opened(media)
    assert kept.format == "WEBP"
    assert (media.width, media.height) == kept.size == (60, 40)
    assert media.size == media.file.size
    assert media.file.name.endswith(".webp")


def test_a_large_one_is_made_smaller_and_keeps_its_shape(store):
    media = store(picture((3200, 1600)))

    assert (media.width, media.height) == (1600, 800)


def test_where_it_was_taken_is_forgotten_and_it_stands_upright(store):
    data = with_place()
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(GPS)

    media = store(data)

    assert (media.width, media.height) == (40, 60)
    assert not dict(opened(media).getexif())


def test_transparency_stays(store):
    assert opened(store(picture(format="PNG", mode="RGBA"))).mode == "RGBA"


def test_the_same_bytes_of_one_owner_are_kept_once(store, cast):
    data = picture()
    first = store(data, uploader_id=cast.traveller.pk)

    assert store(data, uploader_id=cast.traveller.pk) == first
    assert store(data, uploader_id=cast.stranger.pk) != first


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        picture()[:200],
        picture(format="GIF"),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
    ],
    ids=["empty", "text", "svg", "cut off", "gif", "only a head"],
)
def test_what_is_no_picture_is_refused(store, data):
    with pytest.raises(NotAPicture):
        store(data)
    assert not Media.objects.exists()


def test_too_many_bytes_are_refused(store, monkeypatch):
    monkeypatch.setattr(pictures, "LARGEST_UPLOAD", 1000)

    with pytest.raises(PictureTooLarge):
        store(b"x" * 1001)


def test_too_many_pixels_are_refused_before_they_are_unpacked(store):
    bomb = picture((8000, 6000), format="PNG", mode="1")
    assert len(bomb) < 100_000

    with pytest.raises(PictureTooLarge):
        store(bomb)
