"""Pictures are what they say they are, and nothing more than pixels is kept."""

import io
import zlib

import pytest
from PIL import Image, ImageCms, ImageFile

from core import pictures
from core.pictures import NotAPicture, PictureTooLarge, encode, names_of, new_name, smaller
from tests.factories import NOW

GPS = 0x8825
ORIENTATION = 0x0112


def picture(size=(60, 40), *, format="JPEG", mode="RGB", colour="teal", **save) -> bytes:
    out = io.BytesIO()
    if mode == "RGBA":
        colour = (0, 128, 128, 40)
    Image.new(mode, size, colour).save(out, format, **save)
    return out.getvalue()


def with_place() -> bytes:
    """A photo that tells where it was taken, lying on its side."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    return picture(exif=exif, comment=b"taken by Malika")


def moving(format: str) -> bytes:
    """Two frames: teal, then red."""
    out = io.BytesIO()
    first, second = (Image.new("RGB", (60, 40), colour) for colour in ("teal", "red"))
    first.save(out, format, save_all=True, append_images=[second], duration=100)
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is huge; what is in it would be, too."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body).to_bytes(4)
        return len(body).to_bytes(4) + kind + body + check

    head = width.to_bytes(4) + height.to_bytes(4) + bytes([1, 0, 0, 0, 0])
    rows = zlib.compress(bytes((width // 8 + 1) * min(height, 1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def opened(data: bytes, side: int = pictures.FULL) -> Image.Image:
    return Image.open(io.BytesIO(encode(data).bodies[side]))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_webp_with_its_measures(format):
    encoded = encode(picture(format=format))

    kept = opened(picture(format=format))
    assert kept.format == "WEBP"
    assert (encoded.width, encoded.height) == kept.size == (60, 40)


def test_a_large_one_is_kept_in_three_sizes_and_keeps_its_shape():
    encoded = encode(picture((3200, 1600)))

    sizes = [Image.open(io.BytesIO(body)).size for body in encoded.bodies.values()]
    assert sizes == [(1600, 800), (800, 400), (320, 160)]
    assert (encoded.width, encoded.height) == (1600, 800)


def test_a_small_one_is_not_blown_up():
    encoded = encode(picture((500, 1000)))

    sizes = [Image.open(io.BytesIO(body)).size for body in encoded.bodies.values()]
    assert sizes == [(500, 1000), (400, 800), (160, 320)]


@pytest.mark.parametrize("side", pictures.SIDES)
def test_where_it_was_taken_is_forgotten_and_it_stands_upright(side):
    data = with_place()
    before = Image.open(io.BytesIO(data))
    assert before.getexif().get_ifd(GPS)
    assert b"Malika" in data

    kept = opened(data, side)

    assert kept.size == (40, 60)
    assert not dict(kept.getexif())
    assert not {"exif", "xmp", "icc_profile", "comment"} & kept.info.keys()
    assert b"Malika" not in encode(data).bodies[side]


@pytest.mark.parametrize("mode", ["RGBA", "P"])
def test_transparency_stays(mode):
    data = picture(format="PNG", mode="RGBA")
    if mode == "P":
        data = picture(format="PNG", mode="P", colour=0, transparency=0)

    kept = opened(data)

    assert kept.mode == "RGBA"
    assert kept.getpixel((0, 0))[3] < 128


@pytest.mark.parametrize("mode", ["L", "CMYK", "1"])
def test_colours_of_other_kinds_become_ordinary_ones(mode):
    data = picture(format="PNG" if mode == "1" else "JPEG", mode=mode, colour=0)

    assert opened(data).mode == "RGB"


def test_a_grey_of_sixteen_bits_keeps_its_lightness():
    red, green, blue = opened(picture(format="PNG", mode="I;16", colour=40_000)).getpixel((5, 5))

    assert red == green == blue
    assert 150 < red < 162


def swapped() -> bytes:
    """sRGB's profile with red for green and green for red."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return srgb.replace(b"rXYZ", b"?XYZ").replace(b"gXYZ", b"rXYZ").replace(b"?XYZ", b"gXYZ")


def test_a_colour_profile_is_worked_in_and_left_behind():
    kept = opened(picture(colour=(0, 200, 0), icc_profile=swapped()))

    red, green, _blue = kept.getpixel((5, 5))
    assert (red > 150, green < 50) == (True, True)
    assert "icc_profile" not in kept.info


def test_a_broken_colour_profile_does_no_harm():
    kept = opened(picture(colour=(0, 200, 0), icc_profile=b"nonsense"))

    assert kept.getpixel((5, 5))[1] > 150


@pytest.mark.parametrize("format", ["PNG", "WEBP", "MPO"])
def test_of_an_animation_the_first_frame_is_kept(format):
    kept = opened(moving(format))

    assert getattr(kept, "n_frames", 1) == 1
    red, green, _blue = kept.getpixel((30, 20))[:3]
    assert green > red, "teal came first"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"<html><img src=x onerror=alert(1)></html>",
        picture((600, 400))[:400],
        picture((600, 400), format="PNG")[:-40],
        picture(format="GIF"),
        picture(format="TIFF"),
        picture(format="BMP"),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        b"RIFF\x10\0\0\0WEBPVP8 ",
    ],
    ids=[
        "empty",
        "text",
        "svg",
        "html",
        "a JPEG cut off",
        "a PNG cut off",
        "gif",
        "tiff",
        "bmp",
        "only a PNG's head",
        "only a WebP's head",
    ],
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(NotAPicture):
        encode(data)


def test_what_is_cut_off_is_refused_though_somebody_let_it_pass(monkeypatch):
    """WeasyPrint does, by being imported."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)

    with pytest.raises(NotAPicture):
        encode(picture((600, 400), format="PNG")[:-40])


def test_a_page_hidden_behind_a_picture_is_not_kept():
    encoded = encode(picture() + b"<script>alert(1)</script>")

    assert all(b"<script>" not in body for body in encoded.bodies.values())


def test_too_many_bytes_are_refused(monkeypatch):
    monkeypatch.setattr(pictures, "LARGEST_UPLOAD", 1000)

    with pytest.raises(PictureTooLarge):
        encode(b"x" * 1001)


@pytest.mark.parametrize(
    "size", [(8000, 6000), (10_000, 10_000), (60_000, 60_000), (2_000_000, 2_000)]
)
def test_too_many_pixels_are_refused_before_they_are_unpacked(size, monkeypatch):
    data = bomb(*size)
    assert len(data) < 2_000_000
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("it was unpacked"))

    with pytest.raises(PictureTooLarge):
        encode(data)


def test_forty_megapixels_are_not_too_many():
    data = picture((8000, 5000), format="PNG", mode="1", colour=1)

    assert encode(data).width == 1600


# --- names


def test_the_sizes_lie_side_by_side_under_a_name_nobody_can_guess():
    name = new_name("agency-7", NOW)

    assert name.startswith("media/agency-7/2027/03/")
    assert list(names_of(name).values()) == [
        name,
        name.replace("-1600.webp", "-800.webp"),
        name.replace("-1600.webp", "-320.webp"),
    ]
    assert new_name("agency-7", NOW) != name


def test_a_file_of_before_the_sizes_stands_in_for_all_of_them():
    old = "media/2026/11/0123456789abcdef.webp"

    assert smaller(old, pictures.THUMB) == old
