"""A person's own picture."""

from datetime import datetime

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.models.media import MediaType
from core.services.events import record
from core.services.pictures import store_picture
from partners.models import User


@act
def set_avatar(*, data: bytes, by: Actor, at: datetime) -> User:
    """Make ``data`` (a JPEG, PNG or WebP file) the actor's avatar.

    Refuses with NotAPicture and PictureTooLarge.
    """
    user = lock_row(User, pk=by.person_id)

    user.avatar = store_picture(data, type=MediaType.AVATAR, uploader_id=user.pk)
    user.save(update_fields=["avatar"])

    record("user.avatar_set", user, by=by, at=at)
    return user
