"""Types of tours: everybody's, kept by the platform."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalog.models import Tour, TourCategory
from catalog.parameters import category_faults, taken_over, texts_taken_over
from catalog.queries.misfits import misfits
from catalog.shapes import Schema
from core.actor import Actor
from core.acts import act
from core.locks import lock_row
from core.refusals import Conflict, Faults
from core.services.events import field_names, kept, record
from partners.roles import require

EDITABLE = frozenset({"slug", "title_ru", "title_uz", "title_en", "position", "parameters_schema"})


class CategoryFaults(Faults):
    """The values do not make a category."""


class ToursWouldNotFit(Conflict):
    """``tour_ids`` are the tours that fit today and would not."""

    code = "tours_would_not_fit"
    message = _("Tours that would no longer fit: {count}.")
    tour_ids: Sequence[int] = ()


@act
def save_category(
    *,
    category_id: int | None,
    values: Mapping[str, Any],
    leaving_misfits: bool = False,
    by: Actor,
    at: datetime,
) -> TourCategory:
    """Make a category (None) or change one. Its tours keep their parameters; a text that is asked
    for in three languages now becomes the Russian one.

    Nothing is written or recorded when nothing differs. Refuses with NotAllowed, NotFound,
    CategoryFaults, and ToursWouldNotFit unless ``leaving_misfits``: those tours stay on sale as
    they are, and what is missing is asked for when their parameters are next edited.
    """
    require(by, "catalog.tourcategory", "change" if category_id else "add")
    category = lock_row(TourCategory, pk=category_id) if category_id else TourCategory()

    given = sorted(EDITABLE & values.keys())
    changed = [name for name in given if getattr(category, name) != values[name]]
    if category_id and not changed:
        return category
    before = kept(category, changed)
    asked_before = category.parameters_schema or {}
    for name in changed:
        setattr(category, name, values[name])
    _check(category)
    if category_id and "parameters_schema" in changed and not leaving_misfits:
        _check_tours(category)
    category.save()
    if category_id and "parameters_schema" in changed:
        _take_texts_over(category, asked_before, by, at)

    changes = [{"changed": {"fields": field_names(category, changed)}}]
    if category_id:
        facts: dict[str, Any] = {"before": before, "after": kept(category, changed)}
        record("category.changed", category, by=by, at=at, changes=changes, **facts)
    else:
        record("category.added", category, by=by, at=at)
    return category


def _check(category: TourCategory) -> None:
    faults: dict[str, list[str]] = {}
    try:
        category.full_clean(exclude=["parameters_schema"])
    except ValidationError as error:
        faults |= error.message_dict
    if found := category_faults(category.parameters_schema):
        faults["parameters_schema"] = found
    if faults:
        raise CategoryFaults.of(faults)


def _check_tours(category: TourCategory) -> None:
    found = misfits(category)
    if found:
        refusal = ToursWouldNotFit(count=len(found))
        refusal.tour_ids = [tour.pk for tour in found]
        raise refusal


def _take_texts_over(category: TourCategory, before: Schema, by: Actor, at: datetime) -> None:
    """Its tours say in Russian what they said in one language for all."""
    after = category.parameters_schema
    if not texts_taken_over(before, after):
        return
    tours = Tour.objects.filter(category=category).select_for_update(of=("self",))
    for tour in tours.order_by("pk"):
        said = taken_over(tour.parameters, before, after)
        if said == tour.parameters:
            continue
        tour.parameters = said
        tour.save(update_fields=["parameters", "updated_at"])
        changes = [{"changed": {"fields": field_names(tour, ["parameters"])}}]
        record("tour.changed", tour, by=by, at=at, agency_id=tour.agency_id, changes=changes)
