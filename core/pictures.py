"""Pictures as bytes: what is let in, what is kept of it, and how the kept files are called.

A picture is kept as WebP in three sizes. The row's ``file`` names the largest; the names of the
others follow from it by :func:`smaller`, and in SQL by ``replace(file, '-1600.webp',
'-800.webp')``. A file of before these sizes has another ending: all its names are its own.
"""

import hashlib
import io
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from core.refusals import Invalid

LARGEST_UPLOAD = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
# Longest sides, px: the picture itself, for a card, for a list.
FULL, CARD, THUMB = SIDES = (1600, 800, 320)
# What lies in this folder is for everybody.
PUBLIC = "media/"
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class NotAPicture(Invalid):
    message = _("This is not a JPEG, PNG or WebP picture.")
    field = "file"


class PictureTooLarge(Invalid):
    message = _("The picture is too large: at most 10 MB and 40 megapixels.")
    field = "file"


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture ready to be kept: its measures at FULL, and the bytes of each of SIDES."""

    width: int
    height: int
    bodies: dict[int, bytes]


def checksum_of(data: bytes) -> str:
    """SHA-256 of what was uploaded: the same file again is the same picture."""
    return hashlib.sha256(data).hexdigest()


def encode(data: bytes) -> Encoded:
    """Make WebP of a JPEG, PNG or WebP file: upright, sRGB, nothing but pixels.

    Of an animation the first frame is kept; a smaller picture is not blown up. Refuses with
    NotAPicture and PictureTooLarge, the latter before anything is unpacked.
    """
    if len(data) > LARGEST_UPLOAD:
        raise PictureTooLarge
    # WeasyPrint, once imported, lets files that are cut off pass in the whole process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PictureTooLarge
            full = _in_srgb(_upright(image))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise NotAPicture from None
    except BOMBS:
        raise PictureTooLarge from None
    bodies = {side: _as_webp(_shrunk(full, side)) for side in SIDES}
    return Encoded(full.width, full.height, bodies)


def _upright(image: Image.Image) -> Image.Image:
    """At most FULL, standing as the camera was held. Made small first: large ones cost memory."""
    image.draft("RGB", (FULL, FULL))
    if image.mode.startswith("I"):  # 16 bits a pixel; a plain conversion cuts off all that is light
        image = image.convert("I").point(lambda light: light * (1 / 256)).convert("L")
    if image.has_transparency_data and image.mode != "RGBA":
        image = image.convert("RGBA")
    elif image.mode not in ("RGB", "RGBA", "CMYK"):
        image = image.convert("RGB")
    image.thumbnail((FULL, FULL))
    return ImageOps.exif_transpose(image)


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    if max(image.size) <= side:
        return image
    smaller = image.copy()
    smaller.thumbnail((side, side))
    return smaller


def _in_srgb(image: Image.Image) -> Image.Image:
    """Colours as browsers take them where no profile says otherwise."""
    kind = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile := image.info.get("icc_profile"):
        try:
            theirs, ours = ImageCms.ImageCmsProfile(io.BytesIO(profile)), _SRGB
            return ImageCms.profileToProfile(image, theirs, ours, outputMode=kind) or image
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # A broken profile, or one of other channels: colours as they are.
    return image.convert(kind)


_SRGB = ImageCms.createProfile("sRGB")


def _as_webp(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=82, method=2, icc_profile=None, exif=b"", xmp=b"")
    return out.getvalue()


# --- names


def new_name(owner: str, at: datetime) -> str:
    """Where a new picture of ``owner`` (``agency-7``) lies; the name cannot be guessed."""
    return f"{PUBLIC}{owner}/{at:%Y/%m}/{secrets.token_hex(12)}{_ending(FULL)}"


def smaller(name: str, side: int) -> str:
    """The name of the picture ``name`` at another of SIDES."""
    return name.replace(_ending(FULL), _ending(side))


def names_of(name: str) -> dict[int, str]:
    """All the files of the picture ``name``, by longest side."""
    return {side: smaller(name, side) for side in SIDES}


def _ending(side: int) -> str:
    return f"-{side}.webp"
