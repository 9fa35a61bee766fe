"""A tour's way onto the shelf and off it."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from catalog.models import Tour
from catalog.states import TourStatus
from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.refusals import Conflict, Invalid, NotFound
from core.services.events import record
from partners.roles import require, works_for


class TourIncomplete(Invalid):
    message = _("Before publishing, add: {missing}.")


class TourMoved(Conflict):
    message = _("The tour is already {status}.")


@act
def publish_tour(*, tour_id: int, by: Actor, at: datetime) -> Tour:
    """Put a tour on sale. Refuses with TourIncomplete, naming what is missing."""
    tour = _lock_tour(tour_id, by)

    missing = missing_for_publishing(tour)
    if missing:
        raise TourIncomplete(missing=", ".join(str(what) for what in missing))
    if tour.status == TourStatus.PUBLISHED:
        raise TourMoved(status=tour.get_status_display())
    tour.publish(at=at)
    tour.save(update_fields=["status", "published_at"])

    record("tour.published", tour, by=by, at=at, agency_id=tour.agency_id)
    return tour


@act
def archive_tour(*, tour_id: int, by: Actor, at: datetime) -> Tour:
    """Take a tour off the shelf; bookings made go on."""
    tour = _lock_tour(tour_id, by)

    if tour.status == TourStatus.ARCHIVED:
        raise TourMoved(status=tour.get_status_display())
    tour.archive()
    tour.save(update_fields=["status"])

    record("tour.archived", tour, by=by, at=at, agency_id=tour.agency_id)
    return tour


def missing_for_publishing(tour: Tour) -> list[object]:
    """What a traveller would miss, in words; empty when the tour is ready."""
    needs = (
        (tour.title_ru, _("a title in Russian")),
        (tour.description_ru, _("a description in Russian")),
        (tour.meeting_point, _("a meeting point")),
        (tour.cancellation_policy, _("a cancellation policy")),
        (tour.gallery.exists(), _("a photo")),
        (tour.sessions.exists(), _("a session")),
    )
    return [name for present, name in needs if not present]


def _lock_tour(tour_id: int, by: Actor) -> Tour:
    require(by, "catalog.tour", "change")
    tour = lock_row(Tour, pk=tour_id)
    if not works_for(by, tour.agency_id):
        raise NotFound
    return tour
