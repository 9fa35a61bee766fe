"""What is wrong with a tour, and what it lacks before it can be sold: one answer for every door."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Tour
from catalog.parameters import parameter_faults
from catalog.shapes import SHAPES, field_faults
from core import refusals

Faults = dict[str, list[str]]


class TourFaults(refusals.Faults):
    """The values do not make a tour."""

    @classmethod
    def say(cls, field: str, sentence: str) -> str:
        return f"{Tour._meta.get_field(field).verbose_name}: {sentence}"  # type: ignore[union-attr]


# Where each rule of the table is shown, and in which words.
RULES = {
    "tour_code_once_in_an_agency": ("code", gettext_lazy("Another tour has this code.")),
    "tour_ages_in_order": ("age_max", gettext_lazy("This is below the age from.")),
    "infants_are_younger_than_children": (
        "infant_to_age",
        gettext_lazy("Infants are younger than children."),
    ),
}


def tour_faults(tour: Tour) -> Faults:
    """What is wrong with each field of an unsaved or changed tour; empty when nothing is.

    What is merely not there yet is no fault but a need (:func:`needs_of`).
    """
    faults = _field_faults(tour)
    for name in ("child_percent", "infant_percent"):
        if name not in faults and getattr(tour, name) < 0:
            faults[name] = [_("This is less than nothing.")]
    for name in SHAPES:
        if found := field_faults(name, getattr(tour, name)):
            faults[name] = found
    asked = {} if "category" in faults else tour.category.parameters_schema
    if found := parameter_faults(tour.parameters, asked, may_lack=True):
        faults["parameters"] = found
    return faults | _place_faults(tour, faults) | _codes_faults(tour, faults)


def _codes_faults(tour: Tour, faults: Faults) -> Faults:
    lacking = {name: getattr(tour, name) for name in ("mxik_code", "package_code")}
    if {*lacking} & {*faults} or all(lacking.values()) or not any(lacking.values()):
        return {}
    name = next(name for name, code in lacking.items() if not code)
    return {name: [_("The MXIK code and the package code belong together: give both.")]}


def _place_faults(tour: Tour, faults: Faults) -> Faults:
    lat, lon = tour.meeting_lat, tour.meeting_lon
    if (lat is None) != (lon is None):
        return {"meeting_lat": [_("Give both latitude and longitude.")]}
    if lat is None or lon is None or {"meeting_lat", "meeting_lon"} & faults.keys():
        return {}
    if abs(lat) > 90 or abs(lon) > 180:
        return {"meeting_lat": [_("There is no such place on the earth.")]}
    return {}


def _field_faults(tour: Tour) -> Faults:
    faults: Faults = {}
    try:
        tour.clean_fields(exclude=["status", *SHAPES])
    except ValidationError as error:
        faults |= error.message_dict
    for rule in Tour._meta.constraints:
        field, sentence = RULES.get(rule.name, ("", ""))
        try:
            if field and field not in faults:
                rule.validate(Tour, tour)
        except ValidationError:
            faults[field] = [str(sentence)]
    return faults


@dataclass(frozen=True, slots=True)
class Need:
    """What a traveller would miss; ``field`` is the field or part of the page where it is said."""

    field: str
    words: str
    is_met: bool


def needs_of(tour: Tour) -> list[Need]:
    """What a tour must have to be sold, met or not.

    ``has_photos`` and ``has_sessions``, where a query has annotated them, save asking here.
    """
    has_photos = tour.__dict__.get("has_photos")
    has_sessions = tour.__dict__.get("has_sessions")
    faults = parameter_faults(tour.parameters, tour.category.parameters_schema)
    return [
        Need("title_ru", _("a title in Russian"), bool(tour.title_ru)),
        Need("description_ru", _("a description in Russian"), bool(tour.description_ru)),
        Need("meeting_point_ru", _("a meeting point"), bool(tour.meeting_point_ru)),
        Need("cancellation_policy", _("a cancellation policy"), bool(tour.cancellation_policy)),
        Need("parameters", _("the parameters of its category"), not faults),
        Need("gallery", _("a photo"), tour.gallery.exists() if has_photos is None else has_photos),
        Need(
            "sessions",
            _("a session"),
            tour.sessions.exists() if has_sessions is None else has_sessions,
        ),
    ]


def missing_for_publishing(tour: Tour) -> dict[str, str]:
    """The needs that are not met, in words, by field."""
    return {need.field: need.words for need in needs_of(tour) if not need.is_met}
