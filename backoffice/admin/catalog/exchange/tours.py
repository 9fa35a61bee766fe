"""Tours as rows: every text in three languages, structures as JSON."""

from collections.abc import Iterable
from typing import Any

import tablib
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backoffice.admin.catalog.exchange.columns import (
    Column,
    Digits,
    Number,
    Structure,
    Whole,
    Words,
)
from backoffice.admin.catalog.exchange.rows import ActResource, Fault, Values
from catalog.models import Tour, TourCategory
from catalog.services.tours import change_tour, create_tour
from catalog.shapes import LANGUAGES


def _in_languages(name: str, structure: bool = False) -> dict[str, Column]:
    return {
        f"{name}_{language}": Column(
            Structure() if structure else Words(),
            attribute=f"{name}_{language}",
            empty=[] if structure else "",
        )
        for language in LANGUAGES
    }


COLUMNS: dict[str, Column] = {
    "agency": Column(Words(), "key", attribute="agency__slug"),
    "code": Column(Words(), "key", attribute="code"),
    "category": Column(Words(), attribute="category__slug"),
    **_in_languages("title"),
    **_in_languages("description"),
    **_in_languages("itinerary", structure=True),
    **_in_languages("inclusions", structure=True),
    **_in_languages("exclusions", structure=True),
    **_in_languages("meeting_point"),
    "meeting_lat": Column(Number(), attribute="meeting_lat", empty=None),
    "meeting_lon": Column(Number(), attribute="meeting_lon", empty=None),
    "age_min": Column(Whole(), attribute="age_min", empty=None),
    "age_max": Column(Whole(), attribute="age_max", empty=None),
    "child_to_age": Column(Whole(), attribute="child_to_age"),
    "child_percent": Column(Number(), attribute="child_percent"),
    "infant_to_age": Column(Whole(), attribute="infant_to_age"),
    "infant_percent": Column(Number(), attribute="infant_percent"),
    "parameters": Column(Structure(), attribute="parameters", empty={}),
    "transport_options": Column(Structure(), attribute="transport_options", empty=[]),
    "cancellation_policy": Column(Structure(), attribute="cancellation_policy", empty=[]),
    "mxik_code": Column(Digits(), attribute="mxik_code", empty=""),
    "package_code": Column(Digits(), attribute="package_code", empty=""),
    "vat_percent": Column(Whole(), attribute="vat_percent", empty=None),
    "status": Column(Words(), "state", attribute="status"),
}


class TourResource(ActResource):
    """An agency's tours by their code; a code nobody knows is a new draft."""

    model = Tour
    table = COLUMNS
    needed = ("code",)
    relations = ("agency", "category")

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.categories: dict[str, TourCategory] = {}

    def rows_of(self, agency_ids: Iterable[int]) -> QuerySet[Tour]:
        rows = Tour.objects.filter(agency_id__in=agency_ids)
        return rows.select_related(*self.relations)

    def look_up(self, dataset: tablib.Dataset) -> None:
        self.categories = {category.slug: category for category in TourCategory.objects.all()}
        codes = [self.fields["code"].read(cell) for cell in dataset["code"]]
        rows = self.rows_of(self.agencies.values()).filter(code__in=[c for c in codes if c != ...])
        self.known = {(tour.agency_id, tour.code): tour for tour in rows}

    def key_of(self, values: Values) -> Any:
        if values["code"] is ...:
            raise Fault.at("code", _("Give the tour a code: the file knows it by that."))
        return self.agency_of(values), values["code"]

    def create(self, values: Values) -> Tour:
        agency_id = self.agency_of(values)
        if "category" not in values:
            raise Fault.at("category", _("Say which type of tour it is."))
        told = {name: value for name, value in values.items() if name != "agency"}
        return create_tour(agency_id=agency_id, values=self._written(told), **self.who)

    def change(self, row: Tour, values: Values) -> Tour:
        return change_tour(tour_id=row.pk, values=self._written(values), **self.who)

    def _written(self, values: Values) -> Values:
        if "category" not in values:
            return values
        category = self.categories.get(values["category"])
        if category is None:
            known = ", ".join(sorted(self.categories))
            raise Fault.at("category", _("There is no such type of tour. Known: %s") % known)
        return {**values, "category": category}
