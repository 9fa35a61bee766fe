"""Pictures of agencies and of people: whose a new one is, and taking one away."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.models import Media
from core.models.media import MediaType
from core.queries.media import places, uses_of
from core.refusals import Conflict, Invalid, NotFound
from core.services.events import record
from core.services.pictures import keep_picture
from partners.models import TravelAgency, User
from partners.roles import PLATFORM, require, works_for


class AgencyNotNamed(Invalid):
    message = _("Say which agency the picture is for.")
    field = "agency"


class AvatarIsPersonal(Invalid):
    message = _("An avatar belongs to a person, not to an agency.")
    field = "agency"


class MediaInUse(Conflict):
    code = "in_use"
    message = _("This picture is in use: {where}.")


def agency_for(*, type: str, agency_id: int | None, by: Actor) -> int | None:
    """The agency a new picture belongs to; None for an avatar, which is its uploader's own.

    Who works for exactly one agency need not name it. Refuses with NotAllowed, NotFound,
    AgencyNotNamed and AvatarIsPersonal.
    """
    if type == MediaType.AVATAR:
        if agency_id is not None:
            raise AvatarIsPersonal
        return None
    require(by, "core.media", "add")
    if agency_id is None:
        if len(by.agency_ids) != 1 or by.role in PLATFORM:
            raise AgencyNotNamed
        return next(iter(by.agency_ids))
    if not works_for(by, agency_id) or not TravelAgency.objects.filter(pk=agency_id).exists():
        raise NotFound
    return agency_id


@act
def keep_upload(*, picture: Media, by: Actor, at: datetime) -> Media:
    """Write the row of a picture that lies in the storage; the one kept before wins.

    Refuses as :func:`agency_for` does.
    """
    agency_for(type=picture.type, agency_id=picture.agency_id, by=by)
    is_new = picture.pk is None

    kept = keep_picture(picture)

    if is_new and kept is picture:
        record("media.uploaded", kept, by=by, at=at, agency_id=kept.agency_id, type=kept.type)
    return kept


@act
def forget_upload(*, media_id: int, by: Actor, at: datetime) -> Media:
    """Delete a picture's row. Its uploader may when it is personal, its agency's sellers else.

    Refuses with NotFound, NotAllowed, and MediaInUse naming where it is used.
    """
    user = User.objects.get(pk=by.person_id)
    media = lock_row(Media, pk=media_id)

    if not Media.objects.for_user(user).filter(pk=media.pk).exists():
        raise NotFound
    if media.agency_id is not None or media.uploader_id != user.pk:
        require(by, "core.media", "delete")
    # Whoever wants to use it now waits for the lock, and then finds no picture.
    if uses := uses_of([media.pk], user)[media.pk]:
        raise MediaInUse(where=places(uses))
    media.delete()
    media.pk = media_id

    record("media.deleted", media, by=by, at=at, agency_id=media.agency_id, type=media.type)
    return media
