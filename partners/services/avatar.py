"""A person's own picture."""

from datetime import datetime

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.models import Media
from core.services.events import record
from core.services.pictures import keep_picture
from partners.models import User


@act
def wear_avatar(*, picture: Media, by: Actor, at: datetime) -> User:
    """Make ``picture``, which lies in the storage, the actor's avatar."""
    user = lock_row(User, pk=by.person_id)

    user.avatar = keep_picture(picture)
    user.save(update_fields=["avatar"])

    record("user.avatar_set", user, by=by, at=at)
    return user
