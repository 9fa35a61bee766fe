"""Storing a picture: checked by content, stripped of everything but pixels, bounded in size."""

import hashlib
import io

from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from core.acts import require_transaction
from core.models import Media
from core.refusals import Invalid

LARGEST_UPLOAD = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1600
FORMATS = ("JPEG", "PNG", "WEBP")


class NotAPicture(Invalid):
    message = _("This is not a JPEG, PNG or WebP picture.")
    field = "file"


class PictureTooLarge(Invalid):
    message = _("The picture is too large: at most 10 MB and 40 megapixels.")
    field = "file"


def store_picture(
    data: bytes, *, type: str, agency_id: int | None = None, uploader_id: int | None = None
) -> Media:
    """Store ``data`` as WebP of at most 1600 px; the same bytes of the same owner are stored once.

    Refuses with NotAPicture and PictureTooLarge. A building block.
    """
    require_transaction()
    if len(data) > LARGEST_UPLOAD:
        raise PictureTooLarge
    checksum = hashlib.sha256(data).hexdigest()
    known = Media.objects.filter(
        checksum=checksum, type=type, agency_id=agency_id, uploader_id=uploader_id
    ).first()
    if known is not None:
        return known
    body, width, height = _as_webp(data)
    media = Media(
        type=type,
        agency_id=agency_id,
        uploader_id=uploader_id,
        width=width,
        height=height,
        size=len(body),
        checksum=checksum,
    )
    media.file.save(f"{checksum[:24]}.webp", ContentFile(body), save=False)
    media.save()
    return media


def _as_webp(data: bytes) -> tuple[bytes, int, int]:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PictureTooLarge
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            kind = "RGBA" if "A" in upright.getbands() else "RGB"
            out = io.BytesIO()
            upright.convert(kind).save(out, "WEBP", quality=82, method=3)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise NotAPicture from None
    except Image.DecompressionBombError:
        raise PictureTooLarge from None
    return out.getvalue(), upright.width, upright.height
