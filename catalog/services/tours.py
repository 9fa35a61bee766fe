"""What an agency says of a tour: making it, changing it, making another like it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from catalog.models import Tour, TourPhoto
from catalog.queries.tour_faults import TourFaults, missing_for_publishing, tour_faults
from catalog.rich_text import clean_html
from catalog.shapes import LANGUAGES
from catalog.states import TourStatus
from core.actor import Actor
from core.acts import act
from core.codes import new_code
from core.locks import lock_row
from core.refusals import NotFound
from core.services.events import field_names, record
from partners.roles import require, works_for

TEXTS = ("title", "description", "itinerary", "inclusions", "exclusions", "meeting_point")
# What an agency may say of a tour; the rest is of the platform or follows from acts.
EDITABLE = frozenset(
    {
        "code",
        "category",
        "parameters",
        "transport_options",
        "meeting_lat",
        "meeting_lon",
        "age_min",
        "age_max",
        "child_to_age",
        "child_percent",
        "infant_to_age",
        "infant_percent",
        "cancellation_policy",
        *(f"{text}_{language}" for text in TEXTS for language in LANGUAGES),
    }
)


@act
def create_tour(*, agency_id: int, values: Mapping[str, Any], by: Actor, at: datetime) -> Tour:
    """Write a draft. Refuses with NotAllowed, NotFound (another's agency) and TourFaults."""
    require(by, "catalog.tour", "add")
    if not works_for(by, agency_id):
        raise NotFound
    tour = Tour(agency_id=agency_id)

    _write(tour, values)
    tour.save()

    record("tour.added", tour, by=by, at=at, agency_id=agency_id)
    return tour


@act
def change_tour(*, tour_id: int, values: Mapping[str, Any], by: Actor, at: datetime) -> Tour:
    """Change what is said of a tour; bookings made keep what they froze.

    Nothing is written or recorded when nothing differs. Refuses with NotAllowed, NotFound and
    TourFaults, also when a published tour would lack what it was published with.
    """
    tour = lock_tour(tour_id, by)

    changed = _write(tour, values)
    if not changed:
        return tour
    tour.save(update_fields=[*changed, "updated_at"])

    changes = [{"changed": {"fields": field_names(tour, changed)}}]
    record("tour.changed", tour, by=by, at=at, agency_id=tour.agency_id, changes=changes)
    return tour


@act
def duplicate_tour(*, tour_id: int, by: Actor, at: datetime) -> Tour:
    """A draft with the same texts, terms and gallery; it has no dates. Refuses with NotFound."""
    require(by, "catalog.tour", "add")
    original = lock_tour(tour_id, by)

    copy = Tour(agency_id=original.agency_id)
    for name in EDITABLE - {"code"}:
        setattr(copy, name, getattr(original, name))
    copy.code = new_code()
    copy.save()
    TourPhoto.objects.bulk_create(
        TourPhoto(tour=copy, media_id=photo.media_id, position=photo.position)
        for photo in original.gallery.all()
    )

    record("tour.duplicated", copy, by=by, at=at, agency_id=copy.agency_id, of=original.pk)
    return copy


def lock_tour(tour_id: int, by: Actor) -> Tour:
    """The tour, locked, for who sells it. A building block."""
    require(by, "catalog.tour", "change")
    tour = lock_row(Tour, pk=tour_id)
    if not works_for(by, tour.agency_id):
        raise NotFound
    return tour


def _write(tour: Tour, values: Mapping[str, Any]) -> list[str]:
    """Set and check the values; returns the columns that differ from before."""
    unknown = set(values) - EDITABLE
    if unknown:
        raise ValueError(f"Not an agency's to say: {sorted(unknown)}.")
    cleaned = {name: _clean(name, value) for name, value in values.items()}
    changed = [name for name, value in cleaned.items() if tour.pk and getattr(tour, name) != value]
    for name, value in cleaned.items():
        setattr(tour, name, value)
    faults = tour_faults(tour) | _taken_from_the_shelf(tour, changed)
    if faults:
        raise TourFaults.of(faults)
    return changed


def _taken_from_the_shelf(tour: Tour, changed: list[str]) -> dict[str, list[str]]:
    """A tour on sale keeps what it was published with."""
    if tour.status != TourStatus.PUBLISHED:
        return {}
    missing = missing_for_publishing(tour)
    return {
        name: [_("A published tour has %(what)s.") % {"what": missing[name]}]
        for name in changed
        if name in missing
    }


def _clean(name: str, value: Any) -> Any:
    if name.startswith("description_"):
        return clean_html(value)
    return value.strip() if isinstance(value, str) else value
