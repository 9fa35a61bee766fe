"""What is wrong with a tour, and what it lacks before it can be sold: one answer for every door."""

from collections.abc import Mapping, Sequence
from typing import Self

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Tour
from catalog.parameters import parameter_faults
from catalog.shapes import SHAPES, field_faults
from core.refusals import Invalid

Faults = dict[str, list[str]]


class TourFaults(Invalid):
    """The values do not make a tour; ``faults`` says what is wrong with which field."""

    message = gettext_lazy("{sentences}")
    faults: Mapping[str, Sequence[str]] = {}

    @classmethod
    def of(cls, faults: Mapping[str, Sequence[str]]) -> Self:
        """The refusal for faults by field."""
        sentences = " ".join(
            f"{Tour._meta.get_field(name).verbose_name}: {sentence}"  # type: ignore[union-attr]
            for name, found in faults.items()
            for sentence in found
        )
        refusal = cls(sentences=sentences, field=next(iter(faults)))
        refusal.faults = faults
        return refusal


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
    """What is wrong with each field of an unsaved or changed tour; empty when nothing is."""
    faults = _field_faults(tour)
    for name in SHAPES:
        if found := field_faults(name, getattr(tour, name)):
            faults[name] = found
    if "category" not in faults:
        if found := parameter_faults(tour.parameters, tour.category.parameters_schema):
            faults["parameters"] = found
    if (tour.meeting_lat is None) != (tour.meeting_lon is None):
        faults.setdefault("meeting_lat", []).append(_("Give both latitude and longitude."))
    return faults


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


def missing_for_publishing(tour: Tour) -> dict[str, str]:
    """What a traveller would miss, in words, by the field or part of the page where it is said."""
    needs = (
        ("title_ru", tour.title_ru, _("a title in Russian")),
        ("description_ru", tour.description_ru, _("a description in Russian")),
        ("meeting_point_ru", tour.meeting_point_ru, _("a meeting point")),
        ("cancellation_policy", tour.cancellation_policy, _("a cancellation policy")),
        ("gallery", tour.gallery.exists(), _("a photo")),
        ("sessions", tour.sessions.exists(), _("a session")),
    )
    return {field: words for field, present, words in needs if not present}
