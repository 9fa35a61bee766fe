"""Pictures' way to the storage and out of it, never within a transaction: S3 is a network.

The bytes go first, then an act writes their row; bytes that no row came to name are removed again.
A process killed between the two leaves bytes that nobody knows the name of.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.utils.translation import gettext_lazy as _

from core.models import Media
from core.pictures import (
    FULL,
    LARGEST_UPLOAD,
    PictureTooLarge,
    checksum_of,
    encode,
    names_of,
    new_name,
)
from core.refusals import Unavailable

log = structlog.get_logger(__name__)


@contextmanager
def picture_stored(
    data: bytes,
    *,
    type: str,
    at: datetime,
    agency_id: int | None = None,
    uploader_id: int | None = None,
) -> Iterator[Media]:
    """For the length of the block: ``data`` as a picture in the storage, for an act to keep.

    A picture its owner has already is answered as it is, with its row; else the row is unsaved, and
    when the block is left without anybody having written it, the bytes are removed. Refuses with
    NotAPicture, PictureTooLarge and Unavailable.
    """
    if len(data) > LARGEST_UPLOAD:
        raise PictureTooLarge
    picture = Media(
        type=type, agency_id=agency_id, uploader_id=uploader_id, checksum=checksum_of(data)
    )
    known = Media.objects.same_as(picture).first()
    if known is not None:
        yield known
        return
    _carry(data, picture, at)
    try:
        yield picture
    finally:
        # Without an answer from the database the bytes stay: a row may name them.
        with suppress(DatabaseError):
            if picture.pk is None or not Media.objects.filter(pk=picture.pk).exists():
                take_away(str(picture.file.name))


def _carry(data: bytes, picture: Media, at: datetime) -> None:
    encoded = encode(data)
    owner = f"agency-{picture.agency_id}" if picture.agency_id else f"person-{picture.uploader_id}"
    name = new_name(owner, at)
    try:
        for side, path in names_of(name).items():
            default_storage.save(path, ContentFile(encoded.bodies[side]))
    except OSError as error:
        log.warning("a picture could not be stored", name=name, error=str(error))
        take_away(name)
        raise Unavailable(_("Pictures cannot be stored right now. Please try again.")) from error
    picture.file.name = name
    picture.width, picture.height = encoded.width, encoded.height
    picture.size = len(encoded.bodies[FULL])


def take_away(name: str) -> None:
    """Delete the bytes of the picture ``name`` in all sizes; what is not there is no error."""
    for path in set(names_of(name).values()):
        try:
            default_storage.delete(path)
        except OSError as error:
            # Nobody waits for it: the row is gone, and with it the name.
            log.warning("a picture could not be deleted", name=path, error=str(error))


def take_away_after_commit(name: str) -> None:
    """The row's deletion first, and only when it stands the bytes'."""
    transaction.on_commit(partial(take_away, name), robust=True)
