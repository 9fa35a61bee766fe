"""A tour's way onto the shelf and off it."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from catalog.models import Tour
from catalog.queries.tour_faults import missing_for_publishing
from catalog.services.tours import lock_tour
from catalog.states import TourStatus
from core.actor import Actor
from core.acts import act
from core.refusals import Conflict, Invalid
from core.services.events import record


class TourIncomplete(Invalid):
    message = _("Before publishing, add: {missing}.")


class TourMoved(Conflict):
    message = _("The tour is already {status}.")
    for_good = True


@act
def publish_tour(*, tour_id: int, by: Actor, at: datetime) -> Tour:
    """Put a tour on sale. Refuses with TourIncomplete, naming what is missing."""
    tour = lock_tour(tour_id, by)

    if tour.status == TourStatus.PUBLISHED:
        raise TourMoved(status=tour.get_status_display())
    missing = missing_for_publishing(tour)
    if missing:
        raise TourIncomplete(missing=", ".join(missing.values()))
    tour.publish(at=at)
    tour.save(update_fields=["status", "published_at"])

    record("tour.published", tour, by=by, at=at, agency_id=tour.agency_id)
    return tour


@act
def archive_tour(*, tour_id: int, by: Actor, at: datetime) -> Tour:
    """Take a tour off the shelf; bookings made go on."""
    tour = lock_tour(tour_id, by)

    if tour.status == TourStatus.ARCHIVED:
        raise TourMoved(status=tour.get_status_display())
    tour.archive()
    tour.save(update_fields=["status"])

    record("tour.archived", tour, by=by, at=at, agency_id=tour.agency_id)
    return tour
