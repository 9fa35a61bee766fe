"""Pictures in and out: bytes to the storage, then the act; the act, then the bytes away."""

from dataclasses import dataclass
from datetime import datetime

from core.actor import Actor
from core.models import Media
from core.models.media import MediaType
from core.outbound import picture_stored, take_away_after_commit
from partners.models import User
from partners.services import media
from partners.services.avatar import wear_avatar


@dataclass(frozen=True, slots=True)
class Upload:
    """What became of an upload: a new picture, or the one that was here already."""

    media: Media
    is_new: bool


def upload_media(
    *, data: bytes, type: str, agency_id: int | None = None, by: Actor, at: datetime
) -> Upload:
    """Keep ``data`` (a JPEG, PNG or WebP file) as a picture of the agency, or of the actor.

    The same file again answers the picture that is there, so a repeat is harmless. Refuses with
    NotAPicture, PictureTooLarge, Unavailable, and as ``partners.services.media.agency_for`` does.
    """
    # Refused before anything is unpacked or sent.
    agency_id = media.agency_for(type=type, agency_id=agency_id, by=by)
    owner = {"agency_id": agency_id, "uploader_id": by.user_id}
    with picture_stored(data, type=type, at=at, **owner) as picture:
        was_there = picture.pk is not None
        kept = media.keep_upload(picture=picture, by=by, at=at)
    return Upload(kept, is_new=kept is picture and not was_there)


def set_avatar(*, data: bytes, by: Actor, at: datetime) -> User:
    """Make ``data`` the actor's avatar. Refuses with NotAPicture, PictureTooLarge, Unavailable."""
    with picture_stored(data, type=MediaType.AVATAR, uploader_id=by.person_id, at=at) as picture:
        return wear_avatar(picture=picture, by=by, at=at)


def delete_media(*, media_id: int, by: Actor, at: datetime) -> None:
    """Delete a picture and its bytes. Refuses as ``partners.services.media.forget_upload``."""
    gone = media.forget_upload(media_id=media_id, by=by, at=at)
    take_away_after_commit(str(gone.file.name))
