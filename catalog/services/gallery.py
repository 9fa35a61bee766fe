"""The pictures of a tour, in their order; the first is its cover."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.models import Tour, TourPhoto
from catalog.services.tours import lock_tour
from catalog.states import TourStatus
from core.actor import Actor
from core.acts import act
from core.models import Media
from core.models.media import MediaType
from core.refusals import Conflict, NotFound
from core.services.events import record

MOST_PHOTOS = 30
# What may hang in a gallery: not a logo, not somebody's face.
PICTURES = (MediaType.TOUR_PHOTO, MediaType.GALLERY)


class GalleryFull(Conflict):
    code = "gallery_full"
    message = _("A gallery holds at most {limit} photos.")


class PhotoAlreadyThere(Conflict):
    code = "photo_already_there"
    message = _("This photo is in the gallery already.")


class LastPhoto(Conflict):
    code = "last_photo"
    message = _("A published tour keeps at least one photo.")


class GalleryMoved(Conflict):
    code = "changed_meanwhile"
    message = _("Somebody changed the gallery meanwhile; here it is as it is now.")


@act
def add_photos(*, tour_id: int, media_ids: Sequence[int], by: Actor, at: datetime) -> Tour:
    """Hang pictures of the tour's own agency at the end of its gallery, all or none.

    Refuses with NotAllowed, NotFound (also another agency's picture), PhotoAlreadyThere and
    GalleryFull.
    """
    tour = lock_tour(tour_id, by)
    pictures = _lock_pictures(tour, media_ids)

    hanging = list(tour.gallery.all())
    if {photo.media_id for photo in hanging} & pictures.keys():
        raise PhotoAlreadyThere
    if len(hanging) + len(pictures) > MOST_PHOTOS:
        raise GalleryFull(limit=MOST_PHOTOS)
    position = 1 + max((photo.position for photo in hanging), default=-1)
    TourPhoto.objects.bulk_create(
        TourPhoto(tour=tour, media=pictures[media_id], position=position + number)
        for number, media_id in enumerate(dict.fromkeys(media_ids))
    )

    record("tour.photos_added", tour, by=by, at=at, **_about(tour, list(pictures)))
    return tour


@act
def remove_photo(*, tour_id: int, photo_id: int, by: Actor, at: datetime) -> Tour:
    """Take a picture out of the gallery; it stays among the agency's pictures.

    Refuses with NotAllowed, NotFound, and LastPhoto when the tour is published.
    """
    tour = lock_tour(tour_id, by)

    photo = tour.gallery.filter(pk=photo_id).first()
    if photo is None:
        raise NotFound
    if tour.status == TourStatus.PUBLISHED and tour.gallery.count() == 1:
        raise LastPhoto
    photo.delete()

    record("tour.photos_removed", tour, by=by, at=at, **_about(tour, [photo.media_id]))
    return tour


@act
def order_photos(*, tour_id: int, photo_ids: Sequence[int], by: Actor, at: datetime) -> Tour:
    """Put the gallery in this order: the first is the cover. The same order changes nothing.

    Refuses with NotAllowed, NotFound, and GalleryMoved when ``photo_ids`` are not its photos.
    """
    tour = lock_tour(tour_id, by)

    hanging = {photo.pk: photo for photo in tour.gallery.all()}
    if sorted(hanging) != sorted(photo_ids):
        raise GalleryMoved
    if list(hanging) == list(photo_ids):
        return tour
    for position, photo_id in enumerate(photo_ids):
        hanging[photo_id].position = position
    TourPhoto.objects.bulk_update(hanging.values(), ["position"])

    ordered = [hanging[photo_id].media_id for photo_id in photo_ids]
    record("tour.photos_ordered", tour, by=by, at=at, **_about(tour, ordered))
    return tour


def _lock_pictures(tour: Tour, media_ids: Sequence[int]) -> dict[int, Media]:
    """The pictures, locked: nobody deletes one between this check and the commit."""
    rows = Media.objects.select_for_update(of=("self",)).filter(
        pk__in=media_ids, agency_id=tour.agency_id, type__in=PICTURES
    )
    found = {picture.pk: picture for picture in rows.order_by("pk")}
    if not media_ids or found.keys() != set(media_ids):
        raise NotFound
    return found


def _about(tour: Tour, media_ids: list[int]) -> dict[str, Any]:
    return {"agency_id": tour.agency_id, "n": len(media_ids), "media": media_ids}
