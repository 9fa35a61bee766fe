"""What an agency says of a tour: making it, changing it, making another like it."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from catalog.models import Tour, TourPhoto
from catalog.queries.tour_faults import Faults, TourFaults, missing_for_publishing, tour_faults
from catalog.rich_text import clean_html
from catalog.shapes import LANGUAGES, field_faults
from catalog.states import TourStatus
from core.actor import Actor
from core.acts import act
from core.codes import code_from, new_code
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
        "mxik_code",
        "package_code",
        "vat_percent",
        *(f"{text}_{language}" for text in TEXTS for language in LANGUAGES),
    }
)

MEETING = (*(f"meeting_point_{each}" for each in LANGUAGES), "meeting_lat", "meeting_lon")


@act
def create_tour(*, agency_id: int, values: Mapping[str, Any], by: Actor, at: datetime) -> Tour:
    """Write a draft. Refuses with NotAllowed, NotFound (another's agency) and TourFaults."""
    require(by, "catalog.tour", "add")
    if not works_for(by, agency_id):
        raise NotFound
    tour = Tour(agency_id=agency_id)

    _write(tour, values)
    _insert(tour)

    record("tour.added", tour, by=by, at=at, agency_id=agency_id)
    return tour


@act
def change_tour(*, tour_id: int, values: Mapping[str, Any], by: Actor, at: datetime) -> Tour:
    """Change what is said of a tour; bookings made keep what they froze.

    Nothing is written or recorded when nothing differs. Refuses with NotAllowed, NotFound and
    TourFaults, also when a published tour would lack what it was published with.
    """
    tour = lock_tour(tour_id, by)
    meeting = _meeting(tour)

    changed = _write(tour, values)
    if not changed:
        return tour
    tour.save(update_fields=[*changed, "updated_at"])

    facts: dict[str, Any] = {"changes": [{"changed": {"fields": field_names(tour, changed)}}]}
    if set(changed) & set(MEETING):
        # Who goes is told.
        facts |= {"meeting_before": meeting, "meeting_after": _meeting(tour)}
    record("tour.changed", tour, by=by, at=at, agency_id=tour.agency_id, **facts)
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


def _insert(tour: Tour) -> None:
    """Save a new tour; a code that was taken since it was checked is a fault like any other."""
    try:
        with transaction.atomic():
            tour.save(force_insert=True)
    except IntegrityError as error:
        if faults := tour_faults(tour):
            raise TourFaults.of(faults) from error
        raise


def set_values(tour: Tour, values: Mapping[str, Any]) -> tuple[list[str], Faults]:
    """Set what is said of a tour, saving nothing: the columns that differ, and what is wrong.

    Parameters that a category's change has left unfit are asked for when they are next edited.
    """
    unknown = set(values) - EDITABLE
    if unknown:
        raise ValueError(f"Not an agency's to say: {sorted(unknown)}.")
    cleaned = {name: _clean(name, value) for name, value in values.items()}
    before = {name: getattr(tour, name) for name in cleaned} if tour.pk else {}
    for name, value in cleaned.items():
        setattr(tour, name, value)
    faults = tour_faults(tour)
    # Only now: the check has made numbers of what came as text.
    changed = [name for name, value in before.items() if getattr(tour, name) != value]
    if tour.pk and not {"category", "parameters"} & {*changed}:
        faults.pop("parameters", None)
    return changed, faults or _taken_from_the_shelf(tour, changed)


def _write(tour: Tour, values: Mapping[str, Any]) -> list[str]:
    changed, faults = set_values(tour, values)
    if faults:
        raise TourFaults.of(faults)
    return changed


def _taken_from_the_shelf(tour: Tour, changed: list[str]) -> Faults:
    """A tour on sale keeps what it was published with."""
    if tour.status != TourStatus.PUBLISHED:
        return {}
    missing = missing_for_publishing(tour)
    # Another category asks for other parameters.
    touched = {*changed, "parameters"} if "category" in changed else {*changed}
    return {
        name: [_("A published tour has %(what)s.") % {"what": what}]
        for name, what in missing.items()
        if name in touched
    }


def _meeting(tour: Tour) -> dict[str, str]:
    """Where its travellers meet, as it is written down."""
    place = {name: getattr(tour, name) for name in MEETING}
    return {
        name: f"{value:.6f}" if isinstance(value, Decimal) else value or ""
        for name, value in place.items()
    }


def _clean(name: str, value: Any) -> Any:
    """As it is kept: safe HTML, steps from the earliest on, a code for every way to get there."""
    if isinstance(value, str):
        return clean_html(value) if name.startswith("description_") else value.strip()
    if name == "cancellation_policy" and not field_faults(name, value):
        return sorted(value, key=lambda tier: -tier["days_before"])
    if name == "transport_options" and isinstance(value, list):
        return _with_codes(value)
    return value


def _is_coded(option: Any) -> bool:
    return isinstance(option, dict) and bool(option.get("code"))


def _with_codes(options: list[Any]) -> list[Any]:
    """The options, those without a code named after their titles."""
    taken = {str(option["code"]) for option in options if _is_coded(option)}
    coded = []
    for option in options:
        if isinstance(option, dict) and not option.get("code"):
            code = code_from(str(option.get("title", "")), taken=taken)
            taken.add(code)
            coded.append({**option, "code": code})
        else:
            coded.append(option)
    return coded
